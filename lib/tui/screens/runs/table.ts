import { isLive, type Run, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { age, compact, costOf, duration, shortStatus } from "../../../present/mod.ts";
import { statusTone } from "../../draw/tones.ts";
import { type Line, onGround, seg, type Segment } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, cut, fit } from "../../terminal/text.ts";

interface Column {
  readonly head: string;
  readonly columns: number;
  readonly align: "left" | "right";
  cell(run: Run, env: Env): readonly [string, Tone];
}

type Name = "status" | "id" | "agent" | "model" | "steps" | "tokens" | "cost" | "time" | "age" | "prompt";

/** Left to right. */
const ORDER: readonly Name[] = [
  "status",
  "id",
  "agent",
  "model",
  "steps",
  "tokens",
  "cost",
  "time",
  "age",
  "prompt",
];
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
  return ORDER.filter((name) => widths.has(name)).map((name) => columnOf(name, widths.get(name)!));
}

/** The mark of a replay or fork stays, whatever becomes of the name. */
function agentCell(run: Run, columns: number, { glyphs }: Env): string {
  const mark = run.forkedFrom ? ` ${glyphs.fork}` : "";
  return cut(clean(run.agent), columns - mark.length) + mark;
}

function columnOf(name: Name, columns: number): Column {
  const left = (head: string, cell: Column["cell"]): Column => ({ head, columns, align: "left", cell });
  const right = (head: string, cell: Column["cell"]): Column => ({ head, columns, align: "right", cell });
  switch (name) {
    case "status":
      return left(columns > 2 ? "STATUS" : "", (run, env) => [
        columns > 2
          ? `${env.glyphs.status[run.status]} ${shortStatus(run.status, run.error?.type)}`
          : env.glyphs.status[run.status],
        statusTone(run.status),
      ]);
    case "id":
      return left("ID", (run) => [clean(shortRunId(run.runId)), "dim"]);
    case "agent":
      return left("AGENT", (run, env) => [
        agentCell(run, columns - 1, env),
        "strong",
      ]);
    case "model":
      return left("MODEL", (run) => [cut(clean(run.model), columns - 1), "text"]);
    case "steps":
      return right("STEPS", (run) => [String(run.totals.steps), "dim"]);
    case "tokens":
      return right(
        "TOKENS",
        (run) => [compact(run.totals.usage.inputTokens + run.totals.usage.outputTokens), "text"],
      );
    case "cost":
      return right("COST", (run) => [costOf(run.totals), "text"]);
    case "time":
      return right(
        "TIME",
        (run, env) => [duration(runMs(run, env.nowMs)), isLive(run.status) ? "live" : "text"],
      );
    case "age":
      return right("AGE", (run, env) => [age(run.startTimeUs / 1000, env.nowMs), "dim"]);
    case "prompt":
      return left("  PROMPT", (run) => [`  ${clean(run.prompt)}`, "dim"]);
  }
}

export function tableHead(columns: readonly Column[]): Line {
  return [
    seg("  "),
    ...columns.map((column) => seg(fit(column.head, column.columns, column.align), "heading")),
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
    const [text, tone] = column.cell(run, env);
    cells.push(seg(fit(text, column.columns, column.align), tone));
  }
  const row: Line = [...cells, seg(" ")];
  return selected ? onGround(row, "selected") : marked ? onGround(row, "marked") : row;
}

export function runMs(run: Run, nowMs: number): number {
  return run.endTimeUs === undefined
    ? nowMs - run.startTimeUs / 1000
    : (run.endTimeUs - run.startTimeUs) / 1000;
}
