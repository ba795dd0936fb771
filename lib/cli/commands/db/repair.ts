import { resolve } from "node:path";
import { cell, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import { lookOf } from "../../output/look.ts";

/** The damaged store is never opened as a store: that could bring it to another version. */
export async function repair(context: Context, file: string): Promise<number> {
  const { repairStore } = await import("../../../store/mod.ts");
  const target = resolve(file);
  const report = await repairStore(context.config.storePath, target, context.host);
  const whole = report.runs.filter(({ lost }) => lost.length === 0);
  const gone = report.runs.filter(({ isKept }) => !isKept);
  const exitCode = whole.length === report.runs.length && report.notes.length === 0 ? 0 : 1;
  if (context.json) {
    context.printJson({ ...report, whole: whole.length, lost: gone.length });
    return exitCode;
  }
  const look = lookOf(context);
  for (const note of report.notes) context.print(cell(note));
  for (const { runId, isKept, lost } of report.runs) {
    if (lost.length === 0) continue;
    const what = isKept ? "without" : "not saved";
    context.print(`${look.paint("red", "✗")} run ${cell(runId)} ${what}: ${cell(lost.join("; "))}`);
  }
  const kept = report.runs.length - gone.length;
  const counted = `${whole.length} whole, ${kept - whole.length} in part, ${gone.length} lost`;
  context.print(
    `Saved ${kept} of ${plural(report.runs.length, "run")} to ${cell(target)}: ${counted}. It verifies.`,
  );
  return exitCode;
}
