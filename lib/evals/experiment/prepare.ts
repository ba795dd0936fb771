import { resolve } from "node:path";
import {
  AgentOpError,
  type CaseResult,
  type Experiment,
  type ExperimentPlan,
  type ExperimentRecord,
  newRunId,
  NO_USAGE,
  nowUs,
  type RunSummary,
  shortRunId,
} from "../../core/mod.ts";
import type { LoadedSuite } from "../suite/load_suite.ts";
import type { SuiteCase } from "../suite/suite.ts";
import { chosenCases } from "./plan.ts";
import type { EvalOptions, EvalServices } from "./services.ts";
import { type ReadyVariant, readyVariants } from "./variants.ts";

/** Everything that is settled before the first case. */
export interface Prepared {
  readonly record: ExperimentRecord;
  readonly variants: readonly ReadyVariant[];
  readonly cases: readonly SuiteCase[];
}

/** Where an experiment stands when this process begins to work on it. */
export interface Standing {
  readonly experiment: Experiment;
  readonly results: readonly CaseResult[];
  /** What all of its runs have cost, those that were cut off and those of judges too. */
  readonly spent: Pick<RunSummary, "costUsd" | "unknownCostCalls" | "estimatedCostUsd">;
}

/** What nobody else changes any more. */
export async function standingOf(store: EvalServices["store"], experimentId: string): Promise<Standing> {
  const [{ experiment }, results, spent] = await Promise.all([
    store.resolveExperiment(experimentId),
    store.experimentResults(experimentId, { withTexts: false }),
    store.summarizeRuns({ group: experimentId }),
  ]);
  return { experiment, results, spent };
}

/** Settles what is run. Throws `AgentOpError`; nothing is written. */
export async function prepare(
  services: EvalServices,
  { suite, scorers }: LoadedSuite,
  options: EvalOptions,
): Promise<Prepared> {
  const { store, host } = services;
  const runs = options.allowCommands
    ? undefined
    : suite.cases.flatMap((it) => it.scorers).find(({ kind }) => scorers.runsCommands(kind));
  if (runs) {
    throw new AgentOpError(`Cannot evaluate ${suite.path}: its scorer ${runs.name} runs a command`, {
      remedy: "--allow-commands, when you have read it",
    });
  }
  const earlier = options.resume === undefined ? undefined : await store.resolveExperiment(options.resume);
  const chosen = earlier?.plan ?? options;
  const cases = chosenCases(suite, chosen);
  const set = earlier?.plan.set ?? options.set ?? {};
  const wanted = earlier?.plan.isPart ? earlier.plan.variants.map(({ name }) => name) : options.variants;
  const variants = await readyVariants(suite, { ...options, set, only: wanted });
  if (earlier) {
    checkUnchanged(earlier, suite, variants);
    return { record: earlier, variants, cases };
  }
  const compares = suite.cases.flatMap((it) => it.scorers).find((it) => scorers.needsRival(it));
  if (compares && variants.length !== 2) {
    throw new AgentOpError(
      `Cannot evaluate ${suite.path}: its scorer ${compares.name} compares two variants, and there ${
        variants.length === 1 ? "is one" : `are ${variants.length}`
      }`,
      { remedy: `two variants, or against: RUN in ${compares.name}` },
    );
  }
  const repeats = suite.source === "recorded" ? 1 : options.repeats ?? suite.repeats;
  const plan: ExperimentPlan = {
    path: resolve(suite.path),
    variants: variants.map(({ config: _, ...variant }) => variant),
    repeats,
    source: suite.source,
    mode: suite.mode,
    scorers: suite.scorers,
    ...(options.only?.length ? { only: options.only } : {}),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.variants ? { isPart: true } : {}),
    set,
  };
  const experiment: Experiment = {
    experimentId: newRunId(host),
    suite: suite.name,
    suiteHash: suite.hash,
    status: "running",
    startTimeUs: nowUs(host),
    variants: variants.map(({ name }) => name),
    cases: cases.length,
    repeats,
    planned: variants.length * cases.length * repeats,
    done: 0,
    passed: 0,
    errors: 0,
    usage: NO_USAGE,
    costUsd: 0,
    unknownCostCalls: 0,
  };
  return { record: { experiment, plan }, variants, cases };
}

/** Results of another suite, or of other agents, would be mixed with those that are there. */
function checkUnchanged(
  { experiment, plan }: ExperimentRecord,
  suite: LoadedSuite["suite"],
  variants: readonly ReadyVariant[],
): void {
  const refuse = (reason: string): never => {
    throw new AgentOpError(`Cannot go on with experiment ${shortRunId(experiment.experimentId)}: ${reason}`, {
      remedy: `agentop eval ${suite.path}, for a new one`,
    });
  };
  if (experiment.suite !== suite.name) refuse(`it is of the suite ${experiment.suite}`);
  if (experiment.suiteHash !== suite.hash) refuse(`the cases or scorers of ${suite.path} have changed since`);
  const now = new Map(variants.map((it) => [it.name, it.configHash]));
  const other = plan.variants.find((it) => now.get(it.name) !== it.configHash);
  if (other) refuse(`the agent of ${other.name} has changed since`);
  if (now.size !== plan.variants.length) refuse("its variants have changed since");
}
