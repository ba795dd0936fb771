import { isLive, type Run, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../app/screen.ts";
import { age, compact, duration, money, statusTone, statusWord } from "../../draw/format.ts";
import { type Line, onGround, seg, type Segment } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, fit } from "../../terminal/text.ts";

interface Column {
  readonly head: string;
  readonly columns: number;
  readonly align: "left" | "right";
  cell(run: Run, env: Env): readonly [string, Tone];
}

const STATUS_COLUMNS = 11;

/** The columns that fit, most important first to stay. */
export function tableColumns(columns: number): readonly Column[] {
  const wide = columns >= 56;
  const fixed: Column[] = [
    {
      head: "STATUS",
      columns: wide ? STATUS_COLUMNS : 2,
      align: "left",
      cell: (run, env) => [
        wide
          ? `${env.glyphs.status[run.status]} ${statusWord(run.status, run.error?.type)}`
          : env.glyphs.status[run.status],
        statusTone(run.status),
      ],
    },
    { head: "ID", columns: 9, align: "left", cell: (run) => [clean(shortRunId(run.runId)), "dim"] },
  ];
  const figures: Column[] = [];
  const add = (min: number, column: Column) => void (columns >= min && figures.push(column));
  add(70, { head: "STEPS", columns: 6, align: "right", cell: (run) => [String(run.totals.steps), "dim"] });
  add(56, {
    head: "TOKENS",
    columns: 8,
    align: "right",
    cell: (run) => [compact(run.totals.usage.inputTokens + run.totals.usage.outputTokens), "text"],
  });
  add(50, {
    head: "COST",
    columns: 10,
    align: "right",
    cell: (run) => [money(run.totals.costUsd, run.totals.unknownCostCalls), "text"],
  });
  add(0, {
    head: "TIME",
    columns: 8,
    align: "right",
    cell: (run, env) => [duration(runMs(run, env.nowMs)), isLive(run.status) ? "live" : "text"],
  });
  add(64, {
    head: "AGE",
    columns: 5,
    align: "right",
    cell: (run, env) => [age(run.startTimeUs / 1000, env.nowMs), "dim"],
  });
  const rest = columns - 2 - [...fixed, ...figures].reduce((sum, column) => sum + column.columns, 0) - 1;
  return [...fixed, ...texts(Math.max(4, rest)), ...figures];
}

function texts(rest: number): readonly Column[] {
  const agent = (width: number): Column => ({
    head: "AGENT",
    columns: width,
    align: "left",
    cell: (run, env) => [`${clean(run.agent)}${run.forkedFrom ? ` ${env.glyphs.fork}` : ""} `, "strong"],
  });
  const model = (width: number): Column => ({
    head: "MODEL",
    columns: width,
    align: "left",
    cell: (run) => [`${clean(run.model)} `, "text"],
  });
  const prompt = (width: number): Column => ({
    head: "PROMPT",
    columns: width,
    align: "left",
    cell: (run) => [`${clean(run.prompt)} `, "dim"],
  });
  if (rest < 22) return [agent(rest)];
  if (rest < 52) return [agent(Math.floor(rest * 0.45)), model(rest - Math.floor(rest * 0.45))];
  return [agent(18), model(22), prompt(rest - 40)];
}

export function tableHead(columns: readonly Column[]): Line {
  return [
    seg("  "),
    ...columns.map((column) => seg(fit(column.head, column.columns, column.align), "heading")),
  ];
}

export function tableRow(run: Run, columns: readonly Column[], selected: boolean, env: Env): Line {
  const cells: Segment[] = [seg(selected ? `${env.glyphs.pointer} ` : "  ", "accent")];
  for (const column of columns) {
    const [text, tone] = column.cell(run, env);
    cells.push(seg(fit(text, column.columns, column.align), tone));
  }
  const row: Line = [...cells, seg(" ")];
  return selected ? onGround(row, "selected") : row;
}

export function runMs(run: Run, nowMs: number): number {
  return run.endTimeUs === undefined
    ? nowMs - run.startTimeUs / 1000
    : (run.endTimeUs - run.startTimeUs) / 1000;
}
