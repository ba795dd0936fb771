import type { Env } from "../../contract/screen.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { type Line, line, onGround, seg, type Segment } from "../../draw/line.ts";
import { fit } from "../../terminal/text.ts";
import { cellOf, experimentCellOf } from "./cells.ts";
import { COLUMN_NAMES, type ColumnChoice, type ColumnName } from "./columns.ts";
import type { ListRow } from "./listed.ts";
import { directionOf, type Sorting } from "./sorting.ts";

type Align = "left" | "right";

/** A column of the table at its width. */
export interface Column {
  readonly name: ColumnName;
  readonly head: string;
  readonly columns: number;
  readonly align: Align;
  /** Blanks before its text, part of its width. */
  readonly indent: number;
}

/** A new one also needs its place in `COLUMN_NAMES` and `NEEDED`, and its cells. */
const HEADS: Readonly<Record<ColumnName, readonly [Align, string]>> = {
  status: ["left", "STATUS"],
  id: ["left", "ID"],
  agent: ["left", "AGENT"],
  model: ["left", "MODEL"],
  steps: ["right", "STEPS"],
  tokens: ["right", "TOKENS"],
  cost: ["right", "COST"],
  time: ["right", "TIME"],
  age: ["right", "AGE"],
  started: ["right", "STARTED"],
  score: ["left", "  SCORE"],
  prompt: ["left", "  PROMPT"],
  error: ["left", "  ERROR"],
};

/** Widths from the one that stays longest to the one that goes first. */
const NEEDED: readonly (readonly [ColumnName, number])[] = [
  ["status", 2],
  ["agent", 10],
  ["time", 7],
  ["cost", 11],
  ["id", 9],
  ["status", 12],
  ["tokens", 8],
  ["model", 13],
  ["age", 5],
  ["steps", 7],
  ["prompt", 18],
  ["started", 13],
  ["score", 11],
  ["error", 18],
];
const AGENT_COLUMNS_MAX = 20;
const MODEL_COLUMNS_MAX = 24;
const SCORE_COLUMNS_MAX = 22;
const MARGIN = 3;
/** For the pointer and the mark of a row. */
const MARK_COLUMNS = 2;

/** The columns that fit, most important first to stay; names and prompt share what is left. */
export function tableColumns(columns: number, choice: ColumnChoice = COLUMN_NAMES): readonly Column[] {
  const widths = new Map<ColumnName, number>();
  let rest = columns - MARGIN;
  for (const [name, wanted] of NEEDED) {
    if (!choice.includes(name)) continue;
    const more = wanted - (widths.get(name) ?? 0);
    if (more > rest) break;
    widths.set(name, wanted);
    rest -= more;
  }
  const grow = (name: ColumnName, max: number, share: number) => {
    const now = widths.get(name);
    if (now === undefined) return;
    const more = Math.min(Math.floor(rest * share), max - now);
    widths.set(name, now + more);
    rest -= more;
  };
  grow("agent", AGENT_COLUMNS_MAX, widths.has("model") ? 0.3 : 1);
  grow("model", MODEL_COLUMNS_MAX, 1);
  grow("score", SCORE_COLUMNS_MAX, 0.3);
  grow("prompt", Infinity, widths.has("error") ? 0.6 : 1);
  grow("error", Infinity, 1);
  grow("agent", Infinity, 1);
  return placed(choice, widths);
}

/** Left to right; names that begin where figures end keep away from them. */
function placed(choice: ColumnChoice, widths: ReadonlyMap<ColumnName, number>): readonly Column[] {
  let before: Align = "left";
  return choice.flatMap((name): readonly Column[] => {
    const width = widths.get(name);
    if (width === undefined) return [];
    const [align, title] = HEADS[name];
    const head = width > 2 ? title : "";
    const indent = before === "right" && align === "left" && !head.startsWith(" ") ? 1 : 0;
    before = align;
    return [{ name, head, columns: width, align, indent }];
  });
}

/** The text in its column. */
function inColumn(text: string, { columns, indent, align }: Column): string {
  return " ".repeat(indent) + fit(text, columns - indent, align);
}

/** The heads, the one the list is ordered by with its direction. */
export function tableHead(columns: readonly Column[], sorting: Sorting, { up, down }: Glyphs): Line {
  const head = (column: Column): Segment => {
    const direction = directionOf(column.name, sorting);
    const sign = direction === undefined ? "" : direction === "falling" ? down : up;
    return seg(inColumn(column.head + sign, column), direction === undefined ? "heading" : "accent");
  };
  return [seg(" ".repeat(MARK_COLUMNS)), ...columns.map(head)];
}

/** The column at column `x` of the table. */
export function columnAt(columns: readonly Column[], x: number): ColumnName | undefined {
  let at = MARK_COLUMNS;
  for (const column of columns) {
    at += column.columns;
    if (x < at) return x < MARK_COLUMNS ? undefined : column.name;
  }
  return undefined;
}

export function tableRow(
  listed: ListRow,
  columns: readonly Column[],
  { selected, marked }: { readonly selected: boolean; readonly marked: boolean },
  env: Env,
): Line {
  const { glyphs } = env;
  const cells: Segment[] = [
    seg(selected ? glyphs.pointer : " ", "accent"),
    seg(marked ? glyphs.marked : " ", "warn"),
  ];
  if (listed.kind === "more") {
    cells.push(...line(`${glyphs.ellipsis} only ${listed.count} of those below are listed`, "dim"));
  } else {
    for (const column of columns) {
      const room = column.columns - column.indent;
      const [text, tone] = listed.kind === "run"
        ? cellOf(column.name, listed, env, room)
        : experimentCellOf(column.name, listed, env, room);
      cells.push(seg(inColumn(text, column), tone));
    }
  }
  const row: Line = [...cells, seg(" ")];
  return selected ? onGround(row, "selected") : marked ? onGround(row, "marked") : row;
}
