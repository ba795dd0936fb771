/** Bit of each dot of a cell: by column, then by row from the top (Unicode, block 2800). */
const DOTS: readonly (readonly number[])[] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
const BASE = 0x2800;

/** Dots of a cell of a terminal, across and down. */
export const BRAILLE = { across: 2, down: 4 } as const;

/** The bit of the dot at `x`, `y` of its cell; both from the top left, of the whole drawing or of the cell. */
export function brailleBit(x: number, y: number): number {
  return DOTS[x % BRAILLE.across]![y % BRAILLE.down]!;
}

/** The character with these dots; a blank without any. */
export function brailleChar(bits: number): string {
  return bits === 0 ? " " : String.fromCodePoint(BASE + bits);
}
