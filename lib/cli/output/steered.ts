import { type Run, shortRunId } from "../../core/mod.ts";
import { runSummaryShape } from "../../documents/mod.ts";
import type { Context } from "../context.ts";

/** What became of a run that was stopped, paused or let go on. */
export async function printSteered(context: Context, run: Run, what: string): Promise<void> {
  if (context.json) {
    const store = await context.app.store();
    context.printJson(runSummaryShape(run, await store.treeTotals(run.runId)));
  } else context.print(`${shortRunId(run.runId)} ${what}`);
}
