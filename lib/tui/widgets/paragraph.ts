import { type Line, line } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { wrap } from "../terminal/text.ts";

/** A text of one tone, wrapped to `columns` with the margin at both ends. It must be clean. */
export function paragraph(text: string, columns: number, tone: Tone, margin = 2): readonly Line[] {
  const left = " ".repeat(margin);
  return wrap(text, columns - 2 * margin).map((row) => line(left + row, tone));
}
