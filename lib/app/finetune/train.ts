import { join, resolve } from "node:path";
import { AgentOpError, newRunId, readServerUrl, reasonOf } from "../../core/mod.ts";
import type { App } from "../app.ts";
import { checkOwnName, registerModel } from "../registered_models.ts";
import { checkedData } from "./training_data.ts";
import { runTrainer } from "./trainer.ts";
import { type TrainingAttempt, type TrainingJob, TrainingJobs } from "./training_job.ts";

const STOP_ASKED_EVERY_MS = 500;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/;

/** A training as a person orders it. */
export interface TrainingOrder {
  /** What the new model is called. */
  readonly model: string;
  /** As the shell reads it; a person gave it, or allowed it. */
  readonly command: string;
  /** Folder of `agentop export finetune`. */
  readonly data: string;
  /** Where the command starts. @default this folder */
  readonly folder?: string | undefined;
  readonly base?: string | undefined;
  /** Where the new model is served. */
  readonly serverUrl?: string | undefined;
  /** What a million of its tokens cost there, USD. */
  readonly usdPerMillion?: number | undefined;
  readonly suite?: string | undefined;
  /** Variables that the command gets besides. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

export interface TrainingHooks {
  readonly signal: AbortSignal;
  /** Told what the command prints, as it comes. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Told once it is on record. */
  readonly onBegin?: ((job: TrainingJob) => void) | undefined;
  readonly graceSeconds?: number | undefined;
}

/** Runs a command on training data and follows it to its end. Throws `AgentOpError` before anything is written. */
export async function trainModel(app: App, order: TrainingOrder, hooks: TrainingHooks): Promise<TrainingJob> {
  const { model, command, data, base, serverUrl, usdPerMillion, suite, variables = {} } = order;
  if (!NAME.test(model)) {
    throw new AgentOpError(`Cannot train "${model.slice(0, 40)}": that cannot be the name of a model`, {
      remedy: "--model sales-7b",
    });
  }
  await checkOwnName(model);
  if (serverUrl !== undefined) readServerUrl(serverUrl, SERVER);
  const folder = await Deno.realPath(resolve(order.folder ?? ".")).catch((cause) => {
    throw new AgentOpError(`Cannot train in ${order.folder}: ${reasonOf(cause)}`, {
      remedy: "a folder",
      cause,
    });
  });
  const job: TrainingJob = {
    jobId: newRunId(app.host),
    model,
    ...(base === undefined ? {} : { base }),
    command,
    folder,
    variables: Object.keys(variables),
    data: await checkedData(data),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(usdPerMillion === undefined ? {} : { usdPerMillion }),
    ...(suite === undefined ? {} : { suite }),
    status: "running",
    attempts: [],
  };
  return await attempt(app, job, { command, variables }, hooks);
}

/**
 * Runs the command of a training again, which finds `AGENTOP_RESUME=1` and its own checkpoints; one that is done is left as it is.
 * Throws `AgentOpError` when its data is not what it was, or a variable is missing, or a secret of the command: `command` gives it again.
 */
export async function resumeTraining(
  app: App,
  reference: string,
  { variables = {}, command: given, ...hooks }: TrainingHooks & {
    readonly variables?: Readonly<Record<string, string>>;
    readonly command?: string | undefined;
  },
): Promise<TrainingJob> {
  const job = await new TrainingJobs(app.config.home, app.redactor).resolve(reference);
  if (job.status === "trained" || job.status === "evaluated") return job;
  const missing = job.variables.filter((name) => variables[name] === undefined);
  if (missing.length > 0) {
    throw new AgentOpError(
      `Cannot resume ${job.model}: it was given ${missing.join(", ")}, whose values are kept nowhere`,
      {
        remedy: missing.map((name) => `--env ${name}=VALUE`).join(" "),
      },
    );
  }
  const data = await checkedData(job.data.folder);
  if (data.hash !== job.data.hash) {
    throw new AgentOpError(`Cannot resume ${job.model}: ${job.data.folder} is not what it was`, {
      remedy: "agentop finetune run, a training of its own",
    });
  }
  return await attempt(app, job, { command: wholeCommand(app, job, given), variables }, hooks);
}

/** The command with the secrets that are not kept. Throws `AgentOpError` where they, or the command, are not what they were. */
function wholeCommand({ redactor }: App, job: TrainingJob, given: string | undefined): string {
  const command = given ?? job.command;
  if (redactor.text(command) !== job.command) {
    throw new AgentOpError(`Cannot resume ${job.model}: that is not the command that it was trained with`, {
      remedy: `agentop finetune show ${job.jobId.slice(-8)}, or agentop finetune run`,
    });
  }
  if (given !== undefined || !command.includes("[redacted")) return command;
  throw new AgentOpError(`Cannot resume ${job.model}: its command held a secret, which is kept nowhere`, {
    remedy: "--command with the same command; --env NAME=VALUE keeps secrets out of it",
  });
}

const SERVER = {
  variable: "--server",
  example: "http://127.0.0.1:8000/v1",
  keyVariable: "nothing: the server must take calls without a key",
};

async function attempt(
  app: App,
  known: TrainingJob,
  { command, variables }: { readonly command: string; readonly variables: Readonly<Record<string, string>> },
  { signal, onText, onBegin, graceSeconds }: TrainingHooks,
): Promise<TrainingJob> {
  const jobs = new TrainingJobs(app.config.home, app.redactor);
  const given = app.redactor.value(known);
  const now = () => new Date(app.host.now()).toISOString();
  const begun: TrainingAttempt = { startedAt: now() };
  if (given.attempts.length === 0) await jobs.write(given);
  using _lock = await jobs.hold(given.jobId);
  await jobs.forgetStop(given.jobId);
  const job: TrainingJob = { ...given, status: "running", attempts: [...given.attempts, begun] };
  await jobs.write(job);
  onBegin?.(job);
  using stop = stopWhenAsked(jobs, job.jobId);
  const outcome = await runTrainer({
    command,
    folder: job.folder,
    environment: { ...app.config.environments.plain, ...variables, ...toldOf(jobs, job) },
    log: jobs.logOf(job.jobId),
    signal: AbortSignal.any([signal, stop.signal]),
    // A key that the command prints is neither kept nor shown.
    redactor: app.redactor,
    onText,
    graceSeconds,
  }).catch((error) => error instanceof Error ? error : new Error(String(error)));
  const exitCode = typeof outcome === "number" ? outcome : undefined;
  const ended: TrainingJob = {
    ...job,
    status: exitCode === 0
      ? "trained"
      : exitCode === undefined && !(outcome instanceof Error)
      ? "cancelled"
      : "failed",
    attempts: [
      ...given.attempts,
      { ...begun, endedAt: now(), ...(exitCode === undefined ? {} : { exitCode }) },
    ],
  };
  await jobs.write(ended);
  if (outcome instanceof Error) {
    throw new AgentOpError(
      `Cannot train ${job.model}: the command could not be started: ${reasonOf(outcome)}`,
      {
        remedy: "another command",
        cause: outcome,
      },
    );
  }
  return ended;
}

/** What the command can know: where the data is, where to write, and whether it goes on. */
function toldOf(jobs: TrainingJobs, { jobId, model, base, data, attempts }: TrainingJob) {
  return {
    AGENTOP_TRAIN: join(data.folder, "train.jsonl"),
    AGENTOP_VALIDATION: join(data.folder, "validation.jsonl"),
    AGENTOP_OUTPUT: jobs.outputOf(jobId),
    AGENTOP_MODEL: model,
    AGENTOP_RESUME: attempts.length > 1 ? "1" : "0",
    ...(base === undefined ? {} : { AGENTOP_BASE_MODEL: base }),
  };
}

/** Ends with `agentop finetune stop` of another process. */
function stopWhenAsked(jobs: TrainingJobs, jobId: string): { readonly signal: AbortSignal } & Disposable {
  const asked = new AbortController();
  const timer = setInterval(async () => {
    if (await jobs.isStopRequested(jobId)) asked.abort();
  }, STOP_ASKED_EVERY_MS);
  return { signal: asked.signal, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Keeps the new model with its server, so that runs and suites can name it. Throws `AgentOpError` where no server is known. */
export async function registerTrained(
  app: App,
  job: TrainingJob,
  serverUrl = job.serverUrl,
): Promise<TrainingJob> {
  if (serverUrl === undefined) {
    throw new AgentOpError(`Cannot register ${job.model}: nobody said where it is served`, {
      remedy: `agentop finetune resume ${job.model} --server http://127.0.0.1:8000/v1`,
    });
  }
  const { jobId, usdPerMillion } = job;
  const pricedOn = new Date(app.host.now()).toISOString().slice(0, 10);
  const price = usdPerMillion === undefined ? {} : { usdPerMillion, pricedOn };
  await registerModel(app.config.home, { name: job.model, serverUrl, jobId, ...price });
  app.forgetPrices();
  const known = { ...job, serverUrl };
  await new TrainingJobs(app.config.home, app.redactor).write(known);
  return known;
}

/** Keeps what the suite said of the new model. */
export async function noteEvaluated(
  app: App,
  job: TrainingJob,
  { experimentId, verdict }: { readonly experimentId: string; readonly verdict: string },
): Promise<TrainingJob> {
  const known: TrainingJob = { ...job, status: "evaluated", experimentId, verdict };
  await new TrainingJobs(app.config.home, app.redactor).write(known);
  return known;
}
