import { evaluate, type GateChoice, readySuite } from "../../../app/mod.ts";
import { escapeText, type Experiment, shortRunId } from "../../../core/mod.ts";
import type { EvalOptions } from "../../../evals/mod.ts";
import type { Context } from "../../context.ts";
import { noteSimulator } from "../../output/simulator_note.ts";
import { namedAgent } from "../../process/consent.ts";
import { abortOnSignals } from "../../process/signals.ts";
import { ProgressLine } from "./progress_line.ts";

/** Runs a suite at the terminal: its progress is shown, its agents are asked about, Ctrl-C leaves what can go on. */
export async function runSuite(
  context: Context,
  reference: string | undefined,
  resume: string | undefined,
  options: Omit<EvalOptions, "resolveAgent" | "resume">,
  gate: GateChoice,
): Promise<{ readonly experiment: Experiment; readonly gate: GateChoice }> {
  const { app } = context;
  const { loaded, gate: settled, resume: earlier } = await readySuite(app, reference, { resume, gate });
  using stopper = abortOnSignals();
  const isShown = context.stderrIsTerminal;
  using progress = new ProgressLine(context, isShown);
  const experiment = await evaluate(app, loaded, {
    ...options,
    ...(earlier === undefined ? {} : { resume: earlier }),
    resolveAgent: (agent) => namedAgent(context, agent, options.approve),
    signal: stopper.signal,
    onBegin: (begun) => {
      if (!isShown) return;
      noteSimulator(context, "answers");
      progress.begin(begun);
    },
    onProgress: (state) => progress.show(state),
    onWarning: (warning) => context.note(escapeText(`agentop: Warning: ${warning}`)),
  });
  progress.clear();
  if (experiment.status !== "completed") {
    context.note(
      escapeText(
        `agentop: ${experiment.status === "stopped" ? "Stopped" : "Cancelled"} ${experiment.suite} after ` +
          `${experiment.done} of ${experiment.planned} results: ${experiment.reason ?? experiment.status}. ` +
          `Try: agentop eval --resume ${shortRunId(experiment.experimentId)}` +
          (experiment.status === "stopped" ? " --budget USD, for all of it" : ""),
      ),
    );
  }
  return { experiment, gate: settled };
}
