import { type Run, shortRunId } from "../../core/mod.ts";
import { runSummaryShape } from "../../documents/mod.ts";
import type { Context } from "../context.ts";

/** What became of a run that was stopped, paused or let go on. */
export function printSteered(context: Context, run: Run, what: string): void {
  if (context.json) context.printJson(runSummaryShape(run));
  else context.print(`${shortRunId(run.runId)} ${what}`);
}
