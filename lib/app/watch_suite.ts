import type { AgentConfig } from "../agent/mod.ts";
import { type ExperimentComparison, loadExperiments } from "../analysis/mod.ts";
import { AgentOpError, canonicalJson, type Experiment, reasonOf, type Store } from "../core/mod.ts";
import type { EvalOptions, KnownResults, LeftToRun, LoadedSuite, SuiteState } from "../evals/mod.ts";
import { agentPlaces } from "./agents.ts";
import type { App } from "./app.ts";
import { loadSuiteOf } from "./evaluate.ts";
import type { SavedFiles } from "./saved_files.ts";

/** A suite and its agents as their files are now. */
interface ReadSuite extends SuiteState {
  readonly loaded: LoadedSuite;
  readonly files: readonly string[];
  /** An agent of it, as it was read. */
  readonly resolveAgent: EvalOptions["resolveAgent"];
}

/** What is run next. */
export interface WatchedRun {
  readonly loaded: LoadedSuite;
  readonly options: Pick<EvalOptions, "resolveAgent" | "variants" | "only" | "limit"> & {
    readonly signal: AbortSignal;
  };
}

/** What came of it. */
export interface WatchedEnd {
  readonly experiment: Experiment;
  /** Every case and variant was run: a gate can be asked. */
  readonly isWhole: boolean;
  readonly comparisons: readonly ExperimentComparison[];
}

export interface WatchOptions extends Pick<EvalOptions, "only" | "limit" | "repeats" | "set" | "approve"> {
  readonly signal: AbortSignal;
  readonly saved: Pick<SavedFiles, "watch" | "next">;
  /** Reads the agent of a variant. `isFirst`: a person may be asked. Throws `AgentOpError`. */
  readonly resolveAgent: (agent: string, isFirst: boolean) => Promise<AgentConfig>;
  readonly run: (run: WatchedRun) => Promise<Experiment>;
  /** An experiment came to its end, and what it says of each variant that there were results of before. */
  readonly onRun: (run: WatchedEnd) => Promise<void>;
  /** What is run again, and why; before it is. Nothing of both: a file is right again, and says what it said. */
  readonly onChange: (changes: readonly string[], left: readonly LeftToRun[]) => void;
  /** A file cannot be read as it is; what was read before counts. */
  readonly onProblem: (problem: AgentOpError) => void;
  /** Everything is run. `files`: those that it is made of. */
  readonly onWait: (files: readonly string[]) => void;
}

/**
 * Runs a suite, and after each save of a file of it what that changes: variants whose agent is another, cases that are. A save that
 * changes what is at work ends that. Returns when the signal is aborted. Throws `AgentOpError` when the files are wrong to begin with.
 */
export async function watchSuite(app: App, reference: string, options: WatchOptions): Promise<void> {
  const { signal, saved, onProblem, onChange, onWait } = options;
  const [store, { KnownResults, suiteChanges }] = await Promise.all([app.store(), import("../evals/mod.ts")]);
  const known = new KnownResults();
  let current = await readSuite(app, reference, options, true);
  watchFiles(saved, current.files);
  let isFirst = true;
  while (!signal.aborted) {
    const work = new AbortController();
    const onAbort = () => work.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const changed = changedSuite(app, reference, current, options).finally(() => {
      // What is at work is of no use any more.
      work.abort(new Error("the suite has changed"));
    });
    // Thrown where it is awaited.
    changed.catch(() => {});
    try {
      await runLeft(store, known, current, { ...options, signal: work.signal });
    } catch (error) {
      if (isFirst || !(error instanceof AgentOpError)) throw error;
      onProblem(error);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    if (!work.signal.aborted) onWait(current.files.filter(isThere));
    const next = await changed;
    if (!next) return;
    isFirst = false;
    onChange(suiteChanges(current, next), known.left(next));
    current = next;
  }
}

/** The next suite that is another one than `current`; `undefined` when the signal is aborted first. */
async function changedSuite(
  app: App,
  reference: string,
  current: ReadSuite,
  options: WatchOptions,
): Promise<ReadSuite | undefined> {
  const { signal, saved, onChange, onProblem } = options;
  const { suiteChanges } = await import("../evals/mod.ts");
  let wasWrong = false;
  while (await saved.next(signal)) {
    try {
      const next = await readSuite(app, reference, options, false);
      watchFiles(saved, next.files);
      if (suiteChanges(current, next).length > 0) return next;
      if (wasWrong) onChange([], []);
      wasWrong = false;
    } catch (error) {
      if (!(error instanceof AgentOpError)) throw error;
      wasWrong = true;
      onProblem(error);
    }
  }
  return undefined;
}

async function runLeft(
  store: Store,
  known: KnownResults,
  state: ReadSuite,
  { signal, run, onRun, repeats }: WatchOptions,
): Promise<void> {
  const { loaded, resolveAgent, cases } = state;
  const { compareVariants } = await loadExperiments();
  for (const left of known.left(state)) {
    if (signal.aborted) return;
    const isEveryCase = left.cases.length === loaded.suite.cases.length;
    const isEveryVariant = left.variants.length === loaded.suite.variants.length;
    const experiment = await run({
      loaded,
      options: {
        resolveAgent,
        signal,
        ...(isEveryCase ? {} : { only: left.cases }),
        ...(isEveryVariant ? {} : { variants: left.variants }),
      },
    });
    const { experimentId, suite, suiteHash, status } = experiment;
    const results = await store.experimentResults(experimentId, { withTexts: false });
    const comparisons = left.variants.flatMap((variant) => {
      const before = known.of(variant);
      if (before.experimentId === undefined) return [];
      const found = compareVariants(
        // Cases of several moments: each is held against its own.
        { ...before, experimentId: before.experimentId, variant, suite, suiteHash: "" },
        {
          experimentId,
          variant,
          suite,
          suiteHash,
          cases: cases.map(({ id, hash }) => ({ caseId: id, hash })),
          results: results.filter((it) => it.variant === variant),
        },
      );
      return found.pairs === 0 ? [] : [{ ...found, onlyLeft: 0 }];
    });
    known.keep(state, experimentId, results, repeats ?? loaded.suite.repeats);
    if (status !== "cancelled") {
      await onRun({ experiment, isWhole: isEveryCase && isEveryVariant, comparisons });
    }
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function watchFiles(saved: WatchOptions["saved"], files: readonly string[]): void {
  try {
    saved.watch(files);
  } catch (cause) {
    throw new AgentOpError(`Cannot watch the files of the suite: ${reasonOf(cause)}`, {
      remedy: "without --watch",
      cause,
    });
  }
}

/** Throws `AgentOpError`. */
async function readSuite(
  app: App,
  reference: string,
  { only, limit, repeats, set, approve, resolveAgent: resolve }: WatchOptions,
  isFirst: boolean,
): Promise<ReadSuite> {
  const { chosenCases, needsRival, readyVariants } = await import("../evals/mod.ts");
  const loaded = await loadSuiteOf(app, reference);
  const { suite } = loaded;
  const files = new Set(loaded.files);
  const read = new Map<string, Promise<AgentConfig>>();
  const resolveAgent = (agent: string) => {
    const found = read.get(agent) ?? resolve(agent, isFirst);
    read.set(agent, found);
    for (const path of agentPlaces(agent, app.config)) files.add(path);
    return found;
  };
  const variants = await readyVariants(suite, { set, approve, resolveAgent });
  const watched = await Promise.all(variants.map(async ({ name, config, configHash }) => {
    const others = config ? await handedTo(app, config, files) : [];
    return {
      name,
      agents: config ? [config, ...others] : [],
      hash: canonicalJson([configHash, others]),
    };
  }));
  return {
    loaded,
    resolveAgent,
    files: [...files],
    manner: JSON.stringify([suite.source, suite.mode, repeats ?? suite.repeats]),
    variants: watched,
    isCompared: suite.cases.some((it) => needsRival(loaded, it)),
    cases: chosenCases(suite, { only, limit }),
  };
}

/** The agents that one may hand work to, and those that these may; where their files are, or would be, is put to `files`. */
async function handedTo(
  app: App,
  config: AgentConfig,
  files: Set<string>,
  known: readonly string[] = [],
): Promise<readonly AgentConfig[]> {
  const found: AgentConfig[] = [];
  for (const { kind, name } of config.tools) {
    if (kind !== "agent" || known.includes(name)) continue;
    for (const path of agentPlaces(name, app.config, config)) files.add(path);
    const other = await app.resolveAgent(name, { from: config });
    found.push(other, ...await handedTo(app, other, files, [...known, config.name, name]));
  }
  return found;
}
