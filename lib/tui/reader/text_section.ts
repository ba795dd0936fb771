import type { Tone } from "../draw/theme.ts";
import { EMPTY } from "../draw/line.ts";
import { cleanLines } from "../terminal/text.ts";
import { LongText } from "./long_text.ts";
import { NO_MARKS } from "../draw/marks.ts";
import { type Section, unitSection } from "./section.ts";
import { textUnits } from "./unit.ts";

/** Longer text is not wrapped at blanks and has no markdown, so that it opens at once. */
export const LONG_TEXT_LENGTH = 60_000;
const LONG_TEXTS_KEPT = 8;

export function isLong(text: string): boolean {
  return text.length > LONG_TEXT_LENGTH;
}

/** Plain text of any length. */
export function textSection(text: string, tone: Tone, indent: number, columns: number): Section {
  return isLong(text)
    ? longSection(text, tone, indent, columns - indent)
    : unitSection(textUnits(text, tone, indent, columns));
}

/** What a search sees of it. */
export function textSectionText(text: string): string {
  return isLong(text) ? text : cleanLines(text).join("\n");
}

let longTexts: readonly LongText[] = [];

function longSection(text: string, tone: Tone, indent: number, columns: number): Section {
  const wide = Math.max(2, columns);
  let long = longTexts.find((known) => known.columns === wide && known.text === text);
  if (!long) {
    const before = longTexts.find((known) => known.columns === wide && text.startsWith(known.text));
    long = new LongText(text, wide, before);
    longTexts = [long, ...longTexts.filter((known) => known !== before)].slice(0, LONG_TEXTS_KEPT);
  }
  const view = long;
  return {
    rows: view.rows,
    hasFolds: false,
    text,
    line: (at, marks = NO_MARKS) => (at < view.rows ? view.line(at, tone, indent, marks) : EMPTY),
    fold: () => undefined,
    rowOf: (place) => view.rowOf(place),
    closedAt: () => [],
  };
}
