import { Option } from "@commander-js/extra-typings";
import { isEmptyRunFilter, runTookMs } from "../../../analysis/mod.ts";
import { type Run, type RunSort, shortRunId, totalTokens } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import {
  age,
  type Cell,
  cell,
  type Column,
  compact,
  costOf,
  grouped,
  longStatus,
  plural,
  STATUS_LOOKS,
  table,
  tookText,
} from "../../../present/mod.ts";
import { type Look, lookOf, runStyle } from "../../output/look.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { numberFlag } from "../../frame/number.ts";
import { listedRunShape } from "../../../documents/mod.ts";

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 10_000;
const SORTS = [
  "newest",
  "oldest",
  "cost",
  "tokens",
  "duration",
  "steps",
] as const satisfies readonly RunSort[];

/** With 100 columns there is room for the prompt, whatever the figures are; with 40 for what a run is and cost. */
export const RUN_COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "ID" },
  { title: "STATUS", drop: 7 },
  { title: "AGENT", min: 8, max: 24 },
  { title: "MODEL", min: 12, max: 32, drop: 5 },
  { title: "STEPS", align: "right", drop: 8 },
  { title: "TOKENS", align: "right", drop: 3 },
  { title: "COST", align: "right", drop: 1 },
  { title: "TIME", align: "right", drop: 2 },
  { title: "AGE", align: "right", drop: 4 },
  { title: "PROMPT", min: 12, drop: 6 },
];

/** After the agent, where some of the runs were not made here. */
const ORIGIN_COLUMN: Column = { title: "FROM", drop: 9 };
const AFTER_AGENT = RUN_COLUMNS.findIndex(({ title }) => title === "AGENT") + 1;

export const runs: CliCommand = {
  register(program, withContext) {
    const command = program.command("runs").description("list runs")
      .option(
        "--limit <n>",
        "how many",
        numberFlag("--limit", { min: 1, max: LIMIT_MAX, isWhole: true }, 20),
        LIMIT_DEFAULT,
      );
    addFilterFlags(command)
      .addOption(new Option("--sort <order>", "order").choices(SORTS).default("newest" as const))
      .action((options) => withContext((context) => listRuns(context, options)));
    command.command("delete")
      .description("delete runs for good, with those that they handed work to; asks first")
      .argument("<run...>", RUN_ARGUMENT)
      .option("-y, --yes", "do not ask")
      .action((references, options) =>
        withContext(async (context) => (await import("./delete.ts")).deleteRuns(context, references, options))
      );
  },
};

async function listRuns(
  context: Context,
  options: FilterFlags & { readonly limit: number; readonly sort: RunSort },
): Promise<number> {
  const nowMs = context.host.now();
  const filter = readRunFilter(options, context);
  const store = await context.app.store();
  const page = await store.listRuns({ filter, sort: options.sort, limit: options.limit });
  if (context.json) {
    context.printJson(page.runs.map(listedRunShape));
    return 0;
  }
  if (page.runs.length === 0) {
    const all = isEmptyRunFilter(filter) ? 0 : await store.countRuns();
    context.note(
      all === 0
        ? 'No runs yet. Try: agentop demo, or agentop run main "What is 17% of 240?"'
        : `No run matches (there ${all === 1 ? "is" : "are"} ${plural(all, "run")}). Try: agentop runs`,
    );
    return 0;
  }
  context.print(runTable(page.runs, nowMs, lookOf(context)));
  if (page.nextCursor !== undefined && context.stdoutIsTerminal) {
    const count = await store.countRuns(filter);
    context.note(
      lookOf(context).paint(
        "dim",
        `${grouped(page.runs.length)} of ${plural(count, "run")}: --limit shows more`,
      ),
    );
  }
  return 0;
}

function runTable(runs: readonly Run[], nowMs: number, look: Look): string {
  const rows = runs.map((run) => row(run, nowMs));
  if (runs.every(({ origin }) => origin === "agent")) return table(RUN_COLUMNS, rows, look);
  return table(
    RUN_COLUMNS.toSpliced(AFTER_AGENT, 0, ORIGIN_COLUMN),
    rows.map((cells, index) => {
      const { origin } = runs[index]!;
      return cells.toSpliced(AFTER_AGENT, 0, { text: origin === "agent" ? "" : origin, style: "dim" });
    }),
    look,
  );
}

function row(run: Run, nowMs: number): readonly Cell[] {
  const style = runStyle(run);
  const { totals } = run;
  return [
    { text: STATUS_LOOKS[run.status].glyph, style },
    { text: cell(shortRunId(run.runId)), style: "cyan" },
    { text: cell(longStatus(run)), style },
    { text: cell(run.agent) },
    { text: cell(run.model), style: "dim" },
    { text: grouped(totals.steps) },
    { text: compact(totalTokens(totals.usage)) },
    { text: costOf(totals) },
    { text: tookText(runTookMs(run, nowMs)) },
    { text: age(run.startTimeUs / 1000, nowMs), style: "dim" },
    { text: cell(run.prompt), style: "dim" },
  ];
}
