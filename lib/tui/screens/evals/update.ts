import { type CaseRow, shortRunId } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import { type Actions, type Place, updateOf } from "../../contract/handlers.ts";
import { loading } from "../../contract/load.ts";
import type { Msg } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { readerHandlers } from "../../reader/actions.ts";
import {
  afterMotion as afterReaderMotion,
  foldedAt,
  fresh,
  isSearching,
  type Reader,
  READER_START,
  unsearched,
  type Window,
} from "../../reader/reader.ts";
import {
  afterMotion,
  keptInView,
  type Motion,
  rowAt,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { isInside, paneAt } from "../../widgets/panes.ts";
import { CASE_HEAD_ROWS, columnAt } from "./cases.ts";
import { CONCURRENCY_ACTIONS, typedConcurrency, withConcurrency } from "./concurrency.ts";
import { evalsLayout, type Focus, listPane } from "./layout.ts";
import {
  aboutChosen,
  caseOf,
  caseRows,
  caseRowsOf,
  chosenCase,
  chosenCell,
  chosenExperiment,
  comparedRuns,
  type EvalsModel,
  experimentRows,
  LIST_MAX,
  LIST_STEP,
  type Opened,
  OPENED_START,
  ORDERS,
  overviewQuery,
  readPane,
  seenNow,
} from "./model.ts";
import type { EvalsQueries } from "./queries.ts";
import { readingWindow, readScores } from "./reading.ts";
import { nameOf } from "./scores.ts";

const load = loading<EvalsQueries>();
const LIST_INTERVAL_MS = 500;
const OVERVIEW_INTERVAL_MS = 1_000;
/** Border and heading. */
const TABLE_HEAD_ROWS = 2;
/** More are asked for when the selection is so near to the end. */
const NEAR_ROWS = 50;
const PANES: readonly Focus[] = ["cases", "about", "scores", "difference"];

const LIST_ACTIONS: Actions<EvalsModel> = {
  open: (model) => {
    const chosen = chosenExperiment(model);
    return chosen ? withOpened(model, [chosen.experimentId]) : [model, []];
  },
  mark: (model) => {
    const chosen = chosenExperiment(model);
    const { marked, ...rest } = model;
    if (!chosen || chosen.experimentId === marked) return [rest, []];
    return [{ ...rest, marked: chosen.experimentId }, []];
  },
  compare: (model) => {
    const chosen = chosenExperiment(model);
    const { marked } = model;
    if (!chosen) return [model, []];
    if (marked !== undefined && marked !== chosen.experimentId) {
      return withOpened(model, inOrder(model, marked, chosen.experimentId));
    }
    const text = `${shortRunId(chosen.experimentId)} is marked: go to another experiment, then press d`;
    return [{ ...model, marked: chosen.experimentId }, [notice("info", text)]];
  },
  copy: (model) => {
    const chosen = chosenExperiment(model);
    return [model, chosen ? [{ type: "copy", text: chosen.experimentId }] : []];
  },
  copy_command: (model) => {
    const chosen = chosenExperiment(model);
    return [model, chosen ? [{ type: "copy", text: `agentop experiments ${chosen.experimentId}` }] : []];
  },
  ...CONCURRENCY_ACTIONS,
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  reload: (model) => loadList({ ...model, state: "loading" }),
  back: (model, env) => {
    const { marked, ...rest } = model;
    if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
    return marked === undefined ? [model, [{ type: "leave" }]] : [rest, []];
  },
};

const READER = readerHandlers<EvalsModel>({
  reader: readerOf,
  with: withReader,
  window: windowOf,
  begun: (model) => change(model, { focus: readPane(model.opened!) }),
});

const OPENED_ACTIONS: Actions<EvalsModel> = {
  ...READER.actions,
  fold: (model, env) => [
    withReader(model, foldedAt(readerOf(model), (reader) => windowOf(withReader(model, reader), env))),
    [],
  ],
  open: (model) => {
    const chosen = chosenCell(model.opened!);
    return chosen ? load([model, []], "run", { runId: chosen.cell.runId }) : [model, []];
  },
  compare: (model) => {
    const runs = comparedRuns(model.opened!);
    if (!runs) return [model, [notice("info", "This case has no run on both sides")]];
    return [model, [{ type: "go", screen: "compare", compare: runs }]];
  },
  score: (model) => {
    const chosen = chosenCell(model.opened!);
    if (!chosen) return [model, []];
    const { cell: { runId }, row: { caseId }, side } = chosen;
    const about = `${caseId} of ${nameOf(model.opened!.overview!, side)}, run ${shortRunId(runId)}`;
    return [model, [{ type: "to_score", subject: { runId, about } }]];
  },
  side_right: (model) => toSide(model, 1),
  side_left: (model) => toSide(model, -1),
  sort: (model) => reordered(model, { order: neighbour(ORDERS, model.order, 1) }),
  tab_right: (model) => reordered(model, { scorer: scorerAt(model.opened!, 1) }),
  tab_left: (model) => reordered(model, { scorer: scorerAt(model.opened!, -1) }),
  pair: (model) => {
    const { overview } = model.opened!;
    if (!overview || overview.pairs.length < 2) return [model, []];
    return asked(change(model, { pair: (overview.pair + 1) % overview.pairs.length }));
  },
  focus: (model, env) => [inView(change(model, { focus: nextPane(model.opened!, 1) }), env), []],
  focus_back: (model, env) => [inView(change(model, { focus: nextPane(model.opened!, -1) }), env), []],
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  edit: (model) => {
    const path = model.opened!.overview?.paths.at(-1);
    return [model, path === undefined ? [] : [{ type: "open_file", path }]];
  },
  copy: (model) => {
    const chosen = chosenCell(model.opened!);
    return [model, chosen ? [{ type: "copy", text: chosen.cell.runId }] : []];
  },
  copy_command: (model) => [model, [{ type: "copy", text: commandOf(model.opened!) }]],
  reload: (model) => asked(model),
  back: (model, env) => {
    if (isSearching(readerOf(model))) return [withReader(model, unsearched(readerOf(model))), []];
    if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
    if (model.opened!.focus !== "cases") return [change(model, { focus: "cases" }), []];
    const { opened: _, ...rest } = model;
    return loadList(inView(rest, env));
  },
  half_down: (model, env, count) => [readOn(model, { action: "half_down", count }, env), []],
  half_up: (model, env, count) => [readOn(model, { action: "half_up", count }, env), []],
};

const handled = updateOf<EvalsModel, EvalsQueries>({
  entered: (model, { name }) => {
    const [opened, effects] = loadList(name === undefined ? model : change(model, undefined));
    if (name !== undefined) return withOpened(opened, [name], effects);
    return opened.opened ? asked(opened, undefined, effects) : [opened, effects];
  },
  storeChanged: (model) => {
    const listed = loadList(model, LIST_INTERVAL_MS);
    return model.opened ? asked(listed[0], OVERVIEW_INTERVAL_MS, listed[1]) : listed;
  },
  resized: (model, env) => [inView(model, env), []],
  actions: (model) => (model.opened ? OPENED_ACTIONS : LIST_ACTIONS),
  moved,
  clicked,
  typed: (model, change, env) => [
    model.setting ? typedConcurrency(model, change) : READER.typed(model, change, env),
    [],
  ],
  sought: (model, hits, env) => [model.opened ? READER.sought(model, hits, env) : model, []],
  wheeled: (model, lines, place, env) => {
    const pane = model.opened && paneAt(evalsLayout(model, model.opened, env), PANES, place.x, place.y);
    const at = pane && pane !== "cases" ? change(model, { focus: pane }) : model;
    const [next, effects] = moved(at, wheelMotion(lines), env);
    return [model.opened ? change(next, { focus: model.opened.focus }) : next, effects];
  },
  answered: {
    set: withConcurrency,
    list: (model, { experiments, hasMore }, env) => {
      const seen = seenNow(model.seen, experiments, env.nowMs);
      const next: EvalsModel = { ...model, experiments, hasMore, seen, state: "ready", failure: NO_FAILURE };
      return [inView(next, env), []];
    },
    overview: (model, overview, env) => {
      if (!model.opened) return [model, []];
      const first = model.opened.overview ? {} : { column: worstSide(overview.cases[0]) };
      const { pair } = overview;
      const next = change(model, { overview, pair, state: "ready", failure: NO_FAILURE, ...first });
      return described(inView(next, env), OVERVIEW_INTERVAL_MS);
    },
    about: (model, about) => [model.opened ? change(model, { about }) : model, []],
    run: (model, { traceId, runId }) => [model, [{ type: "go", screen: "live", target: { traceId, runId } }]],
  },
  failed: {
    list: (model, failure) => [{ ...model, state: "failed", failure }, []],
    overview: (model, failure) => [model.opened ? change(model, { state: "failed", failure }) : model, []],
  },
});

export function updateEvals(model: EvalsModel, msg: Msg<EvalsQueries>, env: Env): Step<EvalsModel> {
  const step = handled(model, msg, env);
  return step[0].opened ? READER.seeking(step, env) : step;
}

function loadList(model: EvalsModel, minIntervalMs?: number): Step<EvalsModel> {
  return load([model, []], "list", { limit: model.limit }, minIntervalMs);
}

/** Reads what is open again. */
function asked(
  model: EvalsModel,
  minIntervalMs?: number,
  effects: Step<EvalsModel>[1] = [],
): Step<EvalsModel> {
  const { opened } = model;
  if (!opened) return [model, effects];
  return load([model, effects], "overview", overviewQuery(model, opened), minIntervalMs);
}

/** Asks what the chosen cell is; when that is known, only as a refresh. */
function described(model: EvalsModel, minIntervalMs?: number): Step<EvalsModel> {
  const { opened } = model;
  const wanted = opened && caseOf(opened);
  const isKnown = opened !== undefined && aboutChosen(opened) !== undefined;
  if (!wanted || isKnown && minIntervalMs === undefined) return [model, []];
  return load([model, []], "about", wanted, isKnown ? minIntervalMs : undefined);
}

function withOpened(
  model: EvalsModel,
  experiments: Opened["experiments"],
  effects: Step<EvalsModel>[1] = [],
): Step<EvalsModel> {
  return asked({ ...model, opened: { ...OPENED_START, experiments } }, undefined, effects);
}

/** What is open, changed; without a change it is closed. */
function change(model: EvalsModel, changed: Partial<Opened> | undefined): EvalsModel {
  const { opened, ...rest } = model;
  return opened && changed ? { ...rest, opened: { ...opened, ...changed } } : rest;
}

/** The older one first, as far as it is known. */
function inOrder({ experiments }: EvalsModel, a: string, b: string): readonly [string, string] {
  const place = (id: string) => experiments.findIndex((it) => it.experimentId === id);
  return place(a) >= 0 && place(a) < place(b) ? [b, a] : [a, b];
}

/** By another scorer, or in another order: from the first case on. */
function reordered(
  model: EvalsModel,
  changed: { readonly order?: EvalsModel["order"]; readonly scorer?: string | undefined },
): Step<EvalsModel> {
  const { scorer, ...rest } = model.opened!;
  const wanted = "scorer" in changed ? changed.scorer : scorer;
  const opened: Opened = {
    ...rest,
    cases: OPENED_START.cases,
    ...(wanted === undefined ? {} : { scorer: wanted }),
  };
  return asked({ ...model, order: changed.order ?? model.order, opened });
}

function scorerAt({ overview, scorer }: Opened, step: 1 | -1): string | undefined {
  return neighbour([undefined, ...overview?.scorers ?? []], scorer, step);
}

function toSide(model: EvalsModel, step: 1 | -1): Step<EvalsModel> {
  const { overview, column } = model.opened!;
  const last = Math.max(0, (overview?.sides.length ?? 1) - 1);
  const next = Math.min(last, Math.max(0, column + step));
  return described(change(model, { column: next, focus: "cases", readers: readersAnew(model.opened!) }));
}

function nextPane({ focus, overview }: Opened, step: 1 | -1): Focus {
  return neighbour(PANES.filter((it) => it !== "difference" || overview?.difference), focus, step);
}

function commandOf({ experiments, overview }: Opened): string {
  const pair = overview?.pairs[overview.pair];
  if (experiments.length === 1 || !overview || !pair) return `agentop experiments ${experiments[0]}`;
  const [left, right] = pair.map((at) => {
    const { experimentId, variant } = overview.sides[at]!;
    return /^[\w.-]+$/.test(variant) ? `${experimentId}/${variant}` : experimentId;
  });
  return `agentop compare ${left} ${right}`;
}

function moved(model: EvalsModel, motion: Motion, env: Env): Step<EvalsModel> {
  const { opened } = model;
  if (!opened) {
    const rows = experimentRows(model, env);
    const list = afterMotion(model.list, rows, motion);
    const next = { ...model, list };
    const isNear = model.hasMore && list.index + NEAR_ROWS > rows.total && model.limit < LIST_MAX;
    return isNear ? loadList({ ...next, limit: model.limit + LIST_STEP }) : [next, []];
  }
  if (opened.focus !== "cases") return [readOn(model, motion, env), []];
  return toCase(model, afterMotion(opened.cases, caseRows(model, opened, env), motion));
}

function toCase(model: EvalsModel, cases: Opened["cases"]): Step<EvalsModel> {
  const opened = model.opened!;
  if (cases === opened.cases) return [model, []];
  return described(sideWithResult(change(model, { cases, readers: readersAnew(opened) })));
}

/** The side on which a case went worst. */
function worstSide(row: CaseRow | undefined): number {
  const rank = (cell: CaseRow["cells"][number]) => cell ? cell.errors > 0 ? -1 : cell.value ?? 1 : 2;
  const ranks = row?.cells.map(rank) ?? [];
  return Math.max(0, ranks.indexOf(Math.min(...ranks)));
}

/** Where the chosen side has no result of the case, the first that has one. */
function sideWithResult(model: EvalsModel): EvalsModel {
  const row = model.opened && chosenCase(model.opened);
  if (!row || row.cells[model.opened!.column]) return model;
  const column = row.cells.findIndex((it) => it !== null);
  return column < 0 ? model : change(model, { column });
}

function readOn(model: EvalsModel, motion: Motion, env: Env): EvalsModel {
  const opened = model.opened!;
  if (opened.focus === "scores") return change(model, { scoresTop: readScores(model, opened, motion, env) });
  return withReader(model, afterReaderMotion(opened.readers[readPane(opened)], motion, windowOf(model, env)));
}

/** Another case: what is told of it begins anew. */
function readersAnew({ readers }: Opened): Opened["readers"] {
  return { ...readers, about: fresh(readers.about) };
}

function withReader(model: EvalsModel, reader: Reader): EvalsModel {
  const { opened } = model;
  return opened ? change(model, { readers: { ...opened.readers, [readPane(opened)]: reader } }) : model;
}

function readerOf({ opened }: EvalsModel): Reader {
  return opened ? opened.readers[readPane(opened)] : READER_START;
}

function windowOf(model: EvalsModel, env: Env): Window {
  return readingWindow(model, model.opened!, readPane(model.opened!), env);
}

function clicked(model: EvalsModel, { x, y }: Place, env: Env): Step<EvalsModel> {
  const { opened } = model;
  if (!opened) {
    const { table } = listPane(model, env);
    if (!isInside(table, x, y)) return [model, []];
    const rows = experimentRows(model, env);
    const row = rowAt(model.list, rows, y - table.y - TABLE_HEAD_ROWS);
    return [row === undefined ? model : { ...model, list: withSelected(model.list, rows, row) }, []];
  }
  const layout = evalsLayout(model, opened, env);
  const pane = paneAt(layout, PANES, x, y);
  if (!pane) return [model, []];
  const at = change(model, { focus: pane });
  if (pane !== "cases") return [inView(at, env), []];
  const area = layout.cases!;
  const rows = caseRows(model, opened, env);
  const row = rowAt(opened.cases, rows, y - area.y - CASE_HEAD_ROWS);
  if (row === undefined) return [at, []];
  const column = columnAt(opened, area.columns, x - area.x) ?? opened.column;
  return toCase(change(at, { column }), withSelected(opened.cases, rows, row));
}

function inView(model: EvalsModel, env: Env): EvalsModel {
  const { opened } = model;
  if (!opened) return { ...model, list: keptInView(model.list, experimentRows(model, env)) };
  if (caseRowsOf(opened).length === 0) return model;
  return sideWithResult(change(model, { cases: keptInView(opened.cases, caseRows(model, opened, env)) }));
}
