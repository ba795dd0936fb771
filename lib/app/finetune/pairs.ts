import type { Store, Trace } from "../../core/mod.ts";
import { keptReview } from "../../evals/mod.ts";
import { type ChosenRun, loadedTrace } from "./chosen_runs.ts";
import { whyNotKept } from "./kept_runs.ts";
import {
  correctedPairs,
  divergingPair,
  editedPairs,
  isEdited,
  preferenceOf,
  type PreferredPair,
} from "./preference.ts";
import type { TrainingSet } from "./training_set.ts";

/** Tries of one case that are held against each other. */
const TRIES_MAX = 32;
/** Pairs of one case: the same question again and again teaches little. */
const PAIRS_PER_CASE_MAX = 8;
const ANY = { minScores: {}, labels: {} };

/**
 * Adds pairs to a set: edited approvals, forks against their originals, tries of one case of an experiment, and what people reviewed
 * side by side. The preferred run must be one to learn from.
 */
export async function addPairs(
  set: TrainingSet,
  store: Store,
  runs: readonly ChosenRun[],
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const done = new Set<string>();
  for (const run of runs) {
    signal.throwIfAborted();
    const trace = await read(set, store, run);
    if (!trace) continue;
    await set.fit(async () => {
      for (const pair of correctedPairs(trace)) await addPair(set, pair);
    });
    if (run.forkedFrom !== undefined) await addForkPair(set, store, trace, run.forkedFrom, done);
    for (const other of reviewedAgainst(trace)) await addAgainst(set, store, trace, other, done);
  }
  const cases = Map.groupBy(runs.filter((it) => it.caseKey !== undefined), (it) => it.caseKey!);
  for (const tries of cases.values()) {
    signal.throwIfAborted();
    if (tries.length > 1) await addCase(set, store, tries, done);
  }
}

async function addForkPair(
  set: TrainingSet,
  store: Store,
  fork: Trace,
  originalId: string,
  done: Set<string>,
): Promise<void> {
  if (![...fork.spans.values()].some(isEdited)) return await addAgainst(set, store, fork, originalId, done);
  const original = await other(store, originalId);
  if (!original) return set.leaveOut("the original of a fork is gone");
  const why = whyNotKept(fork, ANY);
  if (why !== undefined) return set.leaveOut(`a fork with an edited answer: ${why}`);
  await set.fit(async () => {
    for (const pair of editedPairs(fork, original)) await addPair(set, pair);
  });
}

async function addAgainst(
  set: TrainingSet,
  store: Store,
  trace: Trace,
  otherId: string,
  done: Set<string>,
): Promise<void> {
  const key = [trace.run.runId, otherId].toSorted().join(" ");
  if (done.has(key)) return;
  done.add(key);
  const against = await other(store, otherId);
  if (against) await addPreferred(set, trace, against);
  else set.leaveOut("the other run of a pair is gone");
}

async function addCase(
  set: TrainingSet,
  store: Store,
  tries: readonly ChosenRun[],
  done: Set<string>,
): Promise<void> {
  if (tries.length > TRIES_MAX) set.leaveOut(`more than ${TRIES_MAX} tries of one case`);
  const traces: Trace[] = [];
  for (const run of tries.slice(0, TRIES_MAX)) {
    const trace = await loadedTrace(store, run.traceId);
    if (typeof trace !== "string") traces.push(trace);
  }
  let pairs = 0;
  for (const [index, one] of traces.entries()) {
    for (const another of traces.slice(index + 1)) {
      const key = [one.run.runId, another.run.runId].toSorted().join(" ");
      if (done.has(key) || pairs >= PAIRS_PER_CASE_MAX) continue;
      done.add(key);
      if (await addPreferred(set, one, another)) pairs++;
    }
  }
}

/** `true`: one of them is better, and the better one is to be learned from. */
async function addPreferred(set: TrainingSet, a: Trace, b: Trace): Promise<boolean> {
  const preference = preferenceOf(a, b);
  if (!preference) return false;
  const why = whyNotKept(preference.chosen, ANY);
  if (why !== undefined) {
    set.leaveOut(`the better of two: ${why}`);
    return false;
  }
  await set.fit(async () => await addPair(set, divergingPair(preference)));
  return true;
}

async function addPair(set: TrainingSet, pair: PreferredPair): Promise<void> {
  const { line, chosen, rejected, span, conversation, why } = pair;
  await set.add(line, { trace: chosen, span, conversation, why, rejected: rejected.run });
}

function reviewedAgainst(trace: Trace): readonly string[] {
  return [...new Set(trace.evaluations.flatMap((it) => keptReview(it)?.otherRunId ?? []))];
}

async function read(set: TrainingSet, store: Store, { traceId }: ChosenRun): Promise<Trace | undefined> {
  const trace = await loadedTrace(store, traceId);
  if (typeof trace !== "string") return trace;
  set.leaveOut(trace);
  return undefined;
}

async function other(store: Store, runId: string): Promise<Trace | undefined> {
  const run = await store.resolveRun(runId).catch(() => undefined);
  const trace = run && await loadedTrace(store, run.traceId);
  return typeof trace === "string" ? undefined : trace;
}
