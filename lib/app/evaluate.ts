import { basename } from "node:path";
import {
  type ComparedVariant,
  type ExperimentComparison,
  type GateResult,
  type GateRules,
  loadExperiments,
  parseRunQuery,
  type VariantSummary,
} from "../analysis/mod.ts";
import {
  AgentOpError,
  type CaseResult,
  type Experiment,
  type ExperimentPlan,
  type RunSummary,
  shortRunId,
  type Store,
  systemTimeZone,
} from "../core/mod.ts";
import type { EvalOptions, EvalServices, LoadedSuite, SuiteGate } from "../evals/mod.ts";
import type { App } from "./app.ts";
import { MEMORY } from "../store/mod.ts";
import { comparedVariants } from "./compare_experiments.ts";

const RUNS_PAGE = 1000;
const EARLIER_MAX = 1000;
/** To start a thread takes as long as to write a hundred runs. */
const THREAD_RUNS_MIN = 200;
const THREAD_CONCURRENCY_MIN = 8;

/** An experiment with everything that it says. */
export interface ExperimentReport {
  readonly experiment: Experiment;
  readonly plan: ExperimentPlan;
  /** In the order of the suite. */
  readonly variants: readonly VariantSummary[];
  /** By variant, case and repeat. */
  readonly results: readonly CaseResult[];
  readonly gate: GateResult;
  /** Of each variant with the baseline, where there is one. */
  readonly comparisons: readonly ExperimentComparison[];
  /** The runs in which models judged it: what they cost is no part of the experiment's or a variant's cost. */
  readonly judging: RunSummary;
}

/** What decides the exit code: the suite's gate, changed by flags. */
export interface GateChoice extends SuiteGate {
  /** An experiment, or one of its variants: `EXP/VARIANT`. */
  readonly baseline?: string | undefined;
}

/** A suite that no file holds. Files that it names are looked for here. */
const INLINE = "inline.yaml";

/** A suite by its path or name, or what its file would say. */
export type SuiteReference = string | { readonly text: string };

/** Reads a suite with its cases. Throws `AgentOpError` with file, line and case. */
export async function loadSuiteOf(app: App, reference: SuiteReference): Promise<LoadedSuite> {
  const [{ findSuite, loadSuite }, store] = await Promise.all([import("../evals/mod.ts"), app.store()]);
  const timeZone = app.config.timeZone ?? systemTimeZone();
  const [path, written] = typeof reference === "string"
    ? [await findSuite(reference), undefined]
    : [INLINE, reference.text];
  return await loadSuite(path, {
    resolveRun: (run) => store.resolveRun(run),
    findRuns: async (search, limit) => {
      const { filter, errors: [problem] } = parseRunQuery(search, app.host.now(), timeZone);
      if (problem) throw problem;
      const runs = [];
      let cursor: string | undefined;
      do {
        const page = await store.listRuns({
          filter,
          limit: Math.min(RUNS_PAGE, limit - runs.length),
          ...(cursor === undefined ? {} : { cursor }),
        });
        runs.push(...page.runs);
        cursor = page.nextCursor;
      } while (cursor !== undefined && runs.length < limit);
      return runs;
    },
  }, written);
}

/** What is settled before a suite is run. */
export interface ReadySuite {
  readonly loaded: LoadedSuite;
  /** Its gate, changed by what was asked for, with the baseline as an id. */
  readonly gate: GateChoice;
  /** Id of the experiment that goes on. */
  readonly resume?: string;
}

/**
 * Reads a suite, or that of the experiment that goes on, and settles what it is measured by. Throws `AgentOpError`.
 */
export async function readySuite(
  app: App,
  reference: SuiteReference | undefined,
  { resume, gate = {} }: { readonly resume?: string | undefined; readonly gate?: GateChoice },
): Promise<ReadySuite> {
  const store = await app.store();
  const earlier = resume === undefined ? undefined : await store.resolveExperiment(resume);
  const suite = reference ?? earlier?.plan.path;
  if (suite === undefined) {
    throw new AgentOpError("Cannot evaluate: the suite is missing", { remedy: "agentop eval SUITE" });
  }
  if (reference === undefined && await isInline(suite)) {
    throw new AgentOpError(
      `Cannot go on with experiment ${resume}: its suite was given by a program, and no file holds it`,
      { remedy: "studio.evaluate(suite, { resume }) there, with the same suite" },
    );
  }
  const loaded = await loadSuiteOf(app, suite);
  const settled = await settledGate(app, loaded.suite.name, { ...loaded.suite.gate, ...gate }, {
    mayBeFirst: !gate.failIfWorse,
    ...(earlier ? { own: earlier.experiment } : {}),
  });
  return { loaded, gate: settled, ...(earlier ? { resume: earlier.experiment.experimentId } : {}) };
}

async function isInline(suite: SuiteReference): Promise<boolean> {
  if (typeof suite !== "string" || basename(suite) !== INLINE) return false;
  return await Deno.stat(suite).then(() => false, () => true);
}

/** Runs a suite, to its end or as far as it comes. Throws `AgentOpError` before anything is written. */
export async function evaluate(
  app: App,
  loaded: LoadedSuite,
  options: Omit<EvalOptions, "resolveAgent"> & Partial<Pick<EvalOptions, "resolveAgent">>,
): Promise<Experiment> {
  const { runExperiment } = await import("../evals/mod.ts");
  const services = await app.evalServices();
  // Where no thread can be started, a program that may not read this code for one, this one writes.
  const thread = isWorthThread(app, loaded, options)
    ? await app.writingStore().catch(() => undefined)
    : undefined;
  return await runExperiment(thread ? over(services, thread) : services, loaded, {
    resolveAgent: (agent) => app.resolveAgent(agent, { approve: options.approve }),
    rightsOf: (run) => app.rightsFor(run, { approve: options.approve }),
    ...options,
  });
}

/** The same, with all that its runs write and read in another store's hands. */
function over(services: EvalServices, store: Store): EvalServices {
  return {
    ...services,
    store,
    createRunner: (options = {}) =>
      services.createRunner({ ...options, adapt: (it) => ({ ...options.adapt?.(it) ?? it, store }) }),
  };
}

/** Whether the runs are so many, and so many at once, that what they write is better written on a thread of its own. */
function isWorthThread({ config }: App, { suite }: LoadedSuite, options: Partial<EvalOptions>): boolean {
  const { repeats = suite.repeats, limit = Infinity, concurrency = suite.concurrency, only } = options;
  const cases = Math.min(suite.cases.length, limit, only?.length || Infinity);
  const runs = suite.variants.length * repeats * cases;
  return config.storePath !== MEMORY && suite.source === "live" && runs >= THREAD_RUNS_MIN &&
    concurrency >= THREAD_CONCURRENCY_MIN;
}

/** What an experiment says, and whether it passes. Throws `AgentOpError`. */
export async function experimentReport(
  app: App,
  reference: string,
  gate: GateChoice = {},
): Promise<ExperimentReport> {
  const [store, { compareVariants, gateOf, summarizeVariants }, { judgingOf }] = await Promise.all([
    app.store(),
    loadExperiments(),
    import("../evals/mod.ts"),
  ]);
  const { experiment, plan } = await store.resolveExperiment(reference);
  const results = await store.experimentResults(experiment.experimentId);
  const baseline = gate.baseline === undefined ? undefined : await comparedVariants(app, gate.baseline);
  const rows = experiment.variants.map((name) => ({
    name,
    results: results.filter((it) => it.variant === name),
  }));
  const cases = await store.experimentCases(experiment.experimentId);
  const compared = baseline
    ? rows.map((row) => {
      const before = baseline.find((it) => it.variant === row.name) ??
        (baseline.length === 1 ? baseline[0]! : undefined);
      if (!before) return undefined;
      const { experimentId, suite, suiteHash } = experiment;
      const after: ComparedVariant = {
        experimentId,
        suite,
        suiteHash,
        cases,
        variant: row.name,
        results: row.results,
      };
      return { comparison: compareVariants(before, after), before };
    })
    : [];
  const gated = rows.map((row, index) => {
    const found = compared[index];
    return {
      ...row,
      ...(found
        ? {
          comparison: {
            scorers: found.comparison.scorers,
            baselineResults: found.before.results,
          },
        }
        : {}),
    };
  });
  const rules = rulesOf(gate);
  return {
    experiment,
    plan,
    variants: summarizeVariants(experiment, plan, results),
    results,
    gate: gateOf(gated, rules, baseline?.[0]?.experimentId ?? null),
    comparisons: compared.flatMap((it) => it ? [it.comparison] : []),
    judging: await judgingOf(store, experiment.experimentId),
  };
}

function rulesOf({ scorer, failBelow, margin }: SuiteGate): GateRules {
  return {
    ...(scorer === undefined ? {} : { scorer }),
    ...(failBelow === undefined ? {} : { failBelow }),
    ...(margin === undefined ? {} : { margin }),
  };
}

/**
 * What an experiment that is about to begin is measured by: the one that was named, else, where to be worse fails, the last
 * complete one of its suite; `last` is that one too. `mayBeFirst`: without an earlier one there is nothing to be worse than.
 * `own`: the experiment has begun already, and is measured by one that began before it, never by itself.
 * Throws `AgentOpError`.
 */
export async function settledGate(
  app: App,
  suite: string,
  gate: GateChoice,
  { mayBeFirst = false, own }: { readonly mayBeFirst?: boolean; readonly own?: Experiment } = {},
): Promise<GateChoice> {
  const store = await app.store();
  const last = /^last(\/.*)?$/.exec(gate.baseline ?? "");
  if (gate.baseline !== undefined && !last) {
    const [first, ...others] = await comparedVariants(app, gate.baseline);
    const { experimentId, variant } = first!;
    const isWhole = !gate.baseline.includes("/") || others.length > 0;
    if (isWhole && experimentId === own?.experimentId) {
      throw new AgentOpError(
        `Cannot compare experiment ${shortRunId(experimentId)}: it would be with itself`,
        {
          remedy: "an earlier experiment as the baseline, such as last~1",
        },
      );
    }
    return { ...gate, baseline: isWhole ? experimentId : `${experimentId}/${variant}` };
  }
  if (!gate.failIfWorse && !last) return gate;
  const { experiments } = await store.listExperiments({ suite, limit: EARLIER_MAX });
  const earlier = experiments.find((it) =>
    it.status === "completed" && (own === undefined || it.startTimeUs < own.startTimeUs)
  );
  if (earlier) {
    return await settledGate(app, suite, { ...gate, baseline: earlier.experimentId + (last?.[1] ?? "") });
  }
  if (mayBeFirst && !last) return gate;
  throw new AgentOpError(
    `Cannot say whether ${suite} is worse: no earlier experiment of it is complete`,
    { remedy: "--baseline EXPERIMENT, or run it once without failing if it is worse" },
  );
}
