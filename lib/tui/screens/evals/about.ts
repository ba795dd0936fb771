import type { Evaluation, ResultScore } from "../../../core/mod.ts";
import { duration, scoreText, scoreValue } from "../../../present/mod.ts";
import { sentenceOf, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, cleanLines, wrap } from "../../terminal/text.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { aboutChosen, chosenCell, type Opened } from "./model.ts";
import { knownMoney } from "./money.ts";
import { nameOf } from "./scores.ts";

const TEXT_MAX_CHARS = 8_000;

/** What the chosen case was asked, what was answered, and what the scorers said of each try. */
export function aboutLines(opened: Opened, { glyphs }: Env, columns: number): readonly Line[] {
  const chosen = chosenCell(opened);
  if (!chosen) return [line(" No result of this case yet.", "dim")];
  const about = aboutChosen(opened);
  const head: Line = [
    seg(` ${nameOf(opened.overview!, chosen.side)}`, "strong"),
    seg(`  run ${shortRunId(chosen.cell.runId)}`, "accent"),
  ];
  if (!about) return [head, line(` Reading${glyphs.ellipsis}`, "dim")];
  const tries = about.results.flatMap((result): readonly Line[] => {
    const isOne = about.results.length === 1;
    const of: Line = isOne ? [] : [[
      seg(` try ${result.repeat} `, "heading"),
      seg(shortRunId(result.runId), result.runId === about.runId ? "accent" : "dim"),
      seg(`  ${duration(result.durationMs)}  ${knownMoney(result.spent)}`, "dim"),
    ]].flat();
    return [
      ...(of.length > 0 ? [of] : []),
      ...result.scores.flatMap((it) => scoreRows(it, columns, glyphs.status)),
    ];
  });
  const text = (title: string, value: string | undefined): readonly Line[] =>
    value === undefined ? [] : [
      EMPTY,
      line(` ${title}`, "heading"),
      ...cleanLines(value.slice(0, TEXT_MAX_CHARS)).flatMap((row) => wrap(row, columns - 2)).map((row) =>
        line(` ${row}`)
      ),
    ];
  const { run } = about;
  return [
    head,
    ...about.said.flatMap((it) => saidRows(it, columns)),
    ...(tries.length === 0 ? [line(" Nothing judged it.", "dim")] : tries),
    ...(run.error ? [EMPTY, ...paragraph(clean(sentenceOf(run.error)), columns, "error", 1)] : []),
    ...text("Prompt", run.prompt),
    ...text("Answer", run.output),
  ];
}

/** A person's word. */
function saidRows(it: Evaluation, columns: number): readonly Line[] {
  const head: Line = [
    seg(" e ", "key"),
    seg(clean(it.name), "accent"),
    seg(` ${clean(scoreText(it))}`, "strong"),
    seg("  a person", "dim"),
  ];
  const why = it.explanation;
  return [head, ...(why === undefined ? [] : paragraph(clean(why), columns, "dim", 3))];
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
    seg(` ${sign} `, tone),
    seg(clean(scorer), "accent"),
    seg(error === undefined ? ` ${scoreValue(value)}` : "", "strong"),
  ];
  return [head, ...(said === "" ? [] : paragraph(clean(said), columns, "dim", 3))];
}
