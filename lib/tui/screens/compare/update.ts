import { notice } from "../../contract/effects.ts";
import type { ForkTree } from "../../../analysis/mod.ts";
import { type Explanation, isLive, sentenceOf, shortRunId } from "../../../core/mod.ts";
import { loading } from "../../contract/load.ts";
import { type Actions, type Place, updateOf } from "../../contract/handlers.ts";
import type { Msg, Pairing } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { chosenMember, familyWith, memberRows } from "../../widgets/family.ts";
import { readerHandlers } from "../../reader/actions.ts";
import { afterMotion, afterWheel, foldedAt, fresh, isSearching, unsearched } from "../../reader/reader.ts";
import {
  afterMotion as afterListMotion,
  keptInView,
  LIST_START,
  type ListPlace,
  type Motion,
  rowAt,
  selectedIndex,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { paneAt } from "../../widgets/panes.ts";
import { stepped } from "../../widgets/split.ts";
import type { Comparison } from "./comparison.ts";
import { detailWindow } from "./detail.ts";
import {
  chosenRow,
  compareDragged,
  compareLayout,
  type CompareModel,
  familyHeight,
  hasFamilyPane,
  INITIAL,
  rowsOf,
  stepRows,
  textPairs,
} from "./model.ts";
import type { CompareQueries } from "./queries.ts";
import { nextChange } from "./rows.ts";

const load = loading<CompareQueries>();
const FAMILY_INTERVAL_MS = 2_000;
/** The border. */
const LIST_HEAD_ROWS = 1;
const PANES = ["family", "list", "detail"] as const;

const READER = readerHandlers<CompareModel>({
  reader: (model) => model.reader,
  with: (model, reader) => ({ ...model, reader }),
  window: detailWindow,
  begun: (model) => ({ ...model, focus: "detail" }),
});

const ACTIONS: Actions<CompareModel> = {
  ...READER.actions,
  pane_more: (model, env, count) => [inView({ ...model, split: stepped(model.split, 1, count) }, env), []],
  pane_less: (model, env, count) => [inView({ ...model, split: stepped(model.split, -1, count) }, env), []],
  back: (model, env) => {
    if (isSearching(model.reader)) return [{ ...model, reader: unsearched(model.reader) }, []];
    if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
    return model.focus === "list" ? [model, [{ type: "leave" }]] : [focused(model, "list", env), []];
  },
  focus: (model, env) => [focused(model, nextPane(model, env), env), []],
  family: (model, env) => [focused(model, model.focus === "family" ? "list" : "family", env), []],
  read: (model, env) => [focused(model, "detail", env), []],
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  right_side: (model) => sided(model, "right"),
  left_side: (model) => sided(model, "left"),
  mode: (model) => [begun({ ...model, mode: model.mode === "words" ? "unified" : "words" }), []],
  swap: (model) => {
    const { pairing } = model;
    return pairing ? turned(model, { left: pairing.right, right: pairing.left }) : [model, []];
  },
  reload: (model) => (model.pairing ? opened(model, model.pairing) : [model, []]),
  copy_command: (model) => {
    const name = (id: string) => id.replace(/[^\w.~-]/g, "");
    const { left, right } = model.pairing ?? { left: "", right: "" };
    return [model, [{ type: "copy", text: `agentop diff ${name(left)} ${name(right)}` }]];
  },
  notebook: (model) => [
    model,
    model.pairing ? [{ type: "to_notebook", shown: { kind: "diff", ...model.pairing } }] : [],
  ],
  fold: (model, env) => [toggled(model, env), []],
  fold_branch: (model, env) => {
    const reader = foldedAt(model.reader, (it) => detailWindow({ ...model, reader: it }, env));
    return [{ ...model, reader }, []];
  },
  next_change: (model, env) => toChange(model, 1, env),
  previous_change: (model, env) => toChange(model, -1, env),
  half_down: (model, env, count) => halfPage(model, { action: "half_down", count }, env),
  half_up: (model, env, count) => halfPage(model, { action: "half_up", count }, env),
};

const handled = updateOf<CompareModel, CompareQueries>({
  entered: (model, { compare }) => {
    if (compare) return opened(model, compare);
    // Nobody has chosen two runs: what somebody ran again last is what they want to see.
    if (!model.pairing) return load([model, []], "newest", undefined);
    // Kept from the last time: it is read when the screen comes into view.
    return model.comparison ? loadFamily(model) : opened(model, model.pairing);
  },
  storeChanged: (model) => loadFamily(model, FAMILY_INTERVAL_MS),
  resized: (model, env) => [inView(model, env), []],
  actions: () => ACTIONS,
  moved,
  typed: (model, change, env) => [READER.typed(model, change, env), []],
  sought: (model, hits, env) => [READER.sought(model, hits, env), []],
  dragged: (model, place, env) => [inView(compareDragged(model, place, env), env), []],
  wheeled: (model, lines, { x, y }, env) => {
    const focus = paneAt(compareLayout(model, env), PANES, x, y) ?? model.focus;
    if (focus === "detail") {
      return [{ ...model, reader: afterWheel(model.reader, lines, detailWindow(model, env)) }, []];
    }
    const [next, effects] = moved({ ...model, focus }, wheelMotion(lines), env);
    return [{ ...next, focus: model.focus }, effects];
  },
  clicked,
  answered: {
    compare: compared,
    newest: (model, pairing) => (pairing && !model.pairing ? opened(model, pairing) : [model, []]),
    family: (model, tree, env) => [withFamily(model, tree, env), []],
    texts: (model, list) => [{ ...model, texts: { key: chosenRow(model)?.key ?? "", list } }, []],
  },
  failed: { compare: failed },
});

export function updateCompare(model: CompareModel, msg: Msg<CompareQueries>, env: Env): Step<CompareModel> {
  return READER.seeking(handled(model, msg, env), env);
}

/** Other runs, from the top; how they are shown stays. */
function opened(model: CompareModel, pairing: Pairing): Step<CompareModel> {
  if (isPair(model.pairing, pairing)) return load([model, []], "compare", pairing);
  const { mode, zoom, split, tickets } = model;
  const fresh: CompareModel = { ...INITIAL, mode, zoom, split, tickets, pairing, state: "loading" };
  return load([fresh, []], "compare", pairing);
}

/** Other sides of the comparison in view, which stays until the new one is there. */
function turned(model: CompareModel, pairing: Pairing): Step<CompareModel> {
  const next: CompareModel = { ...model, pairing, state: "loading" };
  return load([next, []], "compare", pairing);
}

function isPair(pairing: Pairing | undefined, { left, right }: Pairing): boolean {
  return pairing?.left === left && pairing.right === right;
}

function pairOf({ left, right }: Comparison): Pairing {
  return { left: left.runId, right: right.runId };
}

function compared(model: CompareModel, comparison: Comparison, env: Env): Step<CompareModel> {
  const before = model.comparison && pairOf(model.comparison);
  const pair = pairOf(comparison);
  const isKnown = !before || isPair(before, pair) || isPair(before, { left: pair.right, right: pair.left });
  const next: CompareModel = {
    ...model,
    ...(isKnown ? {} : { list: LIST_START, unfolded: INITIAL.unfolded, reader: fresh(model.reader) }),
    comparison,
    state: "ready",
    failure: NO_FAILURE,
  };
  const rows = rowsOf(next);
  const first = rows.find((row) => row.isChange) ?? rows[0];
  const isThere = rows.some((row) => row.key === next.list.selectedId);
  const list = isThere ? next.list : { ...next.list, selectedId: first?.key };
  const [shown, effects] = loadTexts(inView({ ...next, list }, env));
  const [done, more] = loadFamily(shown);
  return [done, [...effects, ...more]];
}

/** The comparison in view stays when another one cannot be made. */
function failed(model: CompareModel, failure: Explanation): Step<CompareModel> {
  const { comparison, pairing } = model;
  if (!comparison || !pairing || isPair(pairing, pairOf(comparison))) {
    return [{ ...model, state: "failed", failure }, []];
  }
  return [{ ...model, state: "ready", pairing: pairOf(comparison) }, [
    notice("error", sentenceOf(failure)),
  ]];
}

function loadFamily(model: CompareModel, minIntervalMs?: number): Step<CompareModel> {
  const { comparison } = model;
  if (!comparison) return [model, []];
  const { left, right } = pairOf(comparison);
  return load([model, []], "family", { runIds: [left, right] }, minIntervalMs);
}

function withFamily(model: CompareModel, tree: ForkTree, env: Env): CompareModel {
  const right = model.comparison?.right.runId ?? "";
  return { ...model, family: familyWith(tree, model.family, right, familyHeight(model, env)) };
}

/** The chosen run of the family on one side; the side it had before goes to the other one. */
function sided(model: CompareModel, side: keyof Pairing): Step<CompareModel> {
  const run = model.family && chosenMember(model.family)?.run;
  const { comparison } = model;
  if (!run || !comparison) return [model, []];
  if (isLive(run.status) || run.status === "queued") {
    const text = `${shortRunId(run.runId)} is ${run.status}: it can be compared when it has ended`;
    return [model, [notice("info", text)]];
  }
  const now = pairOf(comparison);
  if (now[side] === run.runId) {
    const text = `${shortRunId(run.runId)} is the ${side} side. Try: j or k for another`;
    return [model, [notice("info", text)]];
  }
  const other = side === "left" ? "right" : "left";
  const pairing: Pairing = { ...now, [side]: run.runId };
  return turned(model, now[other] === run.runId ? { ...pairing, [other]: now[side] } : pairing);
}

/** Words are compared off the key path. */
function loadTexts(model: CompareModel): Step<CompareModel> {
  const { texts: _, ...rest } = model;
  const row = chosenRow(model);
  const pairs = model.comparison && row ? textPairs(model.comparison, row) : [];
  return pairs.length === 0 ? [rest, []] : load([rest, []], "texts", { pairs });
}

function nextPane({ focus }: CompareModel, { size }: Env): CompareModel["focus"] {
  if (focus === "list") return "detail";
  return focus === "detail" && hasFamilyPane(size) ? "family" : "list";
}

function toggled(model: CompareModel, env: Env): CompareModel {
  const row = chosenRow(model);
  if (row?.kind !== "fold") return model;
  const unfolded = new Set(model.unfolded);
  if (!unfolded.delete(row.key)) unfolded.add(row.key);
  return inView({ ...model, unfolded }, env);
}

function focused(model: CompareModel, focus: CompareModel["focus"], env: Env): CompareModel {
  return inView({ ...model, focus }, env);
}

function toChange(model: CompareModel, direction: 1 | -1, env: Env): Step<CompareModel> {
  const rows = stepRows(model, env);
  const row = nextChange(rowsOf(model), selectedIndex(model.list, rows), direction);
  if (row === undefined) {
    return [model, [notice("info", "Nothing differs between these runs")]];
  }
  return chosen(model, withSelected(model.list, rows, row), env);
}

function moved(model: CompareModel, motion: Motion, env: Env): Step<CompareModel> {
  const { family, focus } = model;
  if (focus === "detail") return [readFurther(model, motion, env), []];
  if (focus === "list") return chosen(model, afterListMotion(model.list, stepRows(model, env), motion), env);
  if (!family) return [model, []];
  const rows = memberRows(family, familyHeight(model, env));
  return [{ ...model, family: afterListMotion(family, rows, motion) }, []];
}

/** Half a page of the text beside the steps. */
function halfPage(model: CompareModel, motion: Motion, env: Env): Step<CompareModel> {
  return model.focus === "family" ? moved(model, motion, env) : [readFurther(model, motion, env), []];
}

/** Another step is chosen now: its texts are compared. */
function chosen(model: CompareModel, list: ListPlace, env: Env): Step<CompareModel> {
  const next = inView({ ...model, list }, env);
  if (chosenRow(next)?.key === chosenRow(model)?.key) return [next, []];
  return loadTexts(begun(next));
}

function readFurther(model: CompareModel, motion: Motion, env: Env): CompareModel {
  return { ...model, reader: afterMotion(model.reader, motion, detailWindow(model, env)) };
}

/** Another text, from its beginning. */
function begun(model: CompareModel): CompareModel {
  return { ...model, reader: fresh(model.reader) };
}

function clicked(model: CompareModel, { x, y }: Place, env: Env): Step<CompareModel> {
  const layout = compareLayout(model, env);
  const focus = paneAt(layout, PANES, x, y);
  if (!focus) return [model, []];
  const row = y - layout[focus]!.y - LIST_HEAD_ROWS;
  const next: CompareModel = { ...model, focus };
  if (focus === "list") {
    const rows = stepRows(model, env);
    const at = rowAt(model.list, rows, row);
    return at === undefined ? [next, []] : chosen(next, withSelected(model.list, rows, at), env);
  }
  const { family } = model;
  if (focus === "detail" || !family) return [next, []];
  const rows = memberRows(family, familyHeight(model, env));
  const at = rowAt(family, rows, row);
  return [at === undefined ? next : { ...next, family: withSelected(family, rows, at) }, []];
}

function inView(model: CompareModel, env: Env): CompareModel {
  const { family } = model;
  return {
    ...model,
    list: keptInView(model.list, stepRows(model, env)),
    ...(family ? { family: keptInView(family, memberRows(family, familyHeight(model, env))) } : {}),
  };
}
