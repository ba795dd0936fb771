import { Option } from "@commander-js/extra-typings";
import type { ChartChoice } from "../../../app/mod.ts";
import { AgentOpError, type CostKey } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { readRunFilter } from "../../frame/run_filter.ts";
import { lookOf } from "../../output/look.ts";

const KEYS = ["model", "agent", "day", "group", "user", "run"] as const satisfies readonly CostKey[];

interface CostFlags {
  readonly by: CostKey;
  readonly since?: string | undefined;
  readonly chart?: true | undefined;
}

export const cost: CliCommand = {
  register(program, withContext) {
    program.command("cost")
      .description("what runs cost, added up; with a run: its receipt, call by call")
      .argument("[run]", RUN_ARGUMENT)
      .addOption(new Option("--by <key>", "add up by").choices(KEYS).default("model" as const))
      .option("--since <when>", "only runs since then: 24h, 7d or 2026-11-01")
      .option("--chart", "the course of it, stacked by model, before the table; with a run: its waterfall")
      .action((run, flags) =>
        withContext((context) =>
          run === undefined ? showCosts(context, flags) : showReceipt(context, run, flags)
        )
      );
  },
};

async function showCosts(context: Context, { by, since, chart }: CostFlags): Promise<void> {
  const [{ costReport }, { costShape }, { formatCosts }, { damagedRowsNote, unknownCostNote }] = await Promise
    .all([
      import("../../../app/mod.ts"),
      import("../../../documents/mod.ts"),
      import("./costs_text.ts"),
      import("../../../present/mod.ts"),
    ]);
  const filter = readRunFilter({ since }, context);
  const report = await costReport(await context.app.store(), by, filter, context.timeZone);
  if (context.json) {
    return context.printJson(
      report.rows.map((row) => costShape(row, by === "day" ? context.timeZone : undefined)),
    );
  }
  if (report.rows.length === 0) {
    return context.note(
      since === undefined
        ? "No costs yet: no model was called. Try: agentop demo"
        : "No model was called since then. Try: agentop cost",
    );
  }
  if (chart) await printChart(context, "cost", { filter });
  context.print(formatCosts(report, by, lookOf(context), context.timeZone));
  const { unknownCostCalls, estimatedCostUsd, damagedRows = 0 } = report.total;
  if (damagedRows > 0) context.note(`${damagedRowsNote(damagedRows)}. Try: agentop db verify`);
  if (unknownCostCalls > 0) context.note(unknownCostNote(unknownCostCalls, estimatedCostUsd));
}

/** Before the figures, with a blank line between. JSON has none. */
async function printChart(context: Context, name: string, choice: ChartChoice): Promise<void> {
  const [{ chartOf, drawChart }, { isNothing }, { formatChart }] = await Promise.all([
    import("../../../app/mod.ts"),
    import("../../../charts/mod.ts"),
    import("../../output/chart_text.ts"),
  ]);
  const drawing = await drawChart(context.app, await chartOf(name), choice);
  if (isNothing(drawing)) context.note(`No ${name} chart: ${drawing.nothing}`);
  else context.print(`${formatChart(drawing, lookOf(context))}\n`);
}

async function showReceipt(context: Context, reference: string, { since, chart }: CostFlags): Promise<void> {
  if (since !== undefined) {
    throw new AgentOpError("Cannot use --since with a run: a receipt is of all its calls", {
      remedy: "agentop cost RUN",
    });
  }
  const [{ pricedSpans }, { receiptShape }, { formatRunReceipt }] = await Promise.all([
    import("../../../analysis/mod.ts"),
    import("../../../documents/mod.ts"),
    import("./receipt_text.ts"),
  ]);
  const store = await context.app.store();
  const run = await store.resolveRun(reference);
  const priced = pricedSpans(await store.loadTrace(run.traceId));
  if (context.json) context.printJson(priced.map(receiptShape));
  else {
    if (chart) await printChart(context, "waterfall", { runs: [run.runId] });
    const [children, tree] = await Promise.all([store.childRuns(run.runId), store.treeTotals(run.runId)]);
    context.print(formatRunReceipt(run, priced, { children, tree }, lookOf(context)));
  }
}
