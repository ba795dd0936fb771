import { AgentOpError, type Experiment, reasonOf } from "../../core/mod.ts";
import type { EvalOptions, LoadedSuite } from "../../evals/mod.ts";
import { listModels } from "../../providers/mod.ts";
import type { App } from "../app.ts";
import {
  evaluate,
  type ExperimentReport,
  experimentReport,
  type GateChoice,
  readySuite,
} from "../evaluate.ts";
import { noteEvaluated, registerTrained } from "./train.ts";
import type { TrainingJob } from "./training_job.ts";

const LIST_TIMEOUT_MS = 5_000;

/** A suite settled before the training begins: a bad one is known at once. */
export interface HeldAgainst {
  readonly loaded: LoadedSuite;
  readonly gate: GateChoice;
  /** Those in which the new model replaces the old one; names. */
  readonly variants: readonly string[];
}

/** What decides whether a suite can be run on a model that is not there yet. */
export interface Candidate extends Pick<TrainingJob, "model" | "base" | "serverUrl" | "usdPerMillion"> {
  /** A person has allowed the commands that scorers of the suite run. @default false */
  readonly allowCommands?: boolean | undefined;
  /** @default as the program does */
  readonly resolveAgent?: EvalOptions["resolveAgent"] | undefined;
}

/** Throws `AgentOpError` for all that would end the evaluation when the training is paid for. */
export async function heldAgainst(
  app: App,
  suite: string,
  gate: GateChoice,
  candidate: Candidate,
): Promise<HeldAgainst> {
  const { model, serverUrl, allowCommands = false } = candidate;
  if (serverUrl === undefined) {
    throw new AgentOpError(`Cannot hold ${model} against a suite: nobody said where it is served`, {
      remedy: "--server http://127.0.0.1:8000/v1",
    });
  }
  if (!await isPriced(app, candidate)) {
    throw new AgentOpError(`Cannot hold ${model} against a suite: nobody said what it costs`, {
      remedy: "--price USD, of a million of its tokens: 0 for a server of your own",
    });
  }
  const { loaded, gate: settled } = await readySuite(app, suite, { gate });
  if (loaded.suite.source === "recorded") {
    throw new AgentOpError(
      `Cannot hold ${model} against a suite: ${loaded.suite.path} judges stored runs and asks no model`,
      {
        remedy: "a suite of prompts",
      },
    );
  }
  const { prepareExperiment } = await import("../../evals/mod.ts");
  const resolveAgent = candidate.resolveAgent ?? ((agent: string) => app.resolveAgent(agent));
  const variants = await replacedIn(loaded.suite, { ...candidate, resolveAgent });
  const options = { variants, resolveAgent, allowCommands, set: { model } };
  await prepareExperiment(await app.evalServices(), loaded, options);
  return { loaded, gate: settled, variants };
}

async function isPriced(app: App, { model, usdPerMillion }: Candidate): Promise<boolean> {
  if (usdPerMillion !== undefined) return true;
  return (await app.prices()).knows(model, app.host.now());
}

/**
 * The variants in which a model takes the place of what it was trained from, of all variants where none runs on that; of those that
 * are the same agent then, the first.
 */
async function replacedIn(
  suite: LoadedSuite["suite"],
  { model, base, resolveAgent }: Pick<Candidate, "model" | "base"> & Pick<EvalOptions, "resolveAgent">,
): Promise<readonly string[]> {
  const [{ readyVariants }, { namesOf }] = await Promise.all([
    import("../../evals/mod.ts"),
    import("../../pricing/mod.ts"),
  ]);
  const [old, replaced] = await Promise.all([
    readyVariants(suite, { resolveAgent }),
    readyVariants(suite, { resolveAgent, set: { model } }),
  ]);
  const bare = (name: string) => namesOf(name).at(-1);
  const onBase = old.filter(({ config }) =>
    base !== undefined && config !== undefined && bare(config.model) === bare(base)
  ).map(({ name }) => name);
  const wanted = replaced.filter(({ name }) => onBase.length === 0 || onBase.includes(name));
  return wanted.filter(({ configHash }, at) => wanted.findIndex((it) => it.configHash === configHash) === at)
    .map(({ name }) => name);
}

/** What came of a training, and what the suite says of it. */
export interface TrainedReport {
  readonly job: TrainingJob;
  readonly report: ExperimentReport;
  readonly gate: GateChoice;
}

/**
 * Registers the new model with its server, runs the suite's variants that it has a place in, and keeps what the gate says.
 * `run`: how the suite is run. Throws `AgentOpError` when the server does not answer: the training stays as it is, to go on from.
 */
export async function evaluateTrained(
  app: App,
  trained: TrainingJob,
  { loaded, gate, variants }: HeldAgainst,
  options: Omit<EvalOptions, "resolveAgent" | "resume" | "variants">,
  run: (loaded: LoadedSuite, options: Omit<EvalOptions, "resolveAgent">) => Promise<Experiment> = (
    ...given
  ) => evaluate(app, ...given),
): Promise<TrainedReport> {
  const job = await registerTrained(app, trained);
  await checkServed(app, job, options.signal);
  const experiment = await run(loaded, {
    ...options,
    ...(variants.length === loaded.suite.variants.length ? {} : { variants }),
    set: { ...options.set, model: job.model },
  });
  const report = await experimentReport(app, experiment.experimentId, gate);
  const { experimentId } = experiment;
  const known = experiment.status === "completed"
    ? await noteEvaluated(app, job, { experimentId, verdict: report.gate.verdict })
    : job;
  return { job: known, report, gate };
}

async function checkServed(
  app: App,
  { jobId, model, serverUrl }: TrainingJob,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await listModels(
      { apiKey: "", ...(serverUrl === undefined ? {} : { serverUrl }) },
      { host: app.host, timeoutMs: LIST_TIMEOUT_MS, ...(signal ? { signal } : {}) },
    );
  } catch (cause) {
    signal?.throwIfAborted();
    const { statusCode } = cause as { readonly statusCode?: number };
    // It is there, and lists no models.
    if (statusCode !== undefined && statusCode < 500 && statusCode !== 401 && statusCode !== 403) return;
    throw new AgentOpError(
      `Cannot evaluate ${model}: its server ${serverUrl} does not answer: ${reasonOf(cause)}`,
      {
        remedy: `serve it, then agentop finetune resume ${jobId.slice(-8)}`,
        cause,
        exitCode: 1,
      },
    );
  }
}
