import { runTookMs } from "../../../analysis/mod.ts";
import { isLive, type Run, shortRunId, totalTokens } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { age, compact, costOf, runTone, shortStatus, tookText } from "../../../present/mod.ts";
import { type Line, onGround, seg, type Segment } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, cut, fit } from "../../terminal/text.ts";

interface ColumnKind {
  readonly align: "left" | "right";
  /** At that width. */
  head(columns: number): string;
  cell(run: Run, env: Env, columns: number): readonly [string, Tone];
}

/** A column of the table at its width. */
interface Column {
  readonly head: string;
  readonly columns: number;
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

/** Left to right; a new one also needs its place and width in `NEEDED`. */
const COLUMNS = {
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
  prompt: left("  PROMPT", (run) => [`  ${clean(run.prompt)}`, "dim"]),
} satisfies Readonly<Record<string, ColumnKind>>;

type Name = keyof typeof COLUMNS;

/** Widths from the one that stays longest to the one that goes first. */
const NEEDED: readonly (readonly [Name, number])[] = [
  ["status", 2],
  ["agent", 10],
  ["time", 7],
  ["cost", 11],
  ["id", 9],
  ["status", 12],
  ["tokens", 8],
  ["model", 13],
  ["age", 5],
  ["steps", 6],
  ["prompt", 24],
];
const AGENT_COLUMNS_MAX = 20;
const MODEL_COLUMNS_MAX = 24;
const MARGIN = 3;

/** The columns that fit, most important first to stay; names and prompt share what is left. */
export function tableColumns(columns: number): readonly Column[] {
  const widths = new Map<Name, number>();
  let rest = columns - MARGIN;
  for (const [name, wanted] of NEEDED) {
    const more = wanted - (widths.get(name) ?? 0);
    if (more > rest) break;
    widths.set(name, wanted);
    rest -= more;
  }
  const grow = (name: Name, max: number, share: number) => {
    const now = widths.get(name);
    if (now === undefined) return;
    const more = Math.min(Math.floor(rest * share), max - now);
    widths.set(name, now + more);
    rest -= more;
  };
  grow("agent", AGENT_COLUMNS_MAX, widths.has("model") ? 0.4 : 1);
  grow("model", MODEL_COLUMNS_MAX, 1);
  grow("prompt", Infinity, 1);
  grow("agent", Infinity, 1);
  return Object.entries<ColumnKind>(COLUMNS).flatMap(([name, kind]): readonly Column[] => {
    const width = widths.get(name as Name);
    return width === undefined ? [] : [{ head: kind.head(width), columns: width, kind }];
  });
}

/** The mark of a replay or fork stays, whatever becomes of the name. */
function agentCell(run: Run, columns: number, { glyphs }: Env): string {
  const mark = run.forkedFrom ? ` ${glyphs.fork}` : "";
  return cut(clean(run.agent), columns - mark.length) + mark;
}

export function tableHead(columns: readonly Column[]): Line {
  return [
    seg("  "),
    ...columns.map((column) => seg(fit(column.head, column.columns, column.kind.align), "heading")),
  ];
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
    const [text, tone] = column.kind.cell(run, env, column.columns);
    cells.push(seg(fit(text, column.columns, column.kind.align), tone));
  }
  const row: Line = [...cells, seg(" ")];
  return selected ? onGround(row, "selected") : marked ? onGround(row, "marked") : row;
}
