import { evaluate, type GateChoice, loadSuiteOf, settledGate } from "../../../app/mod.ts";
import { AgentOpError, escapeText, type Experiment, shortRunId } from "../../../core/mod.ts";
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
  const store = await app.store();
  const earlier = resume === undefined ? undefined : await store.resolveExperiment(resume);
  const path = reference ?? earlier?.plan.path;
  if (path === undefined) {
    throw new AgentOpError("Cannot evaluate: the suite is missing", { remedy: "agentop eval SUITE" });
  }
  const loaded = await loadSuiteOf(app, path);
  const settled = await settledGate(app, loaded.suite.name, { ...loaded.suite.gate, ...gate }, {
    mayBeFirst: !gate.failIfWorse,
  });
  using stopper = abortOnSignals();
  const isShown = context.stderrIsTerminal;
  using progress = new ProgressLine(context, isShown);
  const experiment = await evaluate(app, loaded, {
    ...options,
    ...(earlier ? { resume: earlier.experiment.experimentId } : {}),
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
