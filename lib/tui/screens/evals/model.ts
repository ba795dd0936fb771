import type {
  CaseCell,
  CaseOrder,
  CaseRow,
  Experiment,
  ExperimentOverview,
  Explanation,
  OverviewQuery,
  SideFigures,
} from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import type { TextField } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { type Reader, READER_START } from "../../reader/reader.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedItem } from "../../widgets/list.ts";
import { evalsLayout, type Focus, listPane } from "./layout.ts";
import type { CaseAbout, CaseOf, EvalsQueries } from "./queries.ts";

export const ORDERS = ["worst", "changed", "suite"] as const satisfies readonly CaseOrder[];

/** How far an experiment was when it was seen. */
export interface Seen {
  readonly done: number;
  readonly atMs: number;
}

/** Panes that are read, not chosen from. */
export type Reading = "difference" | "about";

/** What is open: an experiment, or two that are compared. */
export interface Opened {
  readonly experiments: OverviewQuery["experiments"];
  /** Which of its pairs is compared. */
  readonly pair: number;
  readonly scorer?: string;
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  readonly overview?: ExperimentOverview;
  /** The cases, by their ids. */
  readonly cases: ListPlace;
  /** Which side of the case. */
  readonly column: number;
  readonly focus: Focus;
  /** The first row of the scores in view. */
  readonly scoresTop: number;
  /** Where the person is in the panes that are read. */
  readonly readers: Readonly<Record<Reading, Reader>>;
  readonly about?: CaseAbout;
}

export interface EvalsModel {
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  /** Newest first. */
  readonly experiments: readonly Experiment[];
  readonly hasMore: boolean;
  /** How many were asked for. */
  readonly limit: number;
  /** Of those that run: when they were first seen, and how far they were then. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** The experiments, by their ids. */
  readonly list: ListPlace;
  /** To be compared with another one. */
  readonly marked?: string;
  readonly order: CaseOrder;
  readonly zoom: boolean;
  readonly opened?: Opened;
  /** The concurrency of that experiment is typed. */
  readonly setting?: { readonly experimentId: string; readonly field: TextField };
  readonly tickets: Tickets<EvalsQueries>;
}

export const LIST_STEP = 200;
export const LIST_MAX = 10_000;

export const INITIAL: EvalsModel = {
  state: "loading",
  failure: NO_FAILURE,
  experiments: [],
  hasMore: false,
  limit: LIST_STEP,
  seen: new Map(),
  list: LIST_START,
  order: "worst",
  zoom: false,
  tickets: { set: 0, list: 0, overview: 0, about: 0, run: 0 },
};

export const OPENED_START: Omit<Opened, "experiments"> = {
  pair: 0,
  state: "loading",
  failure: NO_FAILURE,
  cases: LIST_START,
  column: 0,
  focus: "cases",
  scoresTop: 0,
  readers: { difference: READER_START, about: READER_START },
};

/** The pane that is read: beside the cases, what the chosen one is. */
export function readPane({ focus }: Opened): Reading {
  return focus === "difference" ? "difference" : "about";
}

export function isRunning({ status }: Pick<Experiment, "status">): boolean {
  return status === "running";
}

export function experimentRows(model: EvalsModel, env: Env): ListRows {
  return listRows(model.experiments, (it) => it.experimentId, listPane(model, env).height);
}

export function chosenExperiment(model: EvalsModel): Experiment | undefined {
  return selectedItem(model.experiments, (it) => it.experimentId, model.list);
}

export function caseRowsOf({ overview }: Opened): readonly CaseRow[] {
  return overview?.cases ?? [];
}

export function caseRows(model: EvalsModel, opened: Opened, env: Env): ListRows {
  return listRows(caseRowsOf(opened), (it) => it.caseId, evalsLayout(model, opened, env).casesHeight);
}

export function chosenCase(opened: Opened): CaseRow | undefined {
  return selectedItem(caseRowsOf(opened), (it) => it.caseId, opened.cases);
}

/** The side of the chosen case that is in view; the first that has a result, where the chosen one has none. */
export function chosenCell(
  opened: Opened,
): { readonly row: CaseRow; readonly cell: CaseCell; readonly side: SideFigures } | undefined {
  const row = chosenCase(opened);
  const cell = row?.cells[opened.column];
  const side = opened.overview?.sides[opened.column];
  return row && cell && side ? { row, cell, side } : undefined;
}

/** What the description of the chosen cell is asked by. */
export function caseOf(opened: Opened): CaseOf | undefined {
  const chosen = chosenCell(opened);
  if (!chosen) return undefined;
  const { row, cell, side } = chosen;
  const { experimentId, variant } = side;
  return { experimentId, variant, caseId: row.caseId, runId: cell.runId };
}

/** The description, where it is of the chosen cell. */
export function aboutChosen(opened: Opened): CaseAbout | undefined {
  const wanted = caseOf(opened);
  const { about } = opened;
  return about && wanted && about.runId === wanted.runId && about.caseId === wanted.caseId &&
      about.variant === wanted.variant
    ? about
    : undefined;
}

/** The runs of the chosen case on the two compared sides. */
export function comparedRuns(opened: Opened): { readonly left: string; readonly right: string } | undefined {
  const row = chosenCase(opened);
  const pair = opened.overview?.pairs[opened.overview.pair];
  if (!row || !pair) return undefined;
  const [left, right] = pair.map((at) => row.cells[at]?.runId);
  return left !== undefined && right !== undefined ? { left, right } : undefined;
}

export function overviewQuery({ order }: EvalsModel, opened: Opened): OverviewQuery {
  const { experiments, pair, scorer } = opened;
  return { experiments, pair, order, ...(scorer === undefined ? {} : { scorer }) };
}

/** What was done since it was first seen here, by time; before that, nobody knows how much of it an earlier process did. */
export function paceOf(
  { experimentId, done, planned }: Experiment,
  seen: EvalsModel["seen"],
  nowMs: number,
): { readonly perSecond: number; readonly leftMs: number } | undefined {
  const first = seen.get(experimentId);
  if (!first || done <= first.done || nowMs <= first.atMs) return undefined;
  const perMs = (done - first.done) / (nowMs - first.atMs);
  return { perSecond: perMs * 1000, leftMs: Math.max(0, planned - done) / perMs };
}

/** Those that run, as they were when first seen. */
export function seenNow(
  before: EvalsModel["seen"],
  experiments: readonly Experiment[],
  nowMs: number,
): EvalsModel["seen"] {
  return new Map(
    experiments.filter(isRunning).map((
      { experimentId, done },
    ) => [experimentId, before.get(experimentId) ?? { done, atMs: nowMs }]),
  );
}

/** How cases are ordered, for the next start. */
export function rememberEvals({ order, zoom }: EvalsModel): unknown {
  const kept = { ...(order === INITIAL.order ? {} : { order }), ...(zoom ? { zoom } : {}) };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

export function restoreEvals(model: EvalsModel, saved: unknown): EvalsModel {
  if (typeof saved !== "object" || saved === null) return model;
  const { order, zoom } = saved as Record<string, unknown>;
  return { ...model, order: ORDERS.find((it) => it === order) ?? model.order, zoom: zoom === true };
}
