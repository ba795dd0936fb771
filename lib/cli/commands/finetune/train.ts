import { type GateChoice, loadFinetune } from "../../../app/mod.ts";
import type { HeldAgainst, TrainingHooks, TrainingJob } from "../../../app/mod.ts";
import { AgentOpError, escapeText, shortRunId } from "../../../core/mod.ts";
import { experimentDocument } from "../../../documents/mod.ts";
import { cell, duration, plural } from "../../../present/mod.ts";
import { type Context, writeAll } from "../../context.ts";
import type { ReportFlags } from "../../frame/gate_flags.ts";
import { keyValuePairs } from "../../frame/repeated_flags.ts";
import { abortOnSignals } from "../../process/signals.ts";

/** What run and resume are told. */
export interface TrainFlags extends ReportFlags {
  readonly config?: string | undefined;
  readonly allowCommands?: true | undefined;
  readonly command?: string | undefined;
  readonly data?: string | undefined;
  readonly model?: string | undefined;
  readonly base?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly server?: string | undefined;
  readonly price?: number | undefined;
  readonly suite?: string | undefined;
  readonly budget?: number | undefined;
}

/** Trains, registers and evaluates. Gives the exit code. */
export async function train(context: Context, flags: TrainFlags, gate: GateChoice): Promise<number> {
  const { heldAgainst, loadTrainingFile, trainModel } = await loadFinetune();
  const file = flags.config === undefined ? undefined : await loadTrainingFile(flags.config);
  const command = flags.command ?? file?.command;
  if (command === undefined) {
    throw new AgentOpError("Cannot train: nothing says which command trains", {
      remedy: "--command 'python3 train.py', or --config FILE",
    });
  }
  if (flags.command === undefined && !flags.allowCommands) {
    throw new AgentOpError(
      `Cannot train: nobody allowed the command in ${flags.config}: ${
        JSON.stringify(command.trim().slice(0, 200))
      }`,
      { remedy: "read it, then --allow-commands" },
    );
  }
  if (flags.server === undefined && file?.server !== undefined && !flags.allowCommands) {
    throw new AgentOpError(
      `Cannot train: nobody allowed the server in ${flags.config}: ${
        JSON.stringify(file.server.trim().slice(0, 200))
      }`,
      { remedy: "--server URL, or read the file, then --allow-commands" },
    );
  }
  const model = flags.model ?? file?.model;
  if (model === undefined) {
    throw new AgentOpError("Cannot train: nothing says what the new model is called", {
      remedy: "--model NAME",
    });
  }
  const [suite, serverUrl, base] = [
    flags.suite ?? file?.suite,
    flags.server ?? file?.server,
    flags.base ?? file?.base,
  ];
  const held = suite === undefined ? undefined : await heldAgainst(context.app, suite, gate, {
    ...candidateOf(context, flags),
    model,
    ...(base === undefined ? {} : { base }),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(flags.price === undefined ? {} : { usdPerMillion: flags.price }),
  });
  if (held) noteVariants(context, model, held);
  using stop = abortOnSignals();
  const job = await trainModel(context.app, {
    model,
    command,
    data: flags.data ?? file?.data ?? "finetune-data",
    folder: flags.command === undefined ? file?.folder : undefined,
    base,
    serverUrl,
    usdPerMillion: flags.price,
    suite,
    variables: keyValuePairs("--env", flags.env),
  }, hooksOf(context, stop.signal));
  return await finish(context, job, held, flags, stop.signal);
}

/** Goes on with a training where it stands. Gives the exit code. */
export async function resume(
  context: Context,
  reference: string,
  flags: TrainFlags,
  gate: GateChoice,
): Promise<number> {
  const { heldAgainst, resumeTraining, TrainingJobs } = await loadFinetune();
  const known = await new TrainingJobs(context.app.config.home, context.app.redactor).resolve(reference);
  const suite = flags.suite ?? known.suite;
  const serverUrl = flags.server ?? known.serverUrl;
  const held = suite === undefined ? undefined : await heldAgainst(context.app, suite, gate, {
    ...known,
    ...candidateOf(context, flags),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(flags.price === undefined ? {} : { usdPerMillion: flags.price }),
  });
  if (held) noteVariants(context, known.model, held);
  using stop = abortOnSignals();
  const job = await resumeTraining(context.app, known.jobId, {
    ...hooksOf(context, stop.signal),
    command: flags.command,
    variables: keyValuePairs("--env", flags.env),
  });
  const told = {
    ...job,
    ...(suite === undefined ? {} : { suite }),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(flags.price === undefined ? {} : { usdPerMillion: flags.price }),
  };
  return await finish(context, told, held, flags, stop.signal);
}

function candidateOf(context: Context, { allowCommands }: TrainFlags) {
  return { allowCommands, resolveAgent: (agent: string) => context.resolveAgent(agent) };
}

/** Said before the training: who wants all of them can still stop it. */
function noteVariants(context: Context, model: string, { loaded: { suite }, variants }: HeldAgainst): void {
  if (variants.length === suite.variants.length) return;
  context.note(
    `agentop: ${suite.name} will be run on ${model} for ${variants.join(", ")} alone, ${variants.length} of ${
      plural(suite.variants.length, "variant")
    }: the others do not run on what it replaces, or are the same agent with it`,
  );
}

/** The log goes to the terminal as it comes, harmless to it; JSON has it for itself. */
function hooksOf(context: Context, signal: AbortSignal): TrainingHooks {
  const shown = (text: string) => escapeText(text.replace(/\r\n?/g, "\n"), { multiline: true });
  return {
    signal,
    onBegin: ({ jobId, model, data, attempts }) => {
      const again = attempts.length > 1 ? `, for the ${attempts.length}. time` : "";
      context.note(
        `agentop: Training ${model} (${shortRunId(jobId)}) on ${
          plural(data.lines, "line")
        }${again}. Its log: agentop finetune show ${shortRunId(jobId)} --log`,
      );
    },
    ...(context.json ? {} : { onText: (text: string) => writeAll(Deno.stdout, shown(text)) }),
  };
}

async function finish(
  context: Context,
  job: TrainingJob,
  held: HeldAgainst | undefined,
  flags: TrainFlags,
  signal: AbortSignal,
): Promise<number> {
  if (job.status !== "trained" && job.status !== "evaluated") return notTrained(context, job);
  const { evaluateTrained, registerTrained } = await loadFinetune();
  if (!context.json) context.print(`Trained ${cell(job.model)}${tookText(job)}.`);
  if (!held) {
    const known = job.serverUrl === undefined ? job : await registerTrained(context.app, job);
    if (context.json) context.printJson({ job: known });
    else if (job.serverUrl !== undefined) {
      context.print(
        `Registered: ${cell(job.model)} is served by ${cell(job.serverUrl)}; --set model=${
          cell(job.model)
        } asks it.`,
      );
    }
    return 0;
  }
  const { runLoaded } = await import("../eval/run_suite.ts");
  const { exitCodeOfReport, showReport } = await import("../eval/show_report.ts");
  const { job: known, report, gate } = await evaluateTrained(
    context.app,
    job,
    held,
    {
      signal,
      ...(flags.budget === undefined ? {} : { budgetUsd: flags.budget }),
      ...(flags.allowCommands ? { allowCommands: true } : {}),
    },
    (loaded, options) =>
      runLoaded(context, loaded, {
        ...options,
        resolveAgent: (agent) => context.resolveAgent(agent),
      }, { isFirst: false }),
  );
  if (!context.json) return await showReport(context, report.experiment, gate, flags);
  context.printJson({ job: known, experiment: experimentDocument(report) });
  return exitCodeOfReport(report.experiment, report.gate.verdict);
}

function notTrained(context: Context, job: TrainingJob): number {
  const { exitCode } = job.attempts.at(-1) ?? {};
  if (context.json) context.printJson({ job });
  const short = shortRunId(job.jobId);
  context.note(
    job.status === "cancelled"
      ? `agentop: Cancelled the training of ${job.model}. Try: agentop finetune resume ${short}`
      : `agentop: Cannot train ${job.model}: the command ended with exit code ${
        exitCode ?? "unknown"
      }. Try: agentop finetune show ${short} --log`,
  );
  return job.status === "cancelled" ? 130 : 1;
}

function tookText({ attempts }: TrainingJob): string {
  const ms = attempts.reduce(
    (sum, { startedAt, endedAt }) =>
      sum + (endedAt === undefined ? 0 : Date.parse(endedAt) - Date.parse(startedAt)),
    0,
  );
  return ms > 0 ? ` in ${duration(ms)}` : "";
}
