import { type Run, RUN_TAG, type RunFilter, type Store, StoreError, type Trace } from "../../core/mod.ts";
import type { App } from "../app.ts";
import { requestFor } from "../export_runs.ts";

const RUNS_PER_PAGE = 1_000;

export interface RunChoice {
  /** Only these runs, by name; else those that `filter` lets through. */
  readonly runs?: readonly string[];
  readonly filter?: RunFilter;
  readonly signal: AbortSignal;
}

/** What is known of a run before it is read. */
export interface ChosenRun {
  readonly traceId: string;
  readonly runId: string;
  /** The run it goes back to. */
  readonly forkedFrom?: string;
  /** The case of an experiment that it is a try of. */
  readonly caseKey?: string;
}

/** The runs oldest first, each once; named ones in their order. Throws `AgentOpError`. */
export async function* chosenRuns(
  app: App,
  { runs = [], filter = {}, signal }: RunChoice,
): AsyncGenerator<Run> {
  if (runs.length > 0) {
    const named = await requestFor(app, { runs, filter, signal });
    yield* new Map(named.runs!.map((run) => [run.traceId, run])).values();
    return;
  }
  const store = await app.store();
  let cursor: string | undefined;
  do {
    signal.throwIfAborted();
    const from = cursor === undefined ? {} : { cursor };
    const page = await store.listRuns({ filter, sort: "oldest", limit: RUNS_PER_PAGE, ...from });
    yield* page.runs;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

export function chosenRun({ traceId, runId, forkedFrom, group, tags }: Run): ChosenRun {
  const caseId = tags[RUN_TAG.case];
  return {
    traceId,
    runId,
    ...(forkedFrom ? { forkedFrom: forkedFrom.runId } : {}),
    ...(caseId !== undefined && group !== undefined ? { caseKey: JSON.stringify([group, caseId]) } : {}),
  };
}

/** What can be read of a run, or why it cannot. Throws `StoreError`. */
export async function loadedTrace(store: Store, traceId: string): Promise<Trace | string> {
  try {
    return await store.loadTrace(traceId);
  } catch (error) {
    if (error instanceof StoreError && ["damaged", "damaged_run"].includes(error.code)) {
      return "damaged in the store";
    }
    if (await store.getRun(traceId) === undefined) return "deleted meanwhile";
    throw error;
  }
}
