import type { Experiment, Run, RunFilter, RunNote, RunSort } from "../../../core/mod.ts";
import type { TuiStore } from "../../ports.ts";

/** A row of the list that is a run. */
export interface RunRow {
  readonly kind: "run";
  readonly id: string;
  readonly run: Run;
  /** How deep it lies below a row that is unfolded; 0: below none. */
  readonly depth: number;
  readonly note?: RunNote;
  /** Whether what it handed over is folded into it; absent in a list that is not folded, and where there is nothing. */
  readonly fold?: "folded" | "open";
}

/** A row that stands for the runs of an experiment. */
export interface ExperimentRow {
  readonly kind: "experiment";
  readonly id: string;
  readonly experiment: Experiment & { readonly runs: number };
  readonly fold: "folded" | "open";
}

/** Rows below an unfolded one that are not listed. */
export interface MoreRow {
  readonly kind: "more";
  readonly id: string;
  readonly depth: number;
  readonly count: number;
}

export type ListRow = RunRow | ExperimentRow | MoreRow;

/** How a list is folded. */
export interface Folding {
  /** Ids of the rows that are unfolded. */
  readonly unfolded: readonly string[];
  /** What lies below a row comes before it: the page is drawn from its end. */
  readonly isUpsideDown: boolean;
}

/** What the store has of a page. */
export interface PageRows {
  readonly rows: readonly ListRow[];
  /** Those of them that lie below no other. */
  readonly heads: number;
  readonly nextCursor?: string;
}

/** Which rows of which list. */
export interface PageAsked {
  /** Its place in the list of pages. */
  readonly page: number;
  readonly filter: RunFilter;
  readonly sort: RunSort;
  readonly fromEnd: boolean;
  readonly limit: number;
  readonly cursor?: string;
  /** Absent: every run has its row. */
  readonly folding?: Folding;
}

/** The rows, and which they are. */
export interface PageLoaded extends PageRows {
  readonly page: number;
  readonly cursor?: string;
}

export const UNFOLDED_MAX = 100;
/** Of one run or experiment. */
const BELOW_MAX = 200;
const DEPTH_MAX = 8;

type ListStore = Pick<TuiStore, "listRuns" | "runNotes">;

export function experimentRowId(experimentId: string): string {
  return `experiment ${experimentId}`;
}

/** A page of the list, folded or not, with what is to be said of its runs. */
export async function listPage(
  store: ListStore,
  { page, folding, ...query }: PageAsked,
): Promise<PageLoaded> {
  const filter: RunFilter = folding ? { ...query.filter, isHead: true } : query.filter;
  const { runs, nextCursor } = await store.listRuns({ ...query, filter });
  const notes = await notesOf(store, runs);
  const rows: ListRow[] = [];
  for (const run of runs) {
    const note = notes.get(run.runId);
    if (!folding) {
      rows.push(rowOf(run, 0, note));
      continue;
    }
    const block = note?.experiment
      ? await experimentBlock(store, note.experiment, folding)
      : await runBlock(store, run, 0, note, folding);
    rows.push(...(folding.isUpsideDown ? block.toReversed() : block));
  }
  return {
    page,
    rows,
    heads: runs.length,
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...(nextCursor === undefined ? {} : { nextCursor }),
  };
}

async function notesOf(store: ListStore, runs: readonly Run[]): Promise<ReadonlyMap<string, RunNote>> {
  const notes = await store.runNotes(runs.map((run) => run.runId));
  return new Map(notes.map((note) => [note.runId, note]));
}

function rowOf(run: Run, depth: number, note: RunNote | undefined, fold?: RunRow["fold"]): RunRow {
  return {
    kind: "run",
    id: run.traceId,
    run,
    depth,
    ...(note ? { note } : {}),
    ...(fold === undefined ? {} : { fold }),
  };
}

async function experimentBlock(
  store: ListStore,
  experiment: ExperimentRow["experiment"],
  { unfolded, ...folding }: Folding,
): Promise<readonly ListRow[]> {
  const id = experimentRowId(experiment.experimentId);
  const isOpen = unfolded.includes(id);
  const head: ExperimentRow = { kind: "experiment", id, experiment, fold: isOpen ? "open" : "folded" };
  if (!isOpen) return [head];
  const filter: RunFilter = { group: experiment.experimentId, parent: null };
  return [head, ...await below(store, { filter }, id, 1, { unfolded, ...folding })];
}

async function runBlock(
  store: ListStore,
  run: Run,
  depth: number,
  note: RunNote | undefined,
  folding: Folding,
): Promise<readonly ListRow[]> {
  const hasChildren = (note?.children ?? 0) > 0 && depth < DEPTH_MAX;
  if (!hasChildren) return [rowOf(run, depth, note)];
  if (!folding.unfolded.includes(run.traceId)) return [rowOf(run, depth, note, "folded")];
  const filter: RunFilter = { parent: run.runId };
  const rows = await below(store, { filter, sort: "oldest" }, run.traceId, depth + 1, folding);
  return [rowOf(run, depth, note, "open"), ...rows];
}

async function below(
  store: ListStore,
  query: { readonly filter: RunFilter; readonly sort?: "oldest" },
  id: string,
  depth: number,
  folding: Folding,
): Promise<readonly ListRow[]> {
  const { runs, nextCursor } = await store.listRuns({ ...query, limit: BELOW_MAX });
  const notes = await notesOf(store, runs);
  const rows: ListRow[] = [];
  for (const run of runs) rows.push(...await runBlock(store, run, depth, notes.get(run.runId), folding));
  return nextCursor === undefined
    ? rows
    : [...rows, { kind: "more", id: `more ${id}`, depth, count: BELOW_MAX }];
}
