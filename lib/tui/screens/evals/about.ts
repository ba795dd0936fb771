import type { Evaluation, ResultScore } from "../../../core/mod.ts";
import { duration, scoreText, scoreValue } from "../../../present/mod.ts";
import { sentenceOf, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { type Line, seg } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { GAP, type Part, textPart } from "../../reader/part.ts";
import { clean } from "../../terminal/text.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { aboutChosen, chosenCell, type Opened } from "./model.ts";
import { knownMoney } from "./money.ts";
import { nameOf } from "./scores.ts";

/** What the chosen case was asked, what was answered, and what the scorers said of each try. */
export function aboutParts(opened: Opened, { glyphs }: Env): readonly Part[] {
  const chosen = chosenCell(opened);
  if (!chosen) return [textPart("No result of this case yet.", "dim")];
  const about = aboutChosen(opened);
  const head: Line = [
    seg(nameOf(opened.overview!, chosen.side), "strong"),
    seg(`  run ${shortRunId(chosen.cell.runId)}`, "accent"),
  ];
  if (!about) return [drawn(() => [head]), textPart(`Reading${glyphs.ellipsis}`, "dim")];
  const tries = (columns: number) =>
    about.results.flatMap((result): readonly Line[] => {
      const isOne = about.results.length === 1;
      const of: Line = isOne ? [] : [
        seg(`try ${result.repeat} `, "heading"),
        seg(shortRunId(result.runId), result.runId === about.runId ? "accent" : "dim"),
        seg(`  ${duration(result.durationMs)}  ${knownMoney(result.spent)}`, "dim"),
      ];
      return [
        ...(of.length > 0 ? [of] : []),
        ...result.scores.flatMap((it) => scoreRows(it, columns, glyphs.status)),
      ];
    });
  const { run } = about;
  return [
    drawn((columns) => [head, ...about.said.flatMap((it) => saidRows(it, columns))]),
    about.results.some(({ scores }) => scores.length > 0) || about.results.length > 1
      ? drawn(tries)
      : textPart("Nothing judged it.", "dim"),
    ...(run.error ? [GAP, textPart(sentenceOf(run.error), "error")] : []),
    GAP,
    textPart("Prompt", "heading"),
    textPart(run.prompt),
    ...(run.output === undefined
      ? []
      : [GAP, textPart("Answer", "heading"), { kind: "markdown", text: run.output, indent: 0 } as const]),
  ];
}

function drawn(draw: (columns: number) => readonly Line[]): Part {
  return { kind: "draw", text: "", draw };
}

/** A person's word. */
function saidRows(it: Evaluation, columns: number): readonly Line[] {
  const head: Line = [
    seg("e ", "key"),
    seg(clean(it.name), "accent"),
    seg(` ${clean(scoreText(it))}`, "strong"),
    seg("  a person", "dim"),
  ];
  const why = it.explanation;
  return [head, ...(why === undefined ? [] : paragraph(clean(why), columns, "dim", 2))];
}

function scoreRows(
  { scorer, value, passed, error, explanation }: ResultScore,
  columns: number,
  signs: { readonly completed: string; readonly failed: string },
): readonly Line[] {
  const [sign, tone]: readonly [string, Tone] = error !== undefined
    ? ["!", "waiting"]
    : passed === false
    ? [signs.failed, "error"]
    : passed === true
    ? [signs.completed, "ok"]
    : ["·", "dim"];
  const said = error !== undefined ? `error: ${error}` : explanation ?? "";
  const head: Line = [
    seg(`${sign} `, tone),
    seg(clean(scorer), "accent"),
    seg(error === undefined ? ` ${scoreValue(value)}` : "", "strong"),
  ];
  return [head, ...(said === "" ? [] : paragraph(clean(said), columns, "dim", 2))];
}
