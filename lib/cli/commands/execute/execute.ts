import type { CliCommand } from "../../frame/command.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";

/** What the workbench starts: a runner process for one run. Approvals come through the store. Not for people. */
export const execute: CliCommand = {
  register(program, withContext) {
    program.command("execute", { hidden: true }).argument("<run>").action((reference) =>
      withContext(async (context) => {
        const [{ abortOnSignals }, { resumedServices }] = await Promise.all([
          import("../../process/signals.ts"),
          import("../../../replay/mod.ts"),
        ]);
        const store = await context.app.store();
        const run = await store.resolveRun(reference);
        using stopper = abortOnSignals();
        const runner = await context.app.createRunner(await resumedServices(store, run));
        const ended = await runner.execute(run, { signal: stopper.signal });
        return exitCodeOf(ended.status);
      })
    );
  },
};
