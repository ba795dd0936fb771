import { type GateChoice, readySuite, SavedFiles, watchSuite as follow } from "../../../app/mod.ts";
import { cell, plural } from "../../../present/mod.ts";
import { escapeText, type Experiment } from "../../../core/mod.ts";
import type { EvalOptions } from "../../../evals/mod.ts";
import type { Context } from "../../context.ts";
import { lookOf } from "../../output/look.ts";
import { namedAgent } from "../../process/consent.ts";
import { abortOnSignals } from "../../process/signals.ts";
import { comparisonText } from "../compare/comparison_text.ts";
import { endText, runLoaded } from "./run_suite.ts";
import { showReport } from "./show_report.ts";

const EXIT_CANCELLED = 130;
const FILES_NAMED = 3;

/** Runs a suite, and what each save changes, until Ctrl-C. */
export async function watchSuite(
  context: Context,
  reference: string,
  options: Omit<EvalOptions, "resolveAgent" | "resume">,
  choice: GateChoice,
): Promise<number> {
  const { gate } = await readySuite(context.app, reference, { gate: choice });
  using stopper = abortOnSignals();
  using saved = new SavedFiles();
  const look = lookOf(context);
  const note = (text: string) => context.note(escapeText(`agentop: ${text}`));
  let isCut = false;
  let isFirst = true;
  const end = (experiment: Experiment) => {
    const isCancelled = experiment.status === "cancelled";
    isCut = isCancelled && stopper.signal.aborted;
    // Else it was ended by a save, which is told of next.
    if (isCut || experiment.status === "stopped") context.note(escapeText(endText(experiment)));
  };
  await follow(context.app, reference, {
    ...options,
    signal: stopper.signal,
    saved,
    resolveAgent: (agent, isFirst) =>
      isFirst ? namedAgent(context, agent, options.approve) : context.resolveAgent(agent, {
        approve: options.approve,
        onUntrusted: ({ path, folder }) => {
          note(
            `${path} says approve: auto, but nobody trusts it as it is now: its tools are refused. Try: agentop trust ${folder}`,
          );
          return Promise.resolve(false);
        },
      }),
    run: async ({ loaded, options: chosen }) => {
      const experiment = await runLoaded(context, loaded, { ...options, ...chosen }, { isFirst });
      isFirst = false;
      end(experiment);
      return experiment;
    },
    onRun: async ({ experiment, isWhole, comparisons }) => {
      // Some of the cases decide nothing.
      await showReport(context, experiment, isWhole ? gate : {}, {});
      for (const comparison of comparisons) {
        context.print(`\n${look.paint("bold", "SINCE THE RUN BEFORE")}  ${comparisonText(comparison, look)}`);
      }
    },
    onChange: (changes, left) => {
      if (changes.length === 0) return context.note("Saved: as it was before.");
      const runs = left.map(({ variants, cases }) =>
        `${plural(cases.length, "case")} of ${variants.map(cell).join(", ")}`
      );
      context.note(look.paint("cyan", `\nSaved: ${changes.map(cell).join("; ")}`));
      context.note(runs.length === 0 ? "Nothing to run again." : `Runs again: ${runs.join("; ")}`);
    },
    onProblem: (problem) => note(problem.message),
    onWait: (files) => {
      const named = files.slice(0, FILES_NAMED).map(cell).join(", ");
      const more = files.length - FILES_NAMED;
      context.note(
        `\nWaiting for a save of ${named}${more > 0 ? ` and ${more} more` : ""}. Ctrl-C ends it.`,
      );
    },
  });
  return isCut ? EXIT_CANCELLED : 0;
}
