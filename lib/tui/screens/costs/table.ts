import { changeOf, costTotal, type WhatIfRow, whatIfTotal } from "../../../analysis/mod.ts";
import { type CostRow, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { shareBar } from "../../draw/bars.ts";
import { changeText, compact, costOf, grouped, knownCost, money } from "../../../present/mod.ts";
import { statusTone } from "../../draw/tones.ts";
import { type Line, line, seg } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, fit } from "../../terminal/text.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { budgetRows, costRows, type CostsModel, shownRows, tableHeight } from "./model.ts";

interface Column {
  readonly head: string;
  readonly columns: number;
  readonly align: "left" | "right";
  cell(row: CostRow): readonly [string, Tone];
}

const KEY_MIN = 14;
const KEY_MAX = 34;
const BAR_MIN = 6;
const BAR_MAX = 28;

/** Columns that fit beside the key, most needed first. */
function figures(model: CostsModel, room: number): readonly Column[] {
  const right = (head: string, columns: number, cell: Column["cell"]): Column => ({
    head,
    columns,
    align: "right",
    cell,
  });
  const cost = right("COST", 12, (row) => [
    costOf(row),
    row.unknownCostCalls > 0 ? "warn" : "strong",
  ]);
  const { whatIf } = model;
  const wanted: readonly Column[] = [
    cost,
    ...(whatIf ? [right("WHAT IF", 12, (row) => whatIfCell(row, whatIf.usd))] : []),
    ...(whatIf
      ? [right("CHANGE", 8, (row) => changeCell({ row, usd: whatIf.usd.get(row.key) ?? null }))]
      : []),
    right("RUNS", 7, (row) => [grouped(row.runs), "text"]),
    right("OUTPUT", 8, (row) => [compact(row.usage.outputTokens), "text"]),
    right("INPUT", 8, (row) => [compact(row.usage.inputTokens), "text"]),
    right("CALLS", 7, (row) => [grouped(row.llmCalls), "dim"]),
    right("CACHED", 8, (row) => [compact(row.usage.cachedInputTokens), "dim"]),
  ];
  let rest = room;
  const taken: Column[] = [];
  for (const column of wanted) {
    if (column.columns > rest) break;
    taken.push(column);
    rest -= column.columns;
  }
  const order = ["RUNS", "CALLS", "INPUT", "CACHED", "OUTPUT", "COST", "WHAT IF", "CHANGE"];
  return taken.sort((a, b) => order.indexOf(a.head) - order.indexOf(b.head));
}

function whatIfCell(row: CostRow, usd: ReadonlyMap<string, number | null>): readonly [string, Tone] {
  const value = usd.get(row.key);
  return value === undefined ? ["…", "dim"] : whatIfText({ row, usd: value });
}

/** `+`: some of it has no known price. */
function whatIfText({ usd, isPart }: WhatIfRow): readonly [string, Tone] {
  return [knownCost(usd, isPart ? 1 : 0), usd === null || isPart ? "warn" : "accent"];
}

/** How the cost would change; only where both are known. */
function changeCell(it: WhatIfRow | undefined): readonly [string, Tone] {
  const change = it && changeOf(it);
  if (!change) return ["", "dim"];
  const text = changeText(change.factor);
  return [text, text === "same" ? "dim" : change.factor > 1 ? "error" : "ok"];
}

/** The rows in view with their sum, `columns` wide. */
export function costTable(model: CostsModel, env: Env, columns: number): readonly Line[] {
  const rows = shownRows(model);
  const height = tableHeight(model, env);
  const key = Math.min(
    KEY_MAX,
    Math.max(KEY_MIN, ...rows.slice(0, 200).map((row) => clean(row.key).length + 1)),
  );
  const name = Math.min(key, Math.max(8, columns - 13));
  const shown = figures(model, columns - name - 4);
  const used = name + 3 + shown.reduce((sum, column) => sum + column.columns, 0);
  const bar = columns - used - 2 >= BAR_MIN ? Math.min(BAR_MAX, columns - used - 2) : 0;
  const max = Math.max(0, ...rows.map((row) => row.costUsd));
  const sum = costTotal(rows);
  const cells = (row: CostRow) =>
    shown.map((column) => {
      const [text, tone] = column.cell(row);
      return seg(fit(text, column.columns, column.align), tone);
    });
  const head: Line = [
    seg(`  ${fit(model.tab.toUpperCase(), name)}`, "heading"),
    ...shown.map((column) => seg(fit(column.head, column.columns, column.align), "heading")),
    seg(bar > 0 ? "  SHARE" : "", "heading"),
  ];
  const look = {
    top: model.list.top,
    height,
    columns,
    glyphs: env.glyphs,
    selected: selectedIndex(model.list, costRows(model, env)),
  };
  const body = listLines(rows, look, (row) => [
    seg(fit(clean(row.key), name), row.key === "(none)" ? "dim" : "strong"),
    ...cells(row),
    ...(bar > 0
      ? [seg("  "), ...shareBar(max > 0 ? row.costUsd / max : 0, bar, toneOf(model), env.glyphs)]
      : []),
  ]);
  const total: Line = [
    seg(`  ${fit("total", name)}`, "heading"),
    ...totalCells(model, sum, shown),
  ];
  return [head, ...body, ...Array.from({ length: Math.max(0, height - body.length) }, () => []), total];
}

function totalCells(model: CostsModel, sum: CostRow, shown: readonly Column[]): Line {
  const { whatIf } = model;
  // The rows that the sum is of; while prices are read, there is nothing to say.
  const rows = shownRows(model).map((row) => ({ row, usd: whatIf?.usd.get(row.key) ?? null }));
  const total = whatIf && rows.every(({ row }) => whatIf.usd.has(row.key)) ? whatIfTotal(rows) : undefined;
  return shown.map((column) => {
    // A run that used two models, or went past midnight, counts once per row: its sum would say too much.
    if (column.head === "RUNS" && (model.tab === "model" || model.tab === "day")) {
      return seg(" ".repeat(column.columns));
    }
    const [text, tone] = column.head === "WHAT IF"
      ? total ? whatIfText(total) : ["…", "dim"] as const
      : column.head === "CHANGE"
      ? changeCell(total)
      : column.cell(sum);
    return seg(fit(text, column.columns, column.align), tone === "dim" ? "text" : tone);
  });
}

export function toneOf(model: CostsModel): Tone {
  if (model.tab === "model") return "llm";
  if (model.tab === "agent") return "agent";
  return model.tab === "group" ? "tool" : "accent";
}

function percent(share: number): string {
  if (share > 9.99) return ">999%";
  return share > 0 && share < 0.01 ? "<1%" : `${Math.round(share * 100)}%`;
}

/** Runs that had a budget, as gauges. */
export function budgetTable(
  model: CostsModel,
  env: Env,
  columns: number,
  look: { readonly top: number; readonly height: number; readonly selected?: number },
): readonly Line[] {
  const rows = budgetRows(model);
  const agent = Math.min(20, Math.max(8, columns - 50));
  const wide = Math.max(4, Math.min(40, columns - agent - 42));
  const head: Line = [
    seg(`  ${fit("RUN", 9)}${fit("AGENT", agent)}`, "heading"),
    seg(fit("COST", 12, "right") + fit("OF", 10, "right") + "  USED", "heading"),
  ];
  return [
    head,
    ...listLines(rows, { ...look, columns, glyphs: env.glyphs }, ({ run, budgetUsd }) => {
      const share = run.totals.costUsd / budgetUsd;
      return [
        seg(fit(clean(shortRunId(run.runId)), 9), "dim"),
        seg(fit(clean(run.agent), agent), statusTone(run.status) === "error" ? "error" : "strong"),
        seg(fit(costOf(run.totals), 12, "right")),
        seg(fit(money(budgetUsd), 10, "right"), "dim"),
        seg("  "),
        ...shareBar(share, wide, share >= 1 ? "error" : share >= 0.8 ? "warn" : "ok", env.glyphs),
        seg(
          fit(percent(share), 6, "right"),
          share >= 1 ? "error" : share >= 0.8 ? "warn" : "dim",
        ),
      ];
    }),
    ...(rows.length === 0 ? [line("  no run had a budget", "dim")] : []),
  ];
}
