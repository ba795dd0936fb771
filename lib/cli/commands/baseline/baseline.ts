import { AgentOpError, nearest, shortRunId } from "../../../core/mod.ts";
import type { BaselineCheck, BaselineReport } from "../../../evals/mod.ts";
import type { KnownBaseline } from "../../../app/mod.ts";
import { baselineDocument, baselineShape } from "../../../documents/mod.ts";
import { age, type Cell, cell, type Column, table } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { collect, collectList } from "../../frame/repeated_flags.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { lookOf, type Style } from "../../output/look.ts";

const COLUMNS: readonly Column[] = [
  { title: "NAME", min: 8 },
  { title: "RUN" },
  { title: "AGENT", min: 8 },
  { title: "AGE", align: "right" },
  { title: "PROMPT", min: 12, drop: 1 },
];

interface CheckFlags {
  readonly scorer?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly costFactor?: number | undefined;
  readonly timeFactor?: number | undefined;
}

export const baseline: CliCommand = {
  register(program, withContext) {
    const command = program.command("baseline").description(
      "keep a run that others must look like, and check whether they do",
    );
    command.command("set").description("keep a run under a name; one of that name is replaced")
      .argument("<name>", "what to call it").argument("<run>", RUN_ARGUMENT)
      .action((name, run) => withContext((context) => set(context, name, run)));
    command.command("check")
      .description(
        "steps, tools, arguments, answer, cost and time of a run against those of a baseline: exit code 0 alike, 1 not",
      )
      .argument("<name>", "the baseline").argument("<run>", RUN_ARGUMENT)
      .option(
        "--scorer <scorer>",
        "judges the answer instead of being 80 % like the baseline's (repeatable)",
        collect,
      )
      .option(
        "--ignore <checks>",
        "not looked at: status, steps, tools, arguments, answer, cost, time (repeatable)",
        collectList,
      )
      .option(
        "--cost-factor <x>",
        "at most so many times the cost (default: 1.5)",
        numberFlag("--cost-factor", { isMinExcluded: true }, 1.5),
      )
      .option(
        "--time-factor <x>",
        "at most so many times the time (default: 3)",
        numberFlag("--time-factor", { isMinExcluded: true }, 3),
      )
      .action((name, run, flags) => withContext((context) => check(context, name, run, flags)));
    command.command("list").description("list baselines")
      .action(() => withContext(list));
  },
};

async function set(context: Context, name: string, reference: string): Promise<number> {
  const { setBaseline } = await import("../../../app/mod.ts");
  const kept = await setBaseline(context.app, name, reference);
  if (context.json) context.printJson(baselineShape(kept));
  else context.print(`${cell(name)} is ${shortRunId(kept.runId)}: ${cell(kept.run?.prompt ?? "")}`);
  return 0;
}

async function list(context: Context): Promise<number> {
  const { baselines } = await import("../../../app/mod.ts");
  const known = await baselines(context.app);
  if (context.json) {
    context.printJson(known.map(baselineShape));
    return 0;
  }
  if (known.length === 0) context.note("No baselines yet. Try: agentop baseline set NAME RUN");
  else context.print(table(COLUMNS, known.map((it) => row(it, context.host.now())), lookOf(context)));
  return 0;
}

function row(
  { name, runId, createdAtUs, run, isDamaged }: KnownBaseline,
  nowMs: number,
): readonly Cell<Style>[] {
  return [
    { text: cell(name) },
    { text: shortRunId(runId), style: run ? "cyan" : "red" },
    { text: run ? cell(run.agent) : isDamaged ? "damaged" : "deleted", style: run ? undefined : "red" },
    { text: isDamaged ? "" : age(createdAtUs / 1000, nowMs), style: "dim" },
    { text: cell(run?.prompt ?? ""), style: "dim" },
  ];
}

async function check(context: Context, name: string, reference: string, flags: CheckFlags): Promise<number> {
  const { checkAgainst } = await import("../../../app/mod.ts");
  const { scorer, costFactor, timeFactor } = flags;
  const report = await checkAgainst(context.app, name, reference, {
    ...(scorer === undefined ? {} : { scorers: scorer }),
    ignore: await checksOf(flags.ignore ?? []),
    ...(costFactor === undefined ? {} : { costFactorMax: costFactor }),
    ...(timeFactor === undefined ? {} : { timeFactorMax: timeFactor }),
  });
  if (context.json) context.printJson(baselineDocument(name, report));
  else await print(context, name, report);
  return report.passed ? 0 : 1;
}

async function print(context: Context, name: string, report: BaselineReport): Promise<void> {
  const look = lookOf(context);
  const verdict = report.passed ? look.paint("green", "looks like") : look.paint("red", "does not look like");
  context.print(
    `${look.paint("cyan", shortRunId(report.run.runId))} ${verdict} ${cell(name)} (${
      shortRunId(report.baseline.runId)
    })`,
  );
  for (const { check, passed, explanation } of report.findings) {
    context.print(
      `${passed ? look.paint("green", "✓") : look.paint("red", "✗")} ${check.padEnd(9)}  ${
        cell(explanation)
      }`,
    );
  }
  if (report.passed) return;
  const { formatDiff } = await import("../../output/diff_text.ts");
  context.print(`\n${await formatDiff(report.diff, look)}`);
}

async function checksOf(names: readonly string[]): Promise<readonly BaselineCheck[]> {
  const { BASELINE_CHECKS } = await import("../../../evals/mod.ts");
  return names.map((name) => {
    const found = BASELINE_CHECKS.find((it) => it === name);
    if (found) return found;
    throw new AgentOpError(`Cannot ignore "${name.slice(0, 40)}": there is no such check`, {
      remedy: `--ignore ${nearest(name, BASELINE_CHECKS) ?? BASELINE_CHECKS.join(",")}`,
    });
  });
}
