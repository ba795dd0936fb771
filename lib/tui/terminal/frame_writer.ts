import { CURSOR, plain, width } from "./text.ts";

const SYNC_ON = "\x1b[?2026h";
const SYNC_OFF = "\x1b[?2026l";
const CURSOR_ON = "\x1b[?25h";
const CURSOR_OFF = "\x1b[?25l";

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Turns frames into what a terminal must be sent. Rows that are as before are left alone; the others are written as a whole,
 * because terminals do not agree on where in a row a wide character ends.
 */
export class FrameWriter {
  #shown: readonly string[] | undefined;
  #size: FrameSize = { columns: 0, rows: 0 };
  #cursor = "";

  /** Empty when the terminal shows it already. */
  write(frame: readonly string[], size: FrameSize): string {
    const { rows, cursor } = withoutCursor(frame.slice(0, size.rows), size.columns);
    const isSameSize = size.columns === this.#size.columns && size.rows === this.#size.rows;
    const before = isSameSize ? this.#shown : undefined;
    let changes = before ? "" : "\x1b[2J";
    for (let y = 0; y < size.rows; y++) {
      const row = rows[y] ?? "";
      if (row !== before?.[y]) changes += `\x1b[${y + 1};1H\x1b[2K${steadied(row)}`;
    }
    if (changes === "" && cursor === this.#cursor) return "";
    [this.#shown, this.#size, this.#cursor] = [rows, size, cursor];
    return SYNC_ON + changes + cursor + SYNC_OFF;
  }

  /** The terminal may show anything: the next frame is written as a whole. */
  forget(): void {
    this.#shown = undefined;
  }
}

/** Takes out the mark of the cursor; `cursor` puts the terminal's own there. */
function withoutCursor(
  rows: readonly string[],
  columns: number,
): { rows: readonly string[]; cursor: string } {
  const y = rows.findIndex((row) => row.includes(CURSOR));
  if (y < 0) return { rows, cursor: CURSOR_OFF };
  const [before = "", ...after] = rows[y]!.split(CURSOR);
  const x = Math.min(columns, width(plain(before)) + 1);
  return { rows: rows.with(y, before + after.join("")), cursor: `\x1b[${y + 1};${x}H${CURSOR_ON}` };
}

/** Terminals draw these two vowels of Thai and Lao in one piece or in two; two is always right. */
function steadied(row: string): string {
  return row.replace(/[\u0e33\u0eb3]/g, (char) => char === "\u0e33" ? "\u0e4d\u0e32" : "\u0ecd\u0eb2");
}
