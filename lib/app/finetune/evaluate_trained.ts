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
}

export async function heldAgainst(app: App, suite: string, gate: GateChoice): Promise<HeldAgainst> {
  const { loaded, gate: settled } = await readySuite(app, suite, { gate });
  return { loaded, gate: settled };
}

/** What came of a training, and what the suite says of it. */
export interface TrainedReport {
  readonly job: TrainingJob;
  readonly report: ExperimentReport;
  readonly gate: GateChoice;
}

/**
 * Registers the new model with its server, runs the suite with it in the place of every variant's model, and keeps what the gate says.
 * `run`: how the suite is run. Throws `AgentOpError` when the server does not answer: the training stays as it is, to go on from.
 */
export async function evaluateTrained(
  app: App,
  trained: TrainingJob,
  { loaded, gate }: HeldAgainst,
  options: Omit<EvalOptions, "resolveAgent" | "resume">,
  run: (loaded: LoadedSuite, options: Omit<EvalOptions, "resolveAgent">) => Promise<Experiment> = (
    ...given
  ) => evaluate(app, ...given),
): Promise<TrainedReport> {
  const job = await registerTrained(app, trained);
  await checkServed(app, job, options.signal);
  const experiment = await run(loaded, { ...options, set: { ...options.set, model: job.model } });
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
