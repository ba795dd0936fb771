import { clean, cut, width, wrap } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { fitLine, type Line, onGround, seg } from "./line.ts";
import type { Tone } from "./theme.ts";

const COLUMNS_MAX = 72;
const LINES_MAX = 3;

export interface ToastText {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** A message of at most three rows, as wide as its text. */
export function toast({ level, text }: ToastText, columns: number, glyphs: Glyphs): readonly Line[] {
  const [sign, tone]: readonly [string, Tone] = level === "error"
    ? [glyphs.status.failed, "error"]
    : level === "warn"
    ? ["!", "warn"]
    : [glyphs.dot, "accent"];
  const inner = Math.max(8, Math.min(columns - 2, COLUMNS_MAX) - 4);
  const pieces = wrap(clean(text), inner);
  const shown = pieces.slice(0, LINES_MAX);
  if (pieces.length > LINES_MAX) shown[LINES_MAX - 1] = cut(`${shown[LINES_MAX - 1]!} …`, inner - 1) + "…";
  const wide = Math.max(...shown.map(width)) + 4;
  return shown.map((piece, at) =>
    onGround(fitLine([seg(at === 0 ? ` ${sign} ` : "   ", tone), seg(piece, tone)], wide), "header")
  );
}
