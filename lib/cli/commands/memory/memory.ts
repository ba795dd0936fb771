import { AgentOpError } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { numberFlag } from "../../frame/number.ts";
import { lookOf } from "../../output/look.ts";

const STEPS_MAX = 1_000_000;

interface MemoryFlags {
  readonly diff?: boolean | undefined;
  readonly step?: number | undefined;
}

export const memory: CliCommand = {
  register(program, withContext) {
    program.command("memory").description(
      "what an agent knew after each step: messages and remembered values",
    )
      .argument("<run>", RUN_ARGUMENT)
      .option("--diff", "only what changed, and which step changed it")
      .option(
        "--step <n>",
        "one step, whole; 0 is before the first",
        numberFlag("--step", { max: STEPS_MAX, isWhole: true }, 1),
      )
      .action((run, flags) => withContext((context) => showMemory(context, run, flags)));
  },
};

async function showMemory(
  context: Context,
  reference: string,
  { diff = false, step }: MemoryFlags,
): Promise<void> {
  const [{ memorySteps }, { memoryDocument }, { formatMemorySteps }] = await Promise.all([
    import("../../../analysis/mod.ts"),
    import("../../../documents/mod.ts"),
    import("../../output/memory_text.ts"),
  ]);
  const store = await context.app.store();
  const { traceId, runId } = await store.resolveRun(reference);
  const all = memorySteps(await store.loadTrace(traceId));
  const steps = step === undefined ? all : all.filter((it) => it.step === step);
  if (step !== undefined && steps.length === 0) {
    const last = all.at(-1)?.step ?? 0;
    throw new AgentOpError(
      `Cannot show step ${step} of ${runId}: its memory was recorded up to step ${last}`,
      {
        remedy: `--step ${last}`,
      },
    );
  }
  if (context.json) context.printJson(memoryDocument(runId, steps, { diff }));
  else context.print(formatMemorySteps(steps, lookOf(context), { diff, whole: step !== undefined }));
}
