import type { CaseResult } from "../../core/mod.ts";
import { shortRunId } from "../../core/mod.ts";
import type { ReportSource } from "./junit.ts";

/** What a build server shows of one step. */
const ANNOTATIONS_MAX = 10;

/** Lines that GitHub shows beside a change: the gate, then what did not pass. */
export function annotations({ experiment, results, gate }: ReportSource, path: string): readonly string[] {
  const kinds = { pass: "notice", none: "notice", inconclusive: "warning", regression: "error" } as const;
  const lines = gate.verdict === "none"
    ? []
    : [line(kinds[gate.verdict], path, `${experiment.suite}: ${gate.verdict}`, gate.reason)];
  const failed = results.filter(({ scores }) => scores.some((it) => it.passed !== true));
  return [
    ...lines,
    ...failed.slice(0, ANNOTATIONS_MAX - lines.length).map((it) =>
      line("warning", path, `${it.caseId} (${it.variant}) did not pass`, why(it))
    ),
  ];
}

function why({ scores, runId }: CaseResult): string {
  const failing = scores.filter((it) => it.passed !== true)
    .map((it) => `${it.scorer}: ${it.error ?? it.explanation ?? it.value}`);
  return `${failing.join("; ")} (run ${shortRunId(runId)})`;
}

function line(kind: "notice" | "warning" | "error", path: string, title: string, message: string): string {
  return `::${kind} file=${property(path)},title=${property(title)}::${data(message)}`;
}

/** As the command language of GitHub's runner escapes them; its older one stands anywhere in a line, and is broken. */
function data(text: string): string {
  return text.replaceAll("##[", "#\u200b#[").replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function property(text: string): string {
  return data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}
