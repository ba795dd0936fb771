import { AgentOpError } from "../../../core/mod.ts";
import { memorySteps } from "../../../analysis/mod.ts";
import { memoryDocument } from "../../../documents/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { lookOf } from "../../output/look.ts";
import { wholeNumber } from "../../frame/run_filter.ts";

const STEPS_MAX = 1_000_000;

export const memory: CliCommand = {
  register(program, withContext) {
    program.command("memory").description(
      "what an agent knew after each step: messages and remembered values",
    )
      .argument("<run>", RUN_ARGUMENT)
      .option("--diff", "only what changed, and which step changed it")
      .option("--step <n>", "one step, whole; 0 is before the first", wholeNumber("--step", 0, STEPS_MAX))
      .action((reference, options) =>
        withContext(async (context) => {
          const store = await context.app.store();
          const { traceId, runId } = await store.resolveRun(reference);
          const all = memorySteps(await store.loadTrace(traceId));
          const { step } = options;
          const steps = all.filter((it) => step === undefined || it.step === step);
          if (step !== undefined && steps.length === 0) {
            const last = all.at(-1)?.step ?? 0;
            throw new AgentOpError(
              `Cannot show step ${step} of ${runId}: its memory was recorded up to step ${last}`,
              { remedy: `--step ${last}` },
            );
          }
          if (context.json) {
            context.printJson(memoryDocument(runId, steps, { diff: options.diff ?? false }));
            return 0;
          }
          const { formatMemorySteps } = await import("../../output/memory_text.ts");
          context.print(
            steps.length === 0 ? "No memory was recorded." : formatMemorySteps(steps, lookOf(context), {
              diff: options.diff ?? false,
              whole: step !== undefined,
            }),
          );
          return 0;
        })
      );
  },
};
