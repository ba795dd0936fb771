import { isResumable } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";
import { approveOption, BUDGET, limitsOf, MAX_REPEATS, MAX_STEPS, TIMEOUT } from "../../frame/limit_flags.ts";

/** What the workbench starts: a runner process for one run. Approvals come through the store. Not for people. */
export const execute: CliCommand = {
  register(program, withContext) {
    const command = program.command("execute", { hidden: true }).argument("<run>")
      .option("--budget <usd>", "", BUDGET)
      .option("--max-steps <n>", "", MAX_STEPS)
      .option("--timeout <seconds>", "", TIMEOUT)
      .option("--max-repeats <n>", "", MAX_REPEATS)
      .addOption(approveOption());
    command.action((reference, flags) =>
      withContext(async (context) => {
        const [{ abortOnSignals }, { resumedServices }, { continued }] = await Promise.all([
          import("../../process/signals.ts"),
          import("../../../replay/mod.ts"),
          import("../../../agent/mod.ts"),
        ]);
        const store = await context.app.store();
        const found = await store.resolveRun(reference);
        const limits = limitsOf(flags);
        const { approve, isGuarded, widest } = await context.app.rightsFor(found, {
          approve: limits.approve,
        });
        const canBegin = found.status === "queued" || isResumable(found);
        const spans = canBegin ? (await store.loadTrace(found.traceId)).spans.values() : [];
        const run = canBegin ? await continued(found, { ...limits, approve }, { widest, spans }) : found;
        const rights = { approve: limits.approve, maxSteps: limits.maxSteps, isGuarded };
        using stopper = abortOnSignals();
        const runner = await context.app.createRunner({ ...await resumedServices(store, run), rights });
        const ended = await runner.execute(run, { signal: stopper.signal });
        return exitCodeOf(ended.status);
      })
    );
  },
};
