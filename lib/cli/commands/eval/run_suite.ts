import { evaluate, type GateChoice, isSimulated, readySuite } from "../../../app/mod.ts";
import { escapeText, type Experiment, shortRunId } from "../../../core/mod.ts";
import type { EvalOptions, LoadedSuite } from "../../../evals/mod.ts";
import type { Context } from "../../context.ts";
import { noteSimulator } from "../../output/simulator_note.ts";
import { namedAgent } from "../../process/consent.ts";
import { abortOnSignals } from "../../process/signals.ts";
import { ProgressLine } from "./progress_line.ts";

type RunOptions = Omit<EvalOptions, "resolveAgent" | "resume">;

/** Runs a suite at the terminal: its progress is shown, its agents are asked about, Ctrl-C leaves what can go on. */
export async function runSuite(
  context: Context,
  reference: string | undefined,
  resume: string | undefined,
  options: RunOptions,
  gate: GateChoice,
): Promise<{ readonly experiment: Experiment; readonly gate: GateChoice }> {
  const { loaded, gate: settled, resume: earlier } = await readySuite(context.app, reference, {
    resume,
    gate,
  });
  using stopper = abortOnSignals();
  const experiment = await runLoaded(context, loaded, {
    ...options,
    ...(earlier === undefined ? {} : { resume: earlier }),
    resolveAgent: (agent) => namedAgent(context, agent, options.approve),
    signal: stopper.signal,
  });
  if (experiment.status !== "completed") {
    context.note(
      escapeText(
        `${endText(experiment)}. Try: agentop eval --resume ${shortRunId(experiment.experimentId)}` +
          (experiment.status === "stopped" ? " --budget USD, for all of it" : ""),
      ),
    );
  }
  return { experiment, gate: settled };
}

/** `agentop: Stopped sales after 3 of 40 results: the budget …`. */
export function endText({ status, suite, done, planned, reason }: Experiment): string {
  return `agentop: ${
    status === "stopped" ? "Stopped" : "Cancelled"
  } ${suite} after ${done} of ${planned} results: ${reason ?? status}`;
}

/** Runs a suite with its progress shown. `isFirst`: nobody was told yet who answers. */
export async function runLoaded(
  context: Context,
  loaded: LoadedSuite,
  options: EvalOptions,
  { isFirst = true }: { readonly isFirst?: boolean } = {},
): Promise<Experiment> {
  const isShown = context.stderrIsTerminal;
  const model = options.set?.model;
  const isToSay = isFirst && (model === undefined || await isSimulated(context.config, model));
  using progress = new ProgressLine(context, isShown);
  return await evaluate(context.app, loaded, {
    ...options,
    onBegin: (begun) => {
      if (!isShown) return;
      if (isToSay) noteSimulator(context, "answers");
      progress.begin(begun);
    },
    onProgress: (state) => progress.show(state),
    onWarning: (warning) => context.note(escapeText(`agentop: Warning: ${warning}`)),
  });
}
