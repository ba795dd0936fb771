import { escapeText, oneLine, type Run, type TreeTotals } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { type Context, writeAll } from "../../context.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";
import type { Followed } from "../../../live/mod.ts";
import { runSummaryShape } from "../../../documents/mod.ts";

const EXIT_CANCELLED = 130;
const QUESTION_MAX_CHARS = 200;

export const watch: CliCommand = {
  register(program, withContext) {
    program.command("watch").description("follow a run live from another terminal")
      .argument("<run>", RUN_ARGUMENT)
      .action((reference) => withContext((context) => followRun(context, reference)));
  },
};

async function followRun(context: Context, reference: string): Promise<number> {
  const [{ follow }, { abortOnSignals }] = await Promise.all([
    import("../../../live/mod.ts"),
    import("../../process/signals.ts"),
  ]);
  const store = await context.app.store();
  const { traceId } = await store.resolveRun(reference);
  const show = await createShow(context);
  using stopper = abortOnSignals();
  let last: Run | undefined;
  for await (const state of follow(store, traceId, { host: context.host, signal: stopper.signal })) {
    show.state(state);
    last = state.trace.run;
  }
  if (stopper.signal.aborted || !last) return EXIT_CANCELLED;
  show.end(last, await store.treeTotals(last.runId));
  return exitCodeOf(last.status);
}

/** A run as it happens: as text, or only its end as JSON. */
async function createShow(context: Context) {
  if (context.json) {
    const end = (run: Run, tree: TreeTotals) => context.printJson(runSummaryShape(run, tree));
    return { state: () => {}, end };
  }
  const { LivePrinter, summaryLine } = await import("../../output/live_printer.ts");
  const [{ RetoldEvents }, { pendingApproval }] = await Promise.all([
    import("../../../live/mod.ts"),
    import("../../../analysis/mod.ts"),
  ]);
  const printer = new LivePrinter({
    answer: (text) => writeAll(Deno.stdout, text),
    step: (line) => context.print(line),
    color: context.color,
  });
  const events = new RetoldEvents();
  let sawText = false;
  let asked: string | undefined;
  return {
    state: (state: Followed) => {
      for (const event of events.next(state)) {
        if (event.type === "delta") sawText = true;
        // How the run stands is said at its end.
        if (event.type !== "run_start" && event.type !== "run_update") printer.listen(event);
      }
      const question = state.trace.run.status === "waiting" ? pendingApproval(state.trace) : undefined;
      if (question && question.spanId !== asked) {
        const what = oneLine(question.summary, QUESTION_MAX_CHARS);
        context.print(escapeText(`? waits for somebody to allow ${what}: where it runs, or in agentop tui`));
      }
      asked = question?.spanId;
    },
    end: (run: Run, tree: TreeTotals) => {
      if (!sawText && run.output) context.print(escapeText(run.output, { multiline: true }));
      context.print(escapeText(summaryLine(run, tree)));
    },
  };
}
