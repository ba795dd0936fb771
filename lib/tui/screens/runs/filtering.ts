import { completeRunQuery, parseRunQuery, type QueryCompletion } from "../../../analysis/mod.ts";
import { messageOf } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import type { Action, Actions, FieldChange } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY_FIELD, fieldOf, type TextField } from "../../draw/text_field.ts";
import { clamp } from "../../draw/scroll.ts";
import { load, loadAnew } from "./load.ts";
import { fieldOfFilter, type RunsModel } from "./model.ts";
import { type SavedFilter, withFilter } from "./saved_filters.ts";

/** A term at the end whose value is still to come. */
const UNFINISHED = /(?:^|[\s(])-?\p{L}+(?::|=|>=|<=|>|<)$/u;

export const FILTER_ACTIONS: Actions<RunsModel> = {
  filter: (model) =>
    load(
      [
        { ...model, editing: fieldOf(model.filterText === "" ? "" : `${model.filterText} `) },
        [],
      ],
      "values",
      undefined,
    ),
  // What is refused stays, to be put right.
  filter_done: (model) => [model.refusal === undefined ? withoutField(model) : model, []],
  filter_cancel: unfiltered,
  complete: completed(1),
  complete_back: completed(-1),
  filters: (model) => [{ ...model, filters: { index: 0 } }, []],
  filters_close: (model) => [withoutFilters(model), []],
  filters_down: (model) => [walked(model, 1), []],
  filters_up: (model) => [walked(model, -1), []],
  filters_apply: (model, env) => {
    const chosen = chosenFilter(model);
    return chosen ? filtered(withoutFilters(model), chosen.text, env) : [model, []];
  },
  filters_name: (model) =>
    model.filterText === ""
      ? [model, [notice("info", "No filter is set. Try: /")]]
      : [{ ...model, filters: { index: model.filters?.index ?? 0, name: EMPTY_FIELD } }, []],
  filters_save: (model) => {
    const name = model.filters?.name?.text ?? "";
    return [{ ...model, saved: withFilter(model.saved, name, model.filterText), filters: { index: 0 } }, []];
  },
  filters_forget: (model) => {
    const chosen = chosenFilter(model);
    return [{ ...model, saved: model.saved.filter((it) => it !== chosen) }, []];
  },
};

/** The filter as typed so far; the list follows at once, unless it is not understood: then it stays as it is. */
export function typedFilter(model: RunsModel, change: FieldChange, env: Env): Step<RunsModel> {
  if (model.filters?.name) {
    const name = change(model.filters.name);
    return [name ? { ...model, filters: { ...model.filters, name } } : model, []];
  }
  const field = change(fieldOfFilter(model));
  if (!field) return [model, []];
  const { completing: _, ...rest } = model;
  return filtered({ ...rest, editing: field }, field.text.trim(), env);
}

export function withoutField(model: RunsModel): RunsModel {
  const { editing: _, refusal: _r, completing: _c, ...rest } = model;
  return rest;
}

export function unfiltered(model: RunsModel, env: Env): Step<RunsModel> {
  return filtered(withoutField(model), "", env);
}

/** The list of the runs that pass. A filter that is not understood changes nothing but what is said about it. */
export function filtered(before: RunsModel, typed: string, env: Env): Step<RunsModel> {
  const { refusal: _, ...model } = before;
  const text = UNFINISHED.test(typed) ? typed.replace(/\S+$/, "").replace(/\($/, "").trim() : typed;
  if (text === model.filterText) return [model, []];
  const { filter, errors } = parseRunQuery(text, env.nowMs, env.timeZone);
  const [error] = errors;
  if (error) {
    const refusal = messageOf(error);
    return model.editing ? [{ ...model, refusal }, []] : [model, [notice("error", refusal)]];
  }
  return loadAnew({ ...model, filterText: text, filter, unseen: 0 }, { reversed: false }, env);
}

/** What `since:24h` means moves on with the clock. */
export function withFilterRead(
  model: RunsModel,
  { nowMs, timeZone }: Pick<Env, "nowMs" | "timeZone">,
): RunsModel {
  return { ...model, filter: parseRunQuery(model.filterText, nowMs, timeZone).filter };
}

/** What the word before the cursor could become. */
export function completionsOf(model: RunsModel): readonly QueryCompletion[] {
  const field = model.completing?.from ?? model.editing;
  return field ? completeRunQuery(field.text.slice(0, field.cursor), model.values) : [];
}

function completed(step: 1 | -1): Action<RunsModel> {
  return (model, env) => {
    const { editing } = model;
    const found = completionsOf(model);
    if (!editing || found.length === 0) return [model, []];
    const from = model.completing?.from ?? editing;
    const before = model.completing?.index ?? (step > 0 ? -1 : 0);
    const index = (before + step + found.length) % found.length;
    const text = found[index]!.text;
    const field: TextField = { text: text + from.text.slice(from.cursor), cursor: text.length };
    return filtered({ ...model, editing: field, completing: { from, index } }, field.text.trim(), env);
  };
}

/** Saved filters, and the one of the time before. */
export function offeredFilters({ saved, lastTime }: RunsModel): readonly SavedFilter[] {
  return [...saved, ...(lastTime === undefined ? [] : [{ name: "last time", text: lastTime }])];
}

function chosenFilter(model: RunsModel): SavedFilter | undefined {
  return offeredFilters(model)[model.filters?.index ?? -1];
}

function walked(model: RunsModel, step: 1 | -1): RunsModel {
  const last = Math.max(0, offeredFilters(model).length - 1);
  return { ...model, filters: { index: clamp((model.filters?.index ?? 0) + step, 0, last) } };
}

function withoutFilters(model: RunsModel): RunsModel {
  const { filters: _, ...rest } = model;
  return rest;
}
