import { isLive } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import {
  approveOption,
  BUDGET,
  type LimitFlags,
  limitsOf,
  MAX_REPEATS,
  MAX_STEPS,
  TIMEOUT,
} from "../../frame/limit_flags.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import type { Context } from "../../context.ts";
import { printSteered } from "../../output/steered.ts";

interface ResumeFlags extends LimitFlags {
  readonly stream?: true | undefined;
  readonly jsonl?: true | undefined;
}

export const resume: CliCommand = {
  register(program, withContext) {
    program.command("resume")
      .description("go on with a paused run, or with one that was interrupted, stopped or failed")
      .argument("<run>", RUN_ARGUMENT)
      .option("--budget <usd>", "new budget for the whole run", BUDGET)
      .option("--max-steps <n>", "new limit for the whole run, hand-offs included", MAX_STEPS)
      .option("--timeout <seconds>", "new time limit, from now", TIMEOUT)
      .addOption(
        approveOption(),
      )
      .option(
        "--max-repeats <n>",
        "a call that comes this often with the same result is a loop; 0: never",
        MAX_REPEATS,
      )
      .option("--strict", "an answer that was cut off is a failure, not a warning")
      .option("--stream", "stream the answer even when stdout is no terminal")
      .option("--jsonl", "print one event per line")
      .action((run, flags) => withContext((context) => resumeRun(context, run, flags)));
  },
};

/** A run that a process works on goes on there; any other goes on in this one. */
async function resumeRun(context: Context, reference: string, flags: ResumeFlags): Promise<number> {
  const { continued, unpauseRun } = await import("../../../agent/mod.ts");
  const limits = limitsOf(flags);
  const { app } = context;
  const store = await app.store();
  const run = await store.resolveRun(reference);
  if (isLive(run.status)) {
    await unpauseRun({ store, host: app.host }, run, limits);
    await printSteered(context, run, "goes on");
    return 0;
  }
  const [{ runInForeground }, { askedRights }, { resumedServices }] = await Promise.all([
    import("../../process/foreground.ts"),
    import("../../process/consent.ts"),
    import("../../../replay/mod.ts"),
  ]);
  await continued(run); // what cannot go on is not asked about
  const services = await resumedServices(store, run);
  const { approve, isGuarded, widest } = await askedRights(context, run, limits.approve);
  const spans = (await store.loadTrace(run.traceId)).spans.values();
  const again = await continued(run, { ...limits, approve }, { widest, spans });
  const rights = { approve: limits.approve, maxSteps: limits.maxSteps, isGuarded };
  return await runInForeground(context, { ...flags, ...services, rights }, () => Promise.resolve(again));
}
