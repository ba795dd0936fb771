import { type Evaluation, type Run, shortRunId } from "../../../core/mod.ts";
import { cell, scoreText } from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

/** What was kept, a line each: name, value, verdict, why. */
export function formatScores(run: Run, evaluations: readonly Evaluation[], look: Look): string {
  const width = Math.max(...evaluations.map(({ name }) => cell(name).length));
  return [
    look.paint("dim", `scores of ${shortRunId(run.runId)}`),
    ...evaluations.map((it) => {
      const said = it.explanation === undefined ? "" : look.paint("dim", `  ${cell(it.explanation)}`);
      const tone = it.error !== undefined
        ? "yellow"
        : it.passed === true
        ? "green"
        : it.passed === false
        ? "red"
        : undefined;
      return `${cell(it.name).padEnd(width)}  ${look.paint(tone, cell(scoreText(it)))}${said}`;
    }),
  ].join("\n");
}
