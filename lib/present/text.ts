import { escapeText, oneLine } from "../core/mod.ts";

/** Longest text from outside that goes into one cell or line. */
const CELL_MAX_CHARS = 2_000;

/** Text from outside as one line that is safe to print. */
export function cell(text: string): string {
  return escapeText(oneLine(text.slice(0, CELL_MAX_CHARS * 2), CELL_MAX_CHARS));
}

/** Text from outside as lines that are safe to print. */
export function lines(text: string): readonly string[] {
  return escapeText(text, { multiline: true }).replaceAll("\t", "  ").split("\n");
}
