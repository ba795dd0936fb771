import { notice } from "../../contract/effects.ts";
import type { Actions } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { type ListRow, UNFOLDED_MAX } from "./listed.ts";
import { loadAnew, loadPage } from "./load.ts";
import { foldingOf, type RunsModel, selectedRow } from "./model.ts";
import { selected } from "./selection.ts";
import { pageOfRow, rowAt } from "./window.ts";

export const FOLD_ACTIONS: Actions<RunsModel> = {
  unfold: (model) => {
    const row = selectedRow(model);
    if (foldOf(row) === undefined || model.unfolded.includes(row!.id)) return [model, []];
    return shownAgain({ ...model, unfolded: [...model.unfolded, row!.id].slice(-UNFOLDED_MAX) });
  },
  fold: (model, env) => {
    const row = selectedRow(model);
    if (!row) return [model, []];
    if (model.unfolded.includes(row.id)) {
      return shownAgain({ ...model, unfolded: model.unfolded.filter((id) => id !== row.id) });
    }
    const head = headOf(model, depthOf(row));
    return head === undefined ? [model, []] : selected(model, head, env);
  },
  fold_all: (model, env) => folded({ ...atHead(model, env), isFolded: true, unfolded: [] }, env),
  unfold_all: (model, env) => folded({ ...model, isFolded: false }, env),
};

/** Whether what lies below the row is folded into it; `undefined`: nothing does. */
export function foldOf(row: ListRow | undefined): "folded" | "open" | undefined {
  return row === undefined || row.kind === "more" ? undefined : row.fold;
}

export function depthOf(row: ListRow | undefined): number {
  return row === undefined || row.kind === "experiment" ? 0 : row.depth;
}

/** The page that the row is in, with what lies below it or without. */
function shownAgain(model: RunsModel): Step<RunsModel> {
  return loadPage([model, []], pageOfRow(model.window, model.list.index));
}

/** The row that a row so deep lies below. */
function headOf({ window, list, reversed }: RunsModel, depth: number): number | undefined {
  if (depth === 0) return undefined;
  const step = reversed ? 1 : -1;
  for (let index = list.index + step;; index += step) {
    const row = rowAt(window, index);
    if (!row) return undefined;
    if (depthOf(row) < depth) return index;
  }
}

/** With the row chosen that the chosen one lies below, at the top. */
function atHead(model: RunsModel, env: Env): RunsModel {
  const row = selectedRow(model);
  const head = headOf(model, depthOf(row));
  return head === undefined ? model : atHead(selected(model, head, env)[0], env);
}

function folded(model: RunsModel, env: Env): Step<RunsModel> {
  if (model.isFolded && !foldingOf(model)) {
    const text = "A filter, or an order by figures, lists run by run. Try: esc, or s";
    return [model, [notice("info", text)]];
  }
  return loadAnew(model, { reversed: false }, env);
}
