import type { CliCommand } from "../command.ts";
import { exitCodeOf } from "../exit_code.ts";

/** What the workbench starts: a runner process for one run. Approvals come through the store. Not for people. */
export const execute: CliCommand = {
  register(program, act) {
    program.command("execute", { hidden: true }).argument("<run>").action((reference) =>
      act(async (context) => {
        const [{ createRunner }, { abortOnSignals }, { resumedServices }] = await Promise.all([
          import("../wiring.ts"),
          import("../signals.ts"),
          import("../hybrid.ts"),
        ]);
        const store = await context.store();
        const run = await store.resolveRun(reference);
        using stopper = abortOnSignals();
        const runner = await createRunner(context, await resumedServices(context, run));
        const ended = await runner.execute(run, { signal: stopper.signal });
        return exitCodeOf(ended.status);
      })
    );
  },
};
