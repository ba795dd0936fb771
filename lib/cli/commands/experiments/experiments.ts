import { type Experiment, type ExperimentStatus, shortRunId } from "../../../core/mod.ts";
import { experimentDocument, experimentShape } from "../../../documents/mod.ts";
import { age, type Cell, cell, type Column, costOf, grouped, table } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { lookOf, type Style } from "../../output/look.ts";

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 10_000;

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "STATUS" },
  { title: "SUITE", min: 8 },
  { title: "VARIANTS", min: 8, drop: 3 },
  { title: "RESULTS", align: "right" },
  { title: "PASSED", align: "right" },
  { title: "ERRORS", align: "right", drop: 2 },
  { title: "COST", align: "right", drop: 1 },
  { title: "AGE", align: "right" },
];

const STYLES: Readonly<Record<ExperimentStatus, Style>> = {
  running: "cyan",
  completed: "green",
  stopped: "yellow",
  cancelled: "dim",
  interrupted: "yellow",
};

export const experiments: CliCommand = {
  register(program, withContext) {
    program.command("experiments").description(
      "list experiments and what their runs cost (judges apart); with one, show it case by case",
    )
      .argument("[experiment]", 'its id, a beginning or end of it, "last" or "last~2"')
      .option("--suite <name>", "only those of this suite")
      .option(
        "--limit <n>",
        "how many",
        numberFlag("--limit", { min: 1, max: LIMIT_MAX, isWhole: true }, 20),
        LIMIT_DEFAULT,
      )
      .action((reference, options) =>
        withContext((context) => reference === undefined ? list(context, options) : show(context, reference))
      );
  },
};

async function list(
  context: Context,
  { limit, suite }: { readonly limit: number; readonly suite?: string | undefined },
): Promise<number> {
  const store = await context.app.store();
  const page = await store.listExperiments({ limit, ...(suite === undefined ? {} : { suite }) });
  if (context.json) {
    context.printJson(page.experiments.map(experimentShape));
    return 0;
  }
  if (page.experiments.length === 0) {
    context.note(
      suite === undefined
        ? "No experiments yet. Try: agentop init, then agentop eval sales"
        : `No experiment of the suite ${cell(suite)}. Try: agentop experiments`,
    );
    return 0;
  }
  const nowMs = context.host.now();
  context.print(table(COLUMNS, page.experiments.map((it) => row(it, nowMs)), lookOf(context)));
  return 0;
}

function row(it: Experiment, nowMs: number): readonly Cell<Style>[] {
  const style = STYLES[it.status];
  return [
    { text: shortRunId(it.experimentId), style: "cyan" },
    { text: it.status, style },
    { text: cell(it.suite) },
    { text: it.variants.map(cell).join(", "), style: "dim" },
    { text: it.done === it.planned ? grouped(it.done) : `${grouped(it.done)}/${grouped(it.planned)}` },
    { text: grouped(it.passed), style: it.passed === it.done ? "green" : "yellow" },
    { text: grouped(it.errors), style: it.errors > 0 ? "red" : "dim" },
    { text: costOf(it) },
    { text: age(it.startTimeUs / 1000, nowMs), style: "dim" },
  ];
}

async function show(context: Context, reference: string): Promise<number> {
  const [{ experimentReport }, { experimentText, resultLine }] = await Promise.all([
    import("../../../app/mod.ts"),
    import("./experiment_text.ts"),
  ]);
  const report = await experimentReport(context.app, reference);
  if (context.json) {
    context.printJson(experimentDocument(report));
    return 0;
  }
  const look = lookOf(context);
  const isOne = report.experiment.variants.length === 1;
  context.print(experimentText(report, look, { withWorst: false }));
  context.print(`\n${look.paint("dim", "RESULTS")}`);
  for (const result of report.results) context.print(resultLine(result, look, isOne));
  return 0;
}
