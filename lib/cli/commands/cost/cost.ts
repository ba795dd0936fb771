import { Option } from "@commander-js/extra-typings";
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
}

export const cost: CliCommand = {
  register(program, withContext) {
    program.command("cost")
      .description("what runs cost, added up; with a run: its receipt, call by call")
      .argument("[run]", RUN_ARGUMENT)
      .addOption(new Option("--by <key>", "add up by").choices(KEYS).default("model" as const))
      .option("--since <when>", "only runs since then: 24h, 7d or 2026-11-01")
      .action((run, flags) =>
        withContext((context) =>
          run === undefined ? showCosts(context, flags) : showReceipt(context, run, flags)
        )
      );
  },
};

async function showCosts(context: Context, { by, since }: CostFlags): Promise<void> {
  const [{ costReport }, { costShape }, { formatCosts }, { unknownCostNote }] = await Promise.all([
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
  context.print(formatCosts(report, by, lookOf(context), context.timeZone));
  const { unknownCostCalls, estimatedCostUsd } = report.total;
  if (unknownCostCalls > 0) context.note(unknownCostNote(unknownCostCalls, estimatedCostUsd));
}

async function showReceipt(context: Context, reference: string, { since }: CostFlags): Promise<void> {
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
    const [children, tree] = await Promise.all([store.childRuns(run.runId), store.treeTotals(run.runId)]);
    context.print(formatRunReceipt(run, priced, { children, tree }, lookOf(context)));
  }
}
