import { AgentOpError, diffRuns, isLive, type Trace } from "../../core/mod.ts";
import type { SqliteStore } from "../../store/mod.ts";
import type { CliCommand } from "../command.ts";
import { lookOf } from "../format.ts";

export const diff: CliCommand = {
  register(program, act) {
    program.command("diff").description(
      "compare two runs step by step: exit code 0 same, 1 different, 2 trouble",
    )
      .argument("<a>", 'a run id, its beginning or end, "last" or "last~2"').argument("<b>")
      .option("--unified", "only the final answers, as a unified diff")
      .action((left, right, options) =>
        act(async (context) => {
          const store = await context.store();
          const [a, b] = [await load(store, left), await load(store, right)];
          const found = await diffRuns(a, b);
          const [{ formatDiff, formatUnified }, { diffDocument }, { keepComparison }] = await Promise.all([
            import("../diff_text.ts"),
            import("../diff_shape.ts"),
            import("../diff_row.ts"),
          ]);
          await keepComparison(context, store, found);
          if (context.json) context.printJson(diffDocument(found));
          else if (!options.unified) context.print(await formatDiff(found, lookOf(context)));
          else if (found.output.unified !== "") {
            context.print(formatUnified(found.output.unified, lookOf(context)));
          }
          return (options.unified ? found.output.unified === "" : found.identical) ? 0 : 1;
        })
      );
  },
};

async function load(store: SqliteStore, reference: string): Promise<Trace> {
  const { traceId, runId, status } = await store.resolveRun(reference);
  if (isLive(status)) {
    throw new AgentOpError(
      `Cannot compare ${runId}: it is ${status}, not finished. Try: agentop watch ${runId}`,
    );
  }
  return await store.loadTrace(traceId);
}
