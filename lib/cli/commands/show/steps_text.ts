import { type ForkTree, unfinishedAnswer } from "../../../analysis/mod.ts";
import { type Evaluation, isLive, type Run, type Trace } from "../../../core/mod.ts";
import { cell, scoreText } from "../../../present/mod.ts";
import { type Look, paragraph } from "../../output/look.ts";
import { formatTree } from "../../output/tree.ts";
import { formatFamily, formatRunRow } from "./family_text.ts";

/** What a run's page is made of. */
export interface ShownRun {
  readonly trace: Trace;
  /** Runs it handed work to. */
  readonly children: readonly Run[];
  readonly family: ForkTree;
}

/** The steps of a run, whom it handed work to, what came of it, its scores and its answer. */
export function formatSteps({ trace, children, family }: ShownRun, look: Look, nowMs: number): string {
  const { run, evaluations } = trace;
  const broken = isLive(run.status) ? undefined : unfinishedAnswer(trace);
  const sections = [
    ["", trace.spans.size > 0 ? formatTree(trace, look, nowMs) : undefined],
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

function scoreRow(evaluation: Evaluation, look: Look): string {
  const { name, explanation, source } = evaluation;
  return `  ${cell(name)}  ${cell(scoreText(evaluation))}  ${
    look.paint("dim", cell([explanation, source].filter(Boolean).join(" · ")))
  }`;
}
