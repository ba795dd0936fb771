import { cut, pad, width, wrap } from "../../present/mod.ts";
import type { Look, Style } from "./look.ts";

const GAP = 2;

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be cut down to this many columns. Without it the column keeps its width. */
  readonly min?: number;
  /** Never wider than this. */
  readonly max?: number;
  /** Left out first, highest number first, when there is no room. */
  readonly drop?: number;
}

/** `text` must be safe to print. */
export interface Cell {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Rows under a dim heading, as wide as the terminal allows; the last row may be a total. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (Cell | string)[])[],
  look: Look,
  options: { readonly totals?: boolean } = {},
): string {
  const text = (cell: Cell | string | undefined) => typeof cell === "string" ? cell : cell?.text ?? "";
  const natural = columns.map(({ title, max }, index) =>
    Math.min(
      max ?? Infinity,
      rows.reduce((most, row) => Math.max(most, width(text(row[index]))), width(title)),
    )
  );
  const { shown, widths } = layOut(columns, natural, look.columns);
  const line = (row: readonly (Cell | string)[], style?: Style) =>
    shown.map((index, place) => {
      const cell = row[index];
      const { align } = columns[index]!;
      const room = widths[index]!;
      const isLast = place === shown.length - 1 && align !== "right";
      const cutText = cut(text(cell), room);
      const fitted = isLast ? cutText : pad(cutText, room, align);
      return look.paint(style ?? (typeof cell === "string" ? undefined : cell?.style), fitted);
    }).join(" ".repeat(GAP)).trimEnd();
  return [
    line(columns.map((column) => column.title), "dim"),
    ...rows.map((row, index) => line(row, options.totals && index === rows.length - 1 ? "bold" : undefined)),
  ].join("\n");
}

function layOut(columns: readonly Column[], natural: readonly number[], room: number) {
  let shown = columns.map((_, index) => index);
  const least = (index: number) => Math.min(natural[index]!, columns[index]!.min ?? natural[index]!);
  const needed = () => shown.reduce((sum, index) => sum + least(index) + GAP, -GAP);
  while (needed() > room) {
    const victim = shown.reduce(
      (best, index) => (columns[index]!.drop ?? 0) > (columns[best]!.drop ?? 0) ? index : best,
      shown[0]!,
    );
    if (!columns[victim]!.drop) break;
    shown = shown.filter((index) => index !== victim);
  }
  const widths = [...natural];
  let over = shown.reduce((sum, index) => sum + widths[index]! + GAP, -GAP) - room;
  for (; over > 0; over--) {
    const flexible = shown.filter((index) => widths[index]! > least(index));
    if (flexible.length === 0) break;
    widths[flexible.reduce((a, b) => widths[b]! > widths[a]! ? b : a)]!--;
  }
  return { shown, widths };
}

/** `label   value` lines with a dim label column. Values must be safe; rows without one are left out. */
export function facts(
  rows: readonly (readonly [label: string, value: string | undefined])[],
  look: Look,
): string {
  const kept = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const room = kept.reduce((most, [label]) => Math.max(most, label.length), 0);
  return kept.flatMap(([label, value]) => {
    const pieces = wrap(value, look.columns - room - 4, { wholeWords: true });
    return pieces.map((piece, index) =>
      `  ${look.paint("dim", pad(index === 0 ? label : "", room))}  ${piece}`
    );
  }).join("\n");
}
