import { type CacheReport, loadCache } from "../analysis/mod.ts";
import type { Run, RunFilter, RunReader, Trace } from "../core/mod.ts";
import { soundTrace } from "./sound_trace.ts";

/** Newest runs that are looked at. */
const RUNS_MAX = 1_000;
/** Runs of the agent before a run, among which the one is whose beginning it may share. */
const BEFORE_MAX = 3;

/** What a prompt cache did, and what of the runs was looked at. */
export interface CacheAnswer extends CacheReport {
  /** There are more runs, older ones. */
  readonly isCut: boolean;
  /** Runs that could not be read. */
  readonly damaged: number;
}

type CacheReader = Pick<RunReader, "listRuns" | "resolveRun" | "loadTrace">;

/** How the calls of a run shared the beginnings of their prompts; its first is held against the agent's run before. */
export async function cacheOfRun(store: CacheReader, run: Run): Promise<CacheAnswer> {
  return await cacheOfTrace(store, await store.loadTrace(run.traceId));
}

/** The same of a run that is there already. */
export async function cacheOfTrace(store: CacheReader, trace: Trace): Promise<CacheAnswer> {
  const { CacheCoach } = await loadCache();
  const coach = new CacheCoach();
  const { run } = trace;
  const filter: RunFilter = { agent: run.agent, untilUs: run.startTimeUs };
  const { runs } = await store.listRuns({ filter, limit: BEFORE_MAX });
  for (const { traceId } of runs.toReversed()) {
    const before = traceId === run.traceId ? undefined : await soundTrace(store, traceId);
    if (before) coach.know(before);
  }
  coach.add(trace);
  return { ...coach.report(), isCut: false, damaged: 0 };
}

/** The same of all runs of `filter`, the newest of them where there are many. */
export async function cacheOfRuns(store: CacheReader, filter: RunFilter = {}): Promise<CacheAnswer> {
  const { runs, nextCursor } = await store.listRuns({ filter, limit: RUNS_MAX });
  return { ...await cacheOf(store, runs), isCut: nextCursor !== undefined };
}

/** The same of these runs, newest first; no more than are looked at. */
export async function cacheOf(
  store: Pick<CacheReader, "loadTrace">,
  runs: readonly Run[],
): Promise<CacheAnswer> {
  const { CacheCoach } = await loadCache();
  const coach = new CacheCoach();
  let damaged = 0;
  for (const { traceId } of runs.slice(0, RUNS_MAX).toReversed()) {
    const trace = await soundTrace(store, traceId);
    if (trace) coach.add(trace);
    else damaged++;
  }
  return { ...coach.report(), isCut: runs.length > RUNS_MAX, damaged };
}
