import { type Run, shortRunId } from "../../../core/mod.ts";
import type { BisectResult, BisectTrial, ConfigEdit, HistoryResult } from "../../../evals/mod.ts";
import { cell, lines, money, plural } from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

/** What was tried between two runs, and which change makes it bad, or that none does. */
export function formatChangeSearch(found: BisectResult, good: Run, bad: Run, look: Look): string {
  const total = found.edits.length;
  return [
    ...found.trials.map((trial) =>
      trialLine(
        trial,
        trial.alone ? "with the last of them alone" : `with ${trial.edits} of ${plural(total, "change")}`,
        look,
      )
    ),
    ...(found.culprit ? editLines(found.culprit, found.alone, look) : otherCause(found, good, bad)),
    ...savingLine(found.savedCostUsd, look),
  ].join("\n");
}

/** What was tried of a file's history, and which commit makes it bad. */
export function formatCommitSearch(found: HistoryResult, look: Look): string {
  const { culprit, commits } = found;
  return [
    ...found.trials.map((trial) => trialLine(trial, `at ${trial.commit.slice(0, 10)}`, look)),
    `${look.paint("bold", culprit.commit.slice(0, 10))} makes it bad, of ${plural(commits, "commit")}:`,
    `  ${cell(culprit.summary)}`,
    ...savingLine(found.savedCostUsd, look),
  ].join("\n");
}

function trialLine(
  { passed, explanation, runId }: Pick<BisectTrial, "passed" | "explanation" | "runId">,
  what: string,
  look: Look,
): string {
  const outcome = passed ? look.paint("green", "✓ good") : look.paint("red", "✗ bad ");
  const why = explanation === undefined ? "" : look.paint("dim", `  ${cell(explanation)}`);
  return `${outcome}  ${look.paint("cyan", shortRunId(runId))}  ${what}${why}`;
}

/** The whole changed configuration leaves the run good. */
function otherCause({ edits, difference }: BisectResult, good: Run, bad: Run): readonly string[] {
  const all = edits.length === 1 ? "its change" : `all ${edits.length} changes`;
  return [
    `The configuration is not the cause: with ${all} the run is still good.`,
    difference
      ? `The runs differ first at step ${difference.step}, ${difference.kind} ${cell(difference.name)}: ` +
        `agentop diff ${shortRunId(good.runId)} ${shortRunId(bad.runId)}`
      : "The runs do not differ in any step: the model wavers. Try --repeat 5.",
  ];
}

function editLines(
  { key, line, good, bad }: ConfigEdit,
  alone: boolean | null,
  look: Look,
): readonly string[] {
  const side = (mark: "-" | "+", value: unknown) =>
    lines(typeof value === "string" ? value : value === undefined ? "(none)" : JSON.stringify(value))
      .map((text) => `  ${look.paint(mark === "-" ? "red" : "green", `${mark} ${text}`)}`);
  const where = line === undefined ? "" : `, line ${line},`;
  const together = alone === false ? ", together with the changes before it" : "";
  return [
    `${look.paint("bold", cell(key))}${where} makes it bad${together}:`,
    ...side("-", good),
    ...side("+", bad),
  ];
}

function savingLine(usd: number | null, look: Look): readonly string[] {
  return usd !== null && usd > 0 ? [look.paint("dim", `saved ${money(usd)} with recorded answers`)] : [];
}
