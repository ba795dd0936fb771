import { NO_EDITOR, notice } from "../../contract/effects.ts";
import type { Effect } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { clamp, keepInView, moved } from "../../draw/scroll.ts";
import { tabParts } from "../../trace/content.ts";
import { partsText } from "../../trace/doc.ts";
import { type Motion, wheelMotion } from "../../widgets/list.ts";
import { detailDoc, detailHeight, detailTop, type LiveModel, openTab, selectedSpan } from "./model.ts";

const COPY_LENGTH_MAX = 1_000_000;
const FOLDS_MAX = 500;

/** A motion in the open tab: of the cursor where rows fold, of the page elsewhere. */
export function movedInTab(model: LiveModel, { action, count }: Motion, env: Env): LiveModel {
  const doc = detailDoc(model, env);
  const height = detailHeight(model, env);
  if (doc.hasFolds) {
    const cursor = moved(action, clamp(model.cursor, 0, doc.rows - 1), count, height, doc.rows);
    return cursor === undefined ? model : atRow(model, cursor, env);
  }
  const last = Math.max(0, doc.rows - height);
  const top = moved(action, detailTop(model, env, doc.rows), count, height, last + 1);
  return top === undefined ? model : scrolledTo(model, top, doc.rows, last);
}

function scrolledTo(model: LiveModel, top: number, total: number, last: number): LiveModel {
  const at = clamp(top, 0, last);
  const tail = at >= last;
  return { ...model, detailTop: at, tail, seenLines: tail || model.tail ? total : model.seenLines };
}

/** With row `cursor` in view. */
function atRow(model: LiveModel, cursor: number, env: Env): LiveModel {
  const { rows } = detailDoc(model, env);
  const top = keepInView(detailTop(model, env, rows), cursor, detailHeight(model, env), rows);
  return { ...model, cursor, detailTop: top, tail: false, seenLines: model.tail ? rows : model.seenLines };
}

export function wheeledInTab(model: LiveModel, lines: number, env: Env): LiveModel {
  const doc = detailDoc(model, env);
  if (doc.hasFolds) return movedInTab(model, wheelMotion(lines), env);
  const last = Math.max(0, doc.rows - detailHeight(model, env));
  return scrolledTo(model, detailTop(model, env, doc.rows) + lines, doc.rows, last);
}

/** Opens or closes the branch under the cursor. */
export function foldRow(model: LiveModel, env: Env): LiveModel {
  const doc = detailDoc(model, env);
  const fold = doc.fold(model.cursor);
  if (!fold) return model;
  const folds = new Map(model.folds);
  folds.delete(fold.path);
  if (folds.size >= FOLDS_MAX) folds.delete(folds.keys().next().value!);
  folds.set(fold.path, !fold.open);
  return atRow({ ...model, folds }, model.cursor, env);
}

/** From the place found last while it is in view, otherwise from where the person has gone since. */
function goingOnFrom(
  cursor: number,
  { top, height, total }: { readonly top: number; readonly height: number; readonly total: number },
  step: 1 | -1,
): number {
  if (cursor >= top && cursor < top + height) return cursor + step;
  return step > 0 ? top : Math.min(total, top + height) - 1;
}

/** To the next place where the needle occurs, around the end; a notice when there is none. */
export function search(model: LiveModel, step: 1 | -1, env: Env, isNew = false): Step<LiveModel> {
  const doc = detailDoc(model, env);
  const top = detailTop(model, env, doc.rows);
  const from = isNew
    ? top
    : goingOnFrom(model.cursor, { top, height: detailHeight(model, env), total: doc.rows }, step);
  const found = doc.find(model.needle, from, step) ??
    doc.find(model.needle, step > 0 ? 0 : doc.rows - 1, step);
  const outside = from < 0 ? doc.rows - 1 : from >= doc.rows ? 0 : undefined;
  const row = outside === undefined ? found : doc.find(model.needle, outside, step);
  if (row === undefined) {
    const text = `"${model.needle.slice(0, 40)}" is not in this tab. Try: [ or ] for the next`;
    return [model, [notice("warn", text)]];
  }
  return [atRow(model, row, env), []];
}

/** The tab's text in the person's editor, for reading: what is saved there goes nowhere. */
export function inEditor(model: LiveModel, env: Env): readonly Effect[] {
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
    tabParts(openTab(model), model.trace, span, partial, { whole: model.whole }),
    COPY_LENGTH_MAX,
  );
}
