import { isEmptyRunFilter } from "../../../analysis/mod.ts";
import { AgentOpError } from "../../../core/mod.ts";
import { damagedRowsNote, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { lookOf } from "../../output/look.ts";

export const cache: CliCommand = {
  register(program, withContext) {
    addFilterFlags(
      program.command("cache")
        .description(
          "how much of the prompts came from the provider's cache, what broke their beginnings, what that cost and what would mend it",
        )
        .argument("[run]", `${RUN_ARGUMENT}; without it all runs that the flags let through`),
    ).action((run, flags) => withContext((context) => show(context, run, flags)));
  },
};

async function show(context: Context, reference: string | undefined, flags: FilterFlags): Promise<void> {
  const [{ cacheOfRun, cacheOfRuns }, { formatRunCache, formatRunsCache }] = await Promise.all([
    import("../../../app/mod.ts"),
    import("./cache_text.ts"),
  ]);
  const store = await context.app.store();
  const filter = readRunFilter(flags, context);
  if (reference !== undefined && !isEmptyRunFilter(filter)) {
    throw new AgentOpError("Cannot use --since and its like with a run: it is one already", {
      remedy: "agentop cache RUN",
    });
  }
  const run = reference === undefined ? undefined : await store.resolveRun(reference);
  const answer = run ? await cacheOfRun(store, run) : await cacheOfRuns(store, filter);
  if (context.json) {
    const { cacheDocument } = await import("../../../documents/mod.ts");
    return context.printJson(cacheDocument(answer, { withCalls: run !== undefined }));
  }
  if (answer.calls === 0) context.note("No model call with its prompt and tokens is on record.");
  else {
    const look = lookOf(context);
    context.print(run ? formatRunCache(run, answer, look) : formatRunsCache(answer, look));
  }
  if (answer.isCut) context.note(`Of the ${plural(answer.runs, "newest run")}. Try: --since 24h`);
  if (answer.damaged > 0) context.note(`${damagedRowsNote(answer.damaged)}. Try: agentop db verify`);
}
