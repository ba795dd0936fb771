import { experimentReport, type GateChoice } from "../../../app/mod.ts";
import type { ExitCode, Experiment } from "../../../core/mod.ts";
import { experimentDocument } from "../../../documents/mod.ts";
import type { Context } from "../../context.ts";
import type { ReportFlags } from "../../frame/gate_flags.ts";
import { lookOf } from "../../output/look.ts";
import { comparisonText } from "../compare/comparison_text.ts";
import { experimentText, gateText } from "../experiments/experiment_text.ts";

/** Prints what an experiment says, and returns the exit code that its gate and its end mean. */
export async function showReport(
  context: Context,
  { experimentId }: Pick<Experiment, "experimentId">,
  gate: GateChoice,
  flags: ReportFlags,
): Promise<number> {
  const report = await experimentReport(context.app, experimentId, gate);
  if (flags.junit !== undefined || flags.markdown !== undefined || context.config.isGitHubActions) {
    const { writeReports } = await import("./write_reports.ts");
    await writeReports(context, report, flags);
  }
  if (context.json) context.printJson(experimentDocument(report));
  else {
    const look = lookOf(context);
    context.print(experimentText(report, look));
    for (const comparison of report.comparisons) context.print(`\n${comparisonText(comparison, look)}`);
    if (report.gate.verdict !== "none") context.print(`\n${gateText(report.gate, look)}`);
  }
  return exitCodeOfReport(report.experiment, report.gate.verdict);
}

/** A gate cannot pass what did not come to its end. */
export function exitCodeOfReport(
  { status }: Pick<Experiment, "status">,
  verdict: string,
): ExitCode | 0 | 130 {
  if (status === "cancelled") return 130;
  if (verdict === "regression") return 1;
  if (verdict === "inconclusive" || status === "stopped") return 3;
  return 0;
}
