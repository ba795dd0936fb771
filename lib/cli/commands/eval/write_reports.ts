import { type ExperimentReport, writeWhole } from "../../../app/mod.ts";
import { escapeText } from "../../../core/mod.ts";
import { annotations, junitReport, markdownReport } from "../../../evals/mod.ts";
import type { Context } from "../../context.ts";
import type { ReportFlags } from "../../frame/gate_flags.ts";

/** Writes a report for other programs and for people who were not there; an earlier one is replaced. Throws `AgentOpError`. */
export async function writeReports(
  context: Context,
  report: ExperimentReport,
  { junit, markdown }: ReportFlags,
): Promise<void> {
  const { redactor } = context.app;
  if (junit !== undefined) {
    await writeWhole(junit, redactor.text(junitReport(report)), { name: "scores.xml", force: true });
  }
  if (markdown !== undefined) {
    await writeWhole(markdown, redactor.text(markdownReport(report)), { name: "scores.md", force: true });
  }
  if (!context.config.isGitHubActions) return;
  // Its runner reads both streams: stdout stays the report's.
  for (const line of annotations(report, report.plan.path)) context.note(escapeText(line));
}
