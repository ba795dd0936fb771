import { unifiedLines } from "../../analysis/mod.ts";
import { STEP_SIGNS } from "../../present/mod.ts";
import { cleanLines } from "../terminal/text.ts";
import { type Line, line, seg } from "./line.ts";
import { wrapLine } from "./styled.ts";
import type { Tone } from "./theme.ts";

const GUTTER = 2;

const UNIFIED_LOOKS = {
  same: [" ", "text"],
  added: [STEP_SIGNS.added, "ok"],
  removed: [STEP_SIGNS.removed, "error"],
} as const satisfies Record<string, readonly [sign: string, tone: Tone]>;

/** A unified diff without the two lines that name the files. */
export function unifiedRows(unified: string, columns: number): readonly Line[] {
  return unifiedLines(unified).flatMap(({ op, text: raw }) => {
    const text = cleanLines(raw).join("");
    if (op === "at") return [line(text, "heading")];
    const [sign, tone] = UNIFIED_LOOKS[op];
    return wrapLine([seg(text, tone)], Math.max(1, columns - GUTTER)).map((part, at): Line => [
      // Where a row goes on, its sign is not said again.
      seg(at === 0 ? `${sign} ` : "  ", tone),
      ...part,
    ]);
  });
}
