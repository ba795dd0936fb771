import { changesText, type ForkTree, operationOf, unfinishedAnswer } from "../../../analysis/mod.ts";
import { type Evaluation, isLive, oneLine, type Run, type Trace } from "../../../core/mod.ts";
import { cell, scoreText, zonedTime } from "../../../present/mod.ts";
import { type Look, paragraph } from "../../output/look.ts";
import { formatTree } from "../../output/tree.ts";
import { formatFamily, formatRunRow } from "./family_text.ts";

const TOLD_MAX = 120;

/** What a run's page is made of. */
export interface ShownRun {
  readonly trace: Trace;
  /** Runs it handed work to. */
  readonly children: readonly Run[];
  readonly family: ForkTree;
}

/** The steps of a run, whom it handed work to, what came of it, its scores and its answer. */
export function formatSteps(
  { trace, children, family }: ShownRun,
  look: Look,
  { nowMs, timeZone }: { readonly nowMs: number; readonly timeZone: string },
): string {
  const { run, evaluations } = trace;
  const broken = isLive(run.status) ? undefined : unfinishedAnswer(trace);
  const sections = [
    ["", trace.spans.size > 0 ? formatTree(trace, look, nowMs) : undefined],
    ["Told and set", formatOperations(trace, look, timeZone)],
    [
      "Handed over",
      children.length === 0 ? undefined : children.map((it) => `  ${formatRunRow(it, look)}`).join("\n"),
    ],
    ["Replays and forks", formatFamily(family, run, look)],
    [
      "Scores",
      evaluations.length === 0 ? undefined : evaluations.map((it) => scoreRow(it, look)).join("\n"),
    ],
    ["Answer", run.output === undefined ? undefined : paragraph(run.output, look)],
    ["Answer, as far as it came", broken === undefined ? undefined : paragraph(broken, look)],
  ] as const;
  return sections.flatMap(([title, text]) =>
    text === undefined ? [] : [title === "" ? text : `${look.paint("bold", title)}\n${text}`]
  ).join("\n\n");
}

/** Who told or set what, and when. */
function formatOperations({ spans }: Trace, look: Look, timeZone: string): string | undefined {
  const rows = [...spans.values()].flatMap((span): readonly string[] => {
    const it = operationOf(span);
    if (!it) return [];
    const what = it.action === "tell"
      ? `told: ${oneLine(it.text, TOLD_MAX)}`
      : `set ${changesText(it.changes)}`;
    const step = it.step === undefined ? "not read yet" : `before step ${it.step}`;
    const when = zonedTime(span.startTimeUs / 1000, timeZone);
    return [`  ${cell(what)}  ${look.paint("dim", cell(`${it.by}, ${when}, ${step}`))}`];
  });
  return rows.length === 0 ? undefined : rows.join("\n");
}

function scoreRow(evaluation: Evaluation, look: Look): string {
  const { name, explanation, source } = evaluation;
  return `  ${cell(name)}  ${cell(scoreText(evaluation))}  ${
    look.paint("dim", cell([explanation, source].filter(Boolean).join(" · ")))
  }`;
}
