import { Option } from "@commander-js/extra-typings";
import type { ChartChoice } from "../../../app/mod.ts";
import { AgentOpError, type CostKey } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { readRunFilter } from "../../frame/run_filter.ts";
import { lookOf } from "../../output/look.ts";

const KEYS = ["model", "agent", "day", "group", "user", "run"] as const satisfies readonly CostKey[];

interface CostFlags {
  readonly by: CostKey;
  readonly since?: string | undefined;
  readonly chart?: true | undefined;
  readonly whatIf?: string | undefined;
  readonly cachedShare?: number | undefined;
  readonly forecast?: true | undefined;
  readonly dearest?: true | undefined;
  readonly duplicates?: true | undefined;
  readonly limit: number;
}

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 10_000;
/** What is asked instead of the table; one at a time. */
const QUESTIONS = ["forecast", "dearest", "duplicates", "chart"] as const;

export const cost: CliCommand = {
  register(program, withContext) {
    program.command("cost")
      .description("what runs cost, added up; with a run: its receipt, call by call")
      .argument("[run]", RUN_ARGUMENT)
      .addOption(new Option("--by <key>", "add up by").choices(KEYS).default("model" as const))
      .option("--since <when>", "only runs since then: 24h, 7d or 2026-11-01")
      .option("--chart", "the course of it, stacked by model, before the table; with a run: its waterfall")
      .addOption(alone("--what-if <model>", "what the same tokens would have cost at this model's prices"))
      .addOption(
        new Option(
          "--cached-share <percent>",
          "what they would have cost with so much of the input from a cache",
        )
          .argParser(numberFlag("--cached-share", { max: 100 }, 80)).conflicts([...QUESTIONS]),
      )
      .addOption(alone("--forecast", "what this month will have cost at its end, with its 95 % interval"))
      .addOption(alone("--dearest", "the prompts that cost most, of each agent"))
      .addOption(
        alone(
          "--duplicates",
          "requests that were paid more than once: what a cache of answers would have saved",
        ),
      )
      .addOption(
        new Option("--limit <number>", "how many prompts or requests").default(LIMIT_DEFAULT)
          .argParser(numberFlag("--limit", { min: 1, max: LIMIT_MAX, isWhole: true }, LIMIT_DEFAULT)),
      )
      .action((run, flags, command) =>
        withContext((context) => {
          if (run !== undefined) return showReceipt(context, run, flags);
          return askedOf(context, flags, command.getOptionValueSource("by") !== "default");
        })
      );
  },
};

/** A question that goes with no other one. */
function alone<Flags extends string>(flags: Flags, about: string) {
  const name = flags.split(" ")[0]!.replace("--", "");
  return new Option(flags, about).conflicts(QUESTIONS.filter((it) => it !== name));
}

async function askedOf(context: Context, flags: CostFlags, isByGiven: boolean): Promise<void> {
  const { by, since, whatIf, cachedShare, forecast, dearest, duplicates, limit } = flags;
  if (forecast && since !== undefined) {
    throw new AgentOpError("Cannot use --since with --forecast: it goes by the last 30 days", {
      remedy: "agentop cost --forecast",
    });
  }
  if (!forecast && !dearest && !duplicates && whatIf === undefined && cachedShare === undefined) {
    return await showCosts(context, flags);
  }
  const asked = await import("./spending.ts");
  if (forecast) return await asked.showForecast(context);
  const filter = readRunFilter({ since }, context);
  if (dearest) return await asked.showDearest(context, filter, limit);
  if (duplicates) return await asked.showDuplicates(context, filter, limit);
  if (whatIf === undefined && isByGiven && by !== "model") {
    throw new AgentOpError(`Cannot add up --cached-share by ${by}: each model has its own prices`, {
      remedy: "--by model, or --what-if MODEL",
    });
  }
  await asked.showWhatIf(context, { model: whatIf, cachedShare, by, filter });
}

async function showCosts(context: Context, { by, since, chart }: CostFlags): Promise<void> {
  const [{ costReport }, { costShape }, { formatCosts }, { damagedRowsNote, plural, unknownCostNote }] =
    await Promise
      .all([
        import("../../../app/mod.ts"),
        import("../../../documents/mod.ts"),
        import("./costs_text.ts"),
        import("../../../present/mod.ts"),
      ]);
  const filter = readRunFilter({ since }, context);
  const store = await context.app.store();
  const report = await costReport(store, by, filter, context.timeZone);
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
  const silent = await store.countRuns(filter) - report.total.runs;
  if (silent > 0) {
    context.note(
      `${plural(silent, "run")} that called no model ${silent === 1 ? "is" : "are"} not among these.`,
    );
  }
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

async function showReceipt(context: Context, reference: string, flags: CostFlags): Promise<void> {
  const { since, chart, whatIf, cachedShare, forecast, dearest, duplicates } = flags;
  const other = Object.entries({
    "--what-if": whatIf,
    "--cached-share": cachedShare,
    "--forecast": forecast,
    "--dearest": dearest,
    "--duplicates": duplicates,
  }).find(([, value]) => value !== undefined);
  if (other) {
    throw new AgentOpError(`Cannot use ${other[0]} with a run: it is about many`, {
      remedy: `agentop cost ${other[0]}${other[0] === "--what-if" ? " MODEL" : ""}`,
    });
  }
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
