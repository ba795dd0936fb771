import { runTookMs } from "../../../analysis/mod.ts";
import { dayOfTime, isLive, type Run, shortRunId, totalTokens, wallTime } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { age, compact, costOf, runTone, shortStatus, tookText } from "../../../present/mod.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { type Line, onGround, seg, type Segment } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, cut, fit } from "../../terminal/text.ts";
import { COLUMN_NAMES, type ColumnChoice, type ColumnName } from "./columns.ts";
import { directionOf, type Sorting } from "./sorting.ts";

interface ColumnKind {
  readonly align: "left" | "right";
  /** At that width. */
  head(columns: number): string;
  cell(run: Run, env: Env, columns: number): readonly [string, Tone];
}

/** A column of the table at its width. */
export interface Column {
  readonly name: ColumnName;
  readonly head: string;
  readonly columns: number;
  /** Blanks before its text, part of its width. */
  readonly indent: number;
  readonly kind: ColumnKind;
}

const left = (head: string, cell: ColumnKind["cell"]): ColumnKind => ({
  align: "left",
  head: () => head,
  cell,
});
const right = (head: string, cell: ColumnKind["cell"]): ColumnKind => ({
  align: "right",
  head: () => head,
  cell,
});

/** A new one also needs its place in `COLUMN_NAMES`, and its place and width in `NEEDED`. */
const COLUMNS: Readonly<Record<ColumnName, ColumnKind>> = {
  status: {
    align: "left",
    head: (columns) => (columns > 2 ? "STATUS" : ""),
    cell: (run, { glyphs }, columns) => {
      const words = columns > 2 ? ` ${shortStatus(run)}` : "";
      return [glyphs.status[run.status] + words, runTone(run)];
    },
  },
  id: left("ID", (run) => [clean(shortRunId(run.runId)), "dim"]),
  agent: left("AGENT", (run, env, columns) => [agentCell(run, columns - 1, env), "strong"]),
  model: left("MODEL", (run, _, columns) => [cut(clean(run.model), columns - 1), "text"]),
  steps: right("STEPS", (run) => [String(run.totals.steps), "dim"]),
  tokens: right(
    "TOKENS",
    ({ totals: { usage } }) => [compact(totalTokens(usage)), "text"],
  ),
  cost: right("COST", (run) => [costOf(run.totals), "text"]),
  time: right(
    "TIME",
    (run, { nowMs }) => [tookText(runTookMs(run, nowMs)), isLive(run.status) ? "live" : "text"],
  ),
  age: right("AGE", (run, { nowMs }) => [age(run.startTimeUs / 1000, nowMs), "dim"]),
  started: right("STARTED", (run, { nowMs, timeZone }) => [startedAt(run, nowMs, timeZone), "dim"]),
  prompt: left("  PROMPT", (run) => [`  ${clean(run.prompt)}`, "dim"]),
  error: left("  ERROR", (run) => [run.error ? `  ${clean(errorWords(run.error))}` : "", "error"]),
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
  ["prompt", 24],
  ["started", 13],
  ["error", 24],
];
const AGENT_COLUMNS_MAX = 20;
const MODEL_COLUMNS_MAX = 24;
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
  grow("agent", AGENT_COLUMNS_MAX, widths.has("model") ? 0.4 : 1);
  grow("model", MODEL_COLUMNS_MAX, 1);
  grow("prompt", Infinity, widths.has("error") ? 0.6 : 1);
  grow("error", Infinity, 1);
  grow("agent", Infinity, 1);
  return placed(choice, widths);
}

/** Left to right; names that begin where figures end keep away from them. */
function placed(choice: ColumnChoice, widths: ReadonlyMap<ColumnName, number>): readonly Column[] {
  let before: ColumnKind["align"] = "left";
  return choice.flatMap((name): readonly Column[] => {
    const width = widths.get(name);
    if (width === undefined) return [];
    const kind = COLUMNS[name];
    const head = kind.head(width);
    const indent = before === "right" && kind.align === "left" && !head.startsWith(" ") ? 1 : 0;
    before = kind.align;
    return [{ name, head, columns: width, indent, kind }];
  });
}

/** The text in its column. */
function inColumn(text: string, { columns, indent, kind }: Column): string {
  return " ".repeat(indent) + fit(text, columns - indent, kind.align);
}

/** Today the time, before that the day as well. */
function startedAt({ startTimeUs }: Run, nowMs: number, timeZone: string): string {
  const [day = "?", time = ""] = wallTime(startTimeUs / 1000, timeZone).split(" ");
  if (day === dayOfTime(nowMs, timeZone)) return time;
  return time === "" ? day : `${day.slice(-5)} ${time.slice(0, 5)}`;
}

function errorWords(error: NonNullable<Run["error"]>): string {
  return `${error.type}: ${error.message}`;
}

/** The marks of work handed over and of a replay or fork stay, whatever becomes of the name. */
function agentCell(run: Run, columns: number, { glyphs }: Env): string {
  const before = run.parentRunId === undefined ? "" : `${glyphs.lastBranch} `;
  const after = run.forkedFrom ? ` ${glyphs.fork}` : "";
  return before + cut(clean(run.agent), columns - before.length - after.length) + after;
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
  run: Run,
  columns: readonly Column[],
  { selected, marked }: { readonly selected: boolean; readonly marked: boolean },
  env: Env,
): Line {
  const cells: Segment[] = [
    seg(selected ? env.glyphs.pointer : " ", "accent"),
    seg(marked ? env.glyphs.marked : " ", "warn"),
  ];
  for (const column of columns) {
    const [text, tone] = column.kind.cell(run, env, column.columns - column.indent);
    cells.push(seg(inColumn(text, column), tone));
  }
  const row: Line = [...cells, seg(" ")];
  return selected ? onGround(row, "selected") : marked ? onGround(row, "marked") : row;
}
