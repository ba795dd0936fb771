import { cut, pad, width, wrap } from "./width.ts";

const GAP = 2;

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be cut down to this many columns. Without it the column keeps its width. */
  readonly min?: number;
  /** Never wider than this. */
  readonly max?: number;
  /** May be left out when there is no room, the highest number first; what is narrow enough stays before what comes after it. */
  readonly drop?: number;
}

/** `text` must be safe to print. */
export interface Cell<Style extends string = string> {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** How text is written: how wide, and in which colours. */
export interface Painter<Style extends string> {
  readonly columns: number;
  /** For tables: where they are not read by people, they are whole. */
  readonly tableColumns: number;
  paint(style: Style | "dim" | "bold" | undefined, text: string): string;
}

/** Rows under a dim heading, as wide as the terminal allows, in a pipe whole; the last row may be a total. */
export function table<Style extends string>(
  columns: readonly Column[],
  rows: readonly (readonly (Cell<Style> | string)[])[],
  look: Painter<Style>,
  options: { readonly totals?: boolean } = {},
): string {
  const text = (cell: Cell<Style> | string | undefined) => typeof cell === "string" ? cell : cell?.text ?? "";
  const isWhole = look.tableColumns === Infinity;
  const natural = columns.map(({ title, max }, index) =>
    Math.min(
      isWhole ? Infinity : max ?? Infinity,
      rows.reduce((most, row) => Math.max(most, width(text(row[index]))), width(title)),
    )
  );
  const { shown, widths } = layOut(columns, natural, look.tableColumns);
  const line = (row: readonly (Cell<Style> | string)[], style?: "dim" | "bold") =>
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
  const least = (index: number) => Math.min(natural[index]!, columns[index]!.min ?? natural[index]!);
  const byNeed = columns.map((_, index) => index)
    .sort((a, b) => (columns[a]!.drop ?? 0) - (columns[b]!.drop ?? 0));
  const kept = new Set<number>();
  let needed = -GAP;
  for (const index of byNeed) {
    const more = least(index) + GAP;
    if (columns[index]!.drop !== undefined && needed + more > room) continue;
    kept.add(index);
    needed += more;
  }
  const shown = columns.flatMap((_, index) => kept.has(index) ? [index] : []);
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
  look: Painter<never>,
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
