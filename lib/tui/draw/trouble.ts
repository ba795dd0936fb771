import type { Explanation } from "../../core/mod.ts";
import { clean, fit, wrap } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { EMPTY, type Line, line, seg } from "./line.ts";
import { BORDER, pane } from "./pane.ts";

const COLUMNS_MAX = 72;
const REASON_ROWS_MAX = 8;

/** A key and what it does. */
export type Choice = readonly [sign: string, text: string];

/** Nothing went wrong. */
export const NO_FAILURE: Explanation = { message: "" };

/** Trouble as a box in the middle of `columns` × `rows`: what is wrong, what to try, which keys help. */
export function troubleLines(
  title: string,
  { message, remedy }: Explanation,
  choices: readonly Choice[],
  size: { readonly columns: number; readonly rows: number },
  glyphs: Glyphs,
): readonly Line[] {
  const wide = Math.max(10, Math.min(COLUMNS_MAX, size.columns - 2));
  const inner = wide - BORDER - 4;
  const reason = remedy === undefined ? message : `${message}.`;
  const text = (value: string) => wrap(clean(value), inner).slice(0, REASON_ROWS_MAX);
  const content: Line[] = [EMPTY, ...text(reason).map((row) => line(`  ${row}`))];
  if (remedy !== undefined) {
    content.push(EMPTY);
    text(remedy).forEach((row, at) =>
      content.push([seg(at === 0 ? "  Try  " : "       ", "heading"), seg(row, "strong")])
    );
  }
  if (choices.length > 0) content.push(EMPTY);
  for (const [sign, what] of choices) content.push([seg(`  ${fit(sign, 6)}`, "key"), seg(what, "dim")]);
  content.push(EMPTY);
  const box = pane(content, wide, Math.min(size.rows, content.length + BORDER), glyphs, {
    title: `${glyphs.status.failed} ${title}`,
    focused: true,
  });
  const top = Math.max(0, Math.floor((size.rows - box.length) / 2) - 1);
  const left = " ".repeat(Math.max(0, Math.floor((size.columns - wide) / 2)));
  return [...Array.from({ length: top }, () => EMPTY), ...box.map((row): Line => [seg(left), ...row])];
}
