import { AgentOpError, type Run, shortRunId } from "../../../core/mod.ts";
import type { BisectOptions, BisectResult, BisectTrial } from "../../../evals/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { ConfigEdit } from "../../../evals/mod.ts";
import type { Context } from "../../context.ts";
import { cell, lines, money, plural, wrap } from "../../../present/mod.ts";
import { SCORER_NAMES } from "../../../scorers/mod.ts";
import { lookOf } from "../../output/look.ts";
import { wholeNumber } from "../../frame/run_filter.ts";

const REPEAT_MAX = 99;
const HELP_COLUMNS = 100;

interface Options {
  readonly check?: string | undefined;
  readonly scorer?: string | undefined;
  readonly repeat: number;
  readonly git?: string | undefined;
  readonly agent?: string | undefined;
}

export const bisect: CliCommand = {
  register(program, withContext) {
    program.command("bisect")
      .description("find the change of model, instructions, parameters or tools that made a good run bad")
      .argument("<good>", "a run that is good")
      .argument("[bad]", "a run of the same prompt that is not (not needed with --git)")
      .option("--check <program>", "gets the answer on stdin; exit code 0 means good")
      .option("--scorer <scorer>", "NAME, NAME=VALUE or NAME={key: value}; passing means good")
      .option(
        "--repeat <n>",
        "tries of each configuration; more than half must be good",
        wholeNumber("--repeat", 1, REPEAT_MAX),
        1,
      )
      .option("--git <range>", "look through the commits of the agent file instead, e.g. v1..HEAD")
      .option("--agent <file>", "the agent file (with --git)")
      .addHelpText(
        "after",
        "\nExamples:\n  agentop bisect last~1 last --scorer numeric=36034.80" +
          "\n  agentop bisect last --git v1..HEAD --agent agents/researcher.yaml --check 'grep -q 36,034.80'" +
          `\n\n${wrap(`Scorers: ${SCORER_NAMES.join(", ")}`, HELP_COLUMNS).join("\n")}`,
      )
      .action((good, bad, options) => withContext((context) => search(context, good, bad, options)));
  },
};

async function search(
  context: Context,
  goodReference: string,
  badReference: string | undefined,
  options: Options,
): Promise<number> {
  const [{ createJudge }, { abortOnSignals }, { refuseAll }] = await Promise.all([
    import("../../../evals/mod.ts"),
    import("../../process/signals.ts"),
    import("../../../agent/mod.ts"),
  ]);
  const { repeat } = options;
  const services = await context.app.replayServices();
  const judge = await createJudge(services, options);
  const { store } = services;
  const good = await store.resolveRun(goodReference);
  const bad = badReference === undefined ? undefined : await store.resolveRun(badReference);
  if (options.git === undefined && bad === undefined) {
    throw new AgentOpError("Cannot bisect: the bad run is missing", {
      remedy: "agentop bisect GOOD BAD, or --git RANGE",
    });
  }
  using stopper = abortOnSignals();
  const settings: BisectOptions = {
    judge,
    repeat,
    replay: { runner: { approver: refuseAll }, signal: stopper.signal },
  };
  const asked = { good: good.runId, check: options.check ?? null, scorer: options.scorer ?? null, repeat };
  if (bad === undefined || options.git !== undefined) {
    const found = await findCommit(context, good, options, settings);
    if (context.json) context.printJson({ ...asked, ...found });
    else {
      printTrials(context, found.trials, (index) => `at ${found.trials[index]!.commit.slice(0, 10)}`);
      printCommit(context, found.culprit, found.commits);
      printSaving(context, found.savedCostUsd);
    }
    return 0;
  }
  const { bisectRuns } = await import("../../../evals/mod.ts");
  const found = await bisectRuns(services, good, bad, settings);
  if (context.json) context.printJson({ ...asked, bad: bad.runId, ...found });
  else {
    const of = found.edits.length;
    printTrials(
      context,
      found.trials,
      (_, { edits, alone }) =>
        alone ? "with the last of them alone" : `with ${edits} of ${plural(of, "change")}`,
    );
    if (found.culprit) printEdit(context, found.culprit, found.alone);
    else printOtherCause(context, found, good, bad);
    printSaving(context, found.savedCostUsd);
  }
  return found.culprit ? 0 : 1;
}

async function findCommit(context: Context, good: Run, options: Options, settings: BisectOptions) {
  const { git: range, agent: file } = options;
  if (range === undefined || file === undefined) {
    throw new AgentOpError("Cannot bisect: --git needs the agent file", {
      remedy: "--agent agents/NAME.yaml",
    });
  }
  const { bisectHistory } = await import("../../../evals/mod.ts");
  const found = await bisectHistory(await context.app.replayServices(), good, {
    ...settings,
    range,
    file,
    defaults: context.config.defaults,
  });
  return { range, file, ...found };
}

function printTrials(
  context: Context,
  trials: readonly BisectTrial[],
  what: (index: number, trial: BisectTrial) => string,
): void {
  const look = lookOf(context);
  for (const [index, trial] of trials.entries()) {
    const outcome = trial.passed ? look.paint("green", "✓ good") : look.paint("red", "✗ bad ");
    const why = trial.explanation === undefined ? "" : look.paint("dim", `  ${cell(trial.explanation)}`);
    context.print(`${outcome}  ${look.paint("cyan", shortRunId(trial.runId))}  ${what(index, trial)}${why}`);
  }
}

/** The whole changed configuration leaves the run good. */
function printOtherCause(context: Context, { edits, difference }: BisectResult, good: Run, bad: Run): void {
  context.print(
    `The configuration is not the cause: with ${
      edits.length === 1 ? "its change" : `all ${edits.length} changes`
    } the run is still good.`,
  );
  context.print(
    difference
      ? `The runs differ first at step ${difference.step}, ${difference.kind} ${cell(difference.name)}: ` +
        `agentop diff ${shortRunId(good.runId)} ${shortRunId(bad.runId)}`
      : "The runs do not differ in any step: the model wavers. Try --repeat 5.",
  );
}

function printEdit(context: Context, { key, line, good, bad }: ConfigEdit, alone: boolean | null): void {
  const look = lookOf(context);
  const show = (mark: "-" | "+", value: unknown) =>
    lines(typeof value === "string" ? value : value === undefined ? "(none)" : JSON.stringify(value))
      .map((text) => `  ${look.paint(mark === "-" ? "red" : "green", `${mark} ${text}`)}`);
  const where = line === undefined ? "" : `, line ${line},`;
  const together = alone === false ? ", together with the changes before it" : "";
  context.print(`${look.paint("bold", cell(key))}${where} makes it bad${together}:`);
  for (const text of [...show("-", good), ...show("+", bad)]) context.print(text);
}

function printCommit(
  context: Context,
  culprit: { readonly commit: string; readonly summary: string },
  commits: number,
): void {
  const name = lookOf(context).paint("bold", culprit.commit.slice(0, 10));
  context.print(`${name} makes it bad, of ${plural(commits, "commit")}:\n  ${cell(culprit.summary)}`);
}

function printSaving(context: Context, usd: number): void {
  if (usd > 0) context.print(lookOf(context).paint("dim", `saved ${money(usd)} with recorded answers`));
}
