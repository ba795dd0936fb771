import { NO_EDITOR } from "../../contract/effects.ts";
import { speechOf } from "../../../analysis/mod.ts";
import type { Effect } from "../../contract/message.ts";
import type { Env } from "../../contract/screen.ts";
import { readerHandlers, type ReaderPort } from "../../reader/actions.ts";
import { partsText } from "../../reader/part.ts";
import { afterMotion, afterWheel, foldedAt } from "../../reader/reader.ts";
import { tabParts } from "../../trace/content.ts";
import type { Motion } from "../../widgets/list.ts";
import { detailWindow, type LiveModel, openTab, selectedSpan } from "./model.ts";

const PORT: ReaderPort<LiveModel> = {
  reader: (model) => model.reader,
  with: (model, reader) => ({ ...model, reader }),
  window: detailWindow,
  begun: (model) => ({ ...model, focus: "detail" }),
};

/** Search, folds and wrapping of the open tab. */
export const TAB_READER = readerHandlers(PORT);

export function movedInTab(model: LiveModel, motion: Motion, env: Env): LiveModel {
  return { ...model, reader: afterMotion(model.reader, motion, detailWindow(model, env)) };
}

export function wheeledInTab(model: LiveModel, lines: number, env: Env): LiveModel {
  return { ...model, reader: afterWheel(model.reader, lines, detailWindow(model, env)) };
}

/** Opens or closes the branch under the cursor. */
export function foldRow(model: LiveModel, env: Env): LiveModel {
  return { ...model, reader: foldedAt(model.reader, (reader) => detailWindow({ ...model, reader }, env)) };
}

/** Speech in the system's player; else the tab's text in the person's editor, for reading: what is saved there goes nowhere. */
export function openedElsewhere(model: LiveModel, env: Env): readonly Effect[] {
  const span = selectedSpan(model);
  const speech = span && model.trace ? speechOf(model.trace, span.spanId) : undefined;
  if (speech) return [{ type: "play", speech }];
  if (!env.hasEditor) return [NO_EDITOR];
  const text = textOfTab(model);
  return text === undefined ? [] : [{ type: "editor", text }];
}

/** The whole text of the tab, without colours and line breaks of ours. */
export function copied(model: LiveModel): readonly Effect[] {
  const text = textOfTab(model);
  return text === undefined ? [] : [{ type: "copy", text }];
}

function textOfTab(model: LiveModel): string | undefined {
  const span = selectedSpan(model);
  if (!span || !model.trace) return undefined;
  const partial = model.partials.find((item) => item.spanId === span.spanId);
  return partsText(
    tabParts(openTab(model), model.trace, span, partial, { whole: model.whole, cache: model.cache }),
  );
}
