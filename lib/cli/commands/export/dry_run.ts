import type { DryRun, loadDryRun } from "../../../app/mod.ts";
import { escapeText } from "../../../core/mod.ts";
import { byteSize, cell, grouped, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";

export const DRY_RUN_HELP = "send nothing: say what would leave this machine, with an example";

const PARTS_SHOWN_MAX = 20;

/** Says what would be sent. */
export async function printDryRun(
  context: Context,
  find: (dryRuns: Awaited<ReturnType<typeof loadDryRun>>) => Promise<DryRun>,
): Promise<number> {
  const { loadDryRun } = await import("../../../app/mod.ts");
  const found = await find(await loadDryRun());
  if (context.json) {
    context.printJson(found);
    return 0;
  }
  const { to, runs, unchanged, bytes, parts, fields, redacted, example } = found;
  context.print(`Nothing was sent. ${plural(runs, "run")}, ${byteSize(bytes)}, would go to ${cell(to)}.`);
  if (unchanged > 0) context.print(`${plural(unchanged, "run")} would not: they are there as they are.`);
  for (const { what, count, bytes } of parts.slice(0, PARTS_SHOWN_MAX)) {
    context.print(`  ${cell(what)}: ${grouped(count)}, ${byteSize(bytes)}`);
  }
  if (parts.length > PARTS_SHOWN_MAX) context.print(`  and ${grouped(parts.length - PARTS_SHOWN_MAX)} more`);
  if (runs === 0) return 0;
  context.print(`Fields: ${cell(fields.join(", "))}`);
  const taken = Object.entries(redacted).map(([name, count]) =>
    `the value of ${name} in ${plural(count, "place")}`
  );
  context.print(`Taken out: ${taken.length === 0 ? "nothing, no key was found" : cell(taken.join(", "))}`);
  context.print(`An example:\n${escapeText(JSON.stringify(example, null, 2), { multiline: true })}`);
  return 0;
}
