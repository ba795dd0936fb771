import { resolve } from "node:path";
import { parseRunQuery } from "../../../analysis/mod.ts";
import { AgentOpError } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { byteSize, cell, facts, grouped, plural } from "../../../present/mod.ts";
import { lookOf } from "../../output/look.ts";
import { freedText } from "../../output/freed_text.ts";

export const db: CliCommand = {
  register(program, withContext) {
    const group = program.command("db").description("look after the store");
    group.command("migrate").description("bring the store to this version; a copy is kept beside it")
      .action(() => withContext(migrate));
    group.command("verify").description(
      "check every page, message, reference, span, snapshot, total and digest; exit 1 when something is wrong",
    )
      .option("--forget-lost", "no longer say which acknowledged writes the store has lost")
      .action((flags) =>
        withContext(async (context) => await (await import("./verify.ts")).verify(context, flags))
      );
    group.command("repair").description(
      "save every run that can be read into a new store; the damaged one stays as it is; exit 1 when something was lost",
    )
      .argument("<file>", "the new store")
      .action((file) =>
        withContext(async (context) => await (await import("./repair.ts")).repair(context, file))
      );
    group.command("backup").description("copy the store, also while runs write to it; never overwrites")
      .argument("<file>", "the copy")
      .option("--with-secrets", "also a store that holds keys from before they were known")
      .action((file, flags) => withContext((context) => backup(context, file, flags)));
    group.command("prune").description(
      "delete runs that ended long ago, a run together with those it handed work to, and give back the space",
    )
      .requiredOption(
        "--older-than <age>",
        "those that ended before: an age (30d, 12h, 15m for minutes, 2w) or a time",
      )
      .option("--keep-scored", "not those with evaluations")
      .option("--dry-run", "only say how many would go")
      .action((options) => withContext((context) => prune(context, options)));
    group.command("recanonicalise").description(
      "read runs that came over OpenTelemetry again, from what was sent, where this version reads them otherwise",
    )
      .option("--all", "also those that were read by this version")
      .action((flags) =>
        withContext(async (context) =>
          await (await import("./recanonicalise.ts")).recanonicalise(context, flags)
        )
      );
    group.command("stats").description("how much the store holds").action(() => withContext(showStats));
  },
};

async function migrate(context: Context): Promise<number> {
  const { storeVersion } = await import("../../../store/mod.ts");
  const from = await storeVersion(context.config.storePath);
  const store = await context.app.store(); // opening it migrates
  const { schemaVersion: to } = await store.stats();
  const path = context.config.storePath;
  if (context.json) {
    context.printJson({ path, from, to, migrated: from !== to });
    return 0;
  }
  const shown = cell(path);
  context.print(
    from === to
      ? `${shown} is at version ${to}: nothing to do.`
      : from === 0
      ? `${shown} was created at version ${to}.`
      : `${shown} went from version ${from} to ${to}; the old file is kept beside it.`,
  );
  return 0;
}

async function backup(
  context: Context,
  file: string,
  { withSecrets = false }: { readonly withSecrets?: boolean | undefined },
): Promise<number> {
  const target = resolve(file);
  await (await context.app.store()).backupTo(target, { withSecrets });
  const { size } = await Deno.stat(target);
  if (context.json) context.printJson({ path: target, bytes: size });
  else context.print(`Copied the store to ${cell(target)} (${byteSize(size)}).`);
  return 0;
}

interface PruneFlags {
  readonly olderThan: string;
  readonly keepScored?: true | undefined;
  readonly dryRun?: true | undefined;
}

async function prune(context: Context, { olderThan, ...flags }: PruneFlags): Promise<number> {
  const [keepScored, dryRun] = [flags.keepScored ?? false, flags.dryRun ?? false];
  const endedBeforeUs = timeBefore(olderThan, context);
  const store = await context.app.store();
  const { runs, freedBytes, returnedBytes } = await store.prune({ endedBeforeUs, keepScored, dryRun });
  if (!dryRun && runs > 0) await context.app.forgetDeleted();
  if (context.json) {
    context.printJson({ runs, dryRun, ...(dryRun ? {} : { freedBytes, returnedBytes }) });
  } else if (dryRun) {
    context.print(`${plural(runs, "run")} would be deleted.`);
  } else {
    context.print(`Deleted ${plural(runs, "run")}: ${freedText(freedBytes, returnedBytes)}.`);
  }
  return 0;
}

/** µs since the epoch. */
function timeBefore(olderThan: string, { host, timeZone }: Context): number {
  const { filter: { where } } = parseRunQuery(
    `until:"${olderThan.replace(/["\\]/g, "")}"`,
    host.now(),
    timeZone,
  );
  if (where?.type === "started") return where.timeUs;
  throw new AgentOpError(
    `Cannot prune: --older-than is neither an age nor a time: got "${cell(olderThan)}"`,
    {
      remedy: "--older-than 30d",
    },
  );
}

async function showStats(context: Context): Promise<number> {
  const stats = await (await context.app.store()).stats();
  if (context.json) {
    context.printJson({ path: context.config.storePath, ...stats });
    return 0;
  }
  const ratio = stats.storedBodyBytes === 0 ? 1 : stats.bodyBytes / stats.storedBodyBytes;
  context.print(facts([
    ["store", `${cell(context.config.storePath)} (${byteSize(stats.bytes)}, version ${stats.schemaVersion})`],
    ["runs", grouped(stats.runs)],
    ["spans", grouped(stats.spans)],
    ["messages", grouped(stats.messages)],
    [
      "bodies",
      `${grouped(stats.bodies)}: ${byteSize(stats.bodyBytes)}, stored in ${
        byteSize(stats.storedBodyBytes)
      } (${ratio.toFixed(1)}×)`,
    ],
    [
      "search",
      stats.unindexedRuns === 0 ? "up to date" : `${plural(stats.unindexedRuns, "run")} not indexed yet`,
    ],
  ], lookOf(context)));
  return 0;
}
