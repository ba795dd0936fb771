import type { CostReport } from "../../../app/mod.ts";
import { type CostKey, type CostRow, shortRunId } from "../../../core/mod.ts";
import { type Cell, cell, type Column, compact, costOf, grouped, table } from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

/** A row each, then the total. Days are those of `timeZone`. */
export function formatCosts({ rows, total }: CostReport, by: CostKey, look: Look, timeZone: string): string {
  const columns: readonly Column[] = [
    { title: by === "day" ? `DAY (${timeZone})` : by.toUpperCase(), min: 12, max: 48 },
    { title: "RUNS", align: "right" },
    { title: "CALLS", align: "right", drop: 2 },
    { title: "INPUT", align: "right" },
    { title: "CACHED", align: "right", drop: 1 },
    { title: "OUTPUT", align: "right" },
    { title: "COST", align: "right" },
  ];
  const cells = rows.map((row) => cellsOf(row, by === "run" ? shortRunId(row.key) : row.key));
  return table(columns, [...cells, cellsOf(total, total.key)], look, { totals: true });
}

function cellsOf(row: CostRow, title: string): readonly Cell[] {
  return [
    { text: cell(title) },
    { text: grouped(row.runs) },
    { text: grouped(row.llmCalls) },
    { text: compact(row.usage.inputTokens) },
    { text: compact(row.usage.cachedInputTokens) },
    { text: compact(row.usage.outputTokens) },
    { text: costOf(row), style: row.unknownCostCalls > 0 ? "yellow" : undefined },
  ];
}
