import { AgentOpError, type Experiment, type ExperimentStatus, shortRunId } from "../../../core/mod.ts";
import { experimentDocument, experimentShape } from "../../../documents/mod.ts";
import {
  age,
  type Cell,
  cell,
  type Column,
  costOf,
  grouped,
  plural,
  table,
  zonedTime,
} from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { lookOf, type Style } from "../../output/look.ts";

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 10_000;
const CHANGES_SHOWN = 20;

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
        "how many (default: 20 experiments, all results of one)",
        numberFlag("--limit", { min: 1, max: LIMIT_MAX, isWhole: true }, 20),
      )
      .option("--failed", "of one experiment, only what did not pass")
      .action((reference, options) =>
        withContext((context) =>
          reference === undefined ? list(context, options) : show(context, reference, options)
        )
      );
  },
};

interface Options {
  readonly limit?: number | undefined;
  readonly suite?: string | undefined;
  readonly failed?: true | undefined;
}

async function list(
  context: Context,
  { limit = LIMIT_DEFAULT, suite, failed }: Options,
): Promise<number> {
  if (failed) {
    throw new AgentOpError("Cannot list experiments: --failed is for one of them", {
      remedy: "agentop experiments last --failed",
    });
  }
  const store = await context.app.store();
  const page = await store.listExperiments({ limit, ...(suite === undefined ? {} : { suite }) });
  if (page.damagedRows !== undefined) {
    context.note(`${plural(page.damagedRows, "experiment")} damaged and left out. Try: agentop db verify`);
  }
  if (context.json) {
    context.printJson(page.experiments.map(experimentShape));
    return 0;
  }
  if (page.experiments.length === 0 && page.damagedRows === undefined) {
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

/** What did not pass comes first, the worst of it at the top. */
async function show(context: Context, reference: string, { failed, limit }: Options): Promise<number> {
  const [{ experimentReport, handVerdicts }, analysis, { agreementLines }, { experimentText, resultLine }] =
    await Promise.all([
      import("../../../app/mod.ts"),
      import("../../../analysis/mod.ts"),
      import("../../output/agreement_lines.ts"),
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
  const changes = await (await context.app.store()).experimentChanges(report.experiment.experimentId);
  for (const it of changes.slice(-CHANGES_SHOWN)) {
    const when = zonedTime(it.atUs / 1000, context.timeZone);
    const said = it.isTaken ? "" : ", which nobody took";
    context.print(look.paint("dim", `concurrency ${it.concurrency}  ${cell(it.by)}, ${when}${said}`));
  }
  const said = await handVerdicts(
    await context.app.store(),
    new Set(report.results.map(({ runId }) => runId)),
  );
  if (said.length > 0) {
    const { verdictAgreement } = await analysis.loadExperiments();
    for (const text of agreementLines(verdictAgreement(report.results, said), look)) context.print(text);
  }
  const worst = analysis.worstResults(report.results);
  const isWorst = new Set(worst);
  const rest = failed ? [] : report.results.filter((it) => !isWorst.has(it));
  const all = [...worst, ...rest];
  if (failed && all.length === 0) {
    context.print("\nAll passed.");
    return 0;
  }
  const shown = all.slice(0, limit);
  context.print(`\n${look.paint("dim", failed ? "NOT PASSED" : "RESULTS, THE WORST FIRST")}`);
  for (const result of shown) context.print(resultLine(result, look, isOne));
  if (shown.length < all.length) {
    context.print(look.paint("dim", `${grouped(all.length - shown.length)} more: without --limit`));
  }
  return 0;
}
