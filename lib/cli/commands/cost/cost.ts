import { Option } from "@commander-js/extra-typings";
import {
  addUsage,
  AgentOpError,
  type CostKey,
  type CostRow,
  NO_USAGE,
  shortRunId,
  type Span,
} from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import type { Context } from "../../context.ts";
import { cell, compact, costOf, grouped, plural, unknownCostNote } from "../../../present/mod.ts";
import { lookOf } from "../../output/look.ts";
import { type Cell, type Column, table } from "../../output/table.ts";
import { readRunFilter } from "../../frame/run_filter.ts";
import { costShape } from "../../../documents/mod.ts";

const KEYS = ["model", "agent", "day", "group", "user", "run"] as const satisfies readonly CostKey[];

export const cost: CliCommand = {
  register(program, withContext) {
    program.command("cost")
      .description("what runs cost, added up; with a run: its receipt, call by call")
      .argument("[run]", RUN_ARGUMENT)
      .addOption(new Option("--by <key>", "add up by").choices(KEYS).default("model" as const))
      .option("--since <when>", "only runs since then: 24h, 7d or 2026-11-01")
      .action((run, options) =>
        withContext((context) =>
          run === undefined ? showTotals(context, options) : showReceipt(context, run, options)
        )
      );
  },
};

async function showTotals(
  context: Context,
  options: { readonly by: CostKey; readonly since?: string | undefined },
): Promise<number> {
  const filter = readRunFilter({ since: options.since }, context.host.now());
  const store = await context.app.store();
  const rows = (await store.costBy(options.by, filter)).filter(wasUsed);
  if (context.json) {
    context.printJson(rows.map(costShape));
    return 0;
  }
  if (rows.length === 0) {
    context.note(
      options.since === undefined
        ? "No costs yet: no model was called. Try: agentop demo"
        : "No model was called since then. Try: agentop cost",
    );
    return 0;
  }
  const columns: readonly Column[] = [
    { title: options.by.toUpperCase(), min: 12, max: 48 },
    { title: "RUNS", align: "right" },
    { title: "CALLS", align: "right", drop: 2 },
    { title: "INPUT", align: "right" },
    { title: "CACHED", align: "right", drop: 1 },
    { title: "OUTPUT", align: "right" },
    { title: "COST", align: "right" },
  ];
  const total: CostRow = {
    key: "total",
    runs: await runCount(),
    llmCalls: rows.reduce((sum, row) => sum + row.llmCalls, 0),
    usage: rows.reduce((sum, row) => addUsage(sum, row.usage), NO_USAGE),
    costUsd: rows.reduce((sum, row) => sum + row.costUsd, 0),
    unknownCostCalls: rows.reduce((sum, row) => sum + row.unknownCostCalls, 0),
  };
  const cells = rows.map((row) => cellsOf(row, options.by));
  context.print(table(columns, [...cells, cellsOf(total, "model")], lookOf(context), { totals: true }));
  if (total.unknownCostCalls > 0) {
    context.note(unknownCostNote(total.unknownCostCalls));
  }
  return 0;

  /** A run that used two models is one run. */
  async function runCount(): Promise<number> {
    const single = options.by !== "model" && options.by !== "day";
    return single
      ? rows.reduce((sum, row) => sum + row.runs, 0)
      : (await store.costBy("run", filter)).filter(wasUsed).length;
  }
}

/** Imported spans may carry a usage of nothing. */
function wasUsed({ llmCalls, usage, costUsd, unknownCostCalls }: CostRow): boolean {
  return llmCalls + usage.inputTokens + usage.outputTokens + costUsd + unknownCostCalls > 0;
}

function cellsOf(row: CostRow, by: CostKey): readonly Cell[] {
  return [
    { text: cell(by === "run" ? shortRunId(row.key) : row.key) },
    { text: grouped(row.runs) },
    { text: grouped(row.llmCalls) },
    { text: compact(row.usage.inputTokens) },
    { text: compact(row.usage.cachedInputTokens) },
    { text: compact(row.usage.outputTokens) },
    {
      text: costOf(row),
      style: row.unknownCostCalls > 0 ? "yellow" : undefined,
    },
  ];
}

async function showReceipt(
  context: Context,
  reference: string,
  options: { readonly by: CostKey; readonly since?: string | undefined },
): Promise<number> {
  if (options.since !== undefined) {
    throw new AgentOpError("Cannot use --since with a run: a receipt is of all its calls", {
      remedy: "agentop cost RUN",
    });
  }
  const store = await context.app.store();
  const run = await store.resolveRun(reference);
  const [{ receiptOf }, { formatReceipt }, trace] = await Promise.all([
    import("../../../analysis/mod.ts"),
    import("../../../present/mod.ts"),
    store.loadTrace(run.traceId),
  ]);
  const paid = [...trace.spans.values()].filter((span) => span.cost !== undefined);
  const receipts = paid.map((span) => receiptOf(span));
  if (context.json) {
    context.printJson(
      paid.map((span, index) => ({ spanId: span.spanId, step: span.step ?? null, ...receipts[index]! })),
    );
    return 0;
  }
  const look = lookOf(context);
  context.print(`${look.paint("bold", cell(run.agent))} ${look.paint("dim", cell(run.runId))}`);
  // What a recording answered, or a fork began with, was paid before.
  const isFree = ({ cost }: Span) => cost?.usd === 0 && cost.tag === undefined;
  const billed = receipts.filter((_, index) => !isFree(paid[index]!));
  if (billed.length === 0) context.print("No call of this run was billed.");
  else context.print(formatReceipt(billed));
  const free = receipts.length - billed.length;
  if (free > 0) {
    context.print(look.paint("dim", `${plural(free, "call")} answered from a recording: nothing to pay`));
  }
  const children = await store.childRuns(run.runId);
  for (const child of children) {
    context.print(
      look.paint(
        "dim",
        `handed to ${cell(child.agent)}: ${costOf(child.totals)} (agentop cost ${shortRunId(child.runId)})`,
      ),
    );
  }
  return 0;
}
