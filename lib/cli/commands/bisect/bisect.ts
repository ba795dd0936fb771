import { AgentOpError, type Run } from "../../../core/mod.ts";
import type { BisectOptions } from "../../../evals/mod.ts";
import { wrap } from "../../../present/mod.ts";
import { SCORER_NAMES } from "../../../scorers/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { lookOf } from "../../output/look.ts";

const REPEAT_MAX = 99;
const HELP_COLUMNS = 100;

interface BisectFlags {
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
      .option("--check <program>", "gets the answer on stdin, and no keys; exit code 0 means good")
      .option("--scorer <scorer>", "NAME, NAME=VALUE or NAME={key: value}; passing means good")
      .option(
        "--repeat <n>",
        "tries of each configuration; more than half must be good",
        numberFlag("--repeat", { min: 1, max: REPEAT_MAX, isWhole: true }, 3),
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
      .action((good, bad, options) => withContext((context) => bisectAndShow(context, good, bad, options)));
  },
};

async function bisectAndShow(
  context: Context,
  goodReference: string,
  badReference: string | undefined,
  flags: BisectFlags,
): Promise<number> {
  const [{ createJudge }, { withoutKeys }, { abortOnSignals }, { refuseAll }] = await Promise.all([
    import("../../../evals/mod.ts"),
    import("../../../core/mod.ts"),
    import("../../process/signals.ts"),
    import("../../../agent/mod.ts"),
  ]);
  const services = await context.app.replayServices();
  const judge = await createJudge(services, { ...flags, environment: withoutKeys(context.config) });
  const good = await services.store.resolveRun(goodReference);
  const bad = badReference === undefined ? undefined : await services.store.resolveRun(badReference);
  using stopper = abortOnSignals();
  const settings: BisectOptions = {
    judge,
    repeat: flags.repeat,
    replay: { runner: { approver: refuseAll }, signal: stopper.signal },
  };
  if (flags.git !== undefined) return await findCommit(context, good, flags, settings);
  if (bad !== undefined) return await findChange(context, good, bad, flags, settings);
  throw new AgentOpError("Cannot bisect: the bad run is missing", {
    remedy: "agentop bisect GOOD BAD, or --git RANGE",
  });
}

/** Of the changes between the configurations of two runs, the one that makes it bad. */
async function findChange(
  context: Context,
  good: Run,
  bad: Run,
  flags: BisectFlags,
  settings: BisectOptions,
): Promise<number> {
  const [{ bisectRuns }, { formatChangeSearch }] = await Promise.all([
    import("../../../evals/mod.ts"),
    import("./bisect_text.ts"),
  ]);
  const found = await bisectRuns(await context.app.replayServices(), good, bad, settings);
  if (context.json) context.printJson({ ...asked(good, flags), bad: bad.runId, ...found });
  else context.print(formatChangeSearch(found, good, bad, lookOf(context)));
  return found.culprit ? 0 : 1;
}

/** Of the commits of an agent file, the one that makes it bad. */
async function findCommit(
  context: Context,
  good: Run,
  flags: BisectFlags,
  settings: BisectOptions,
): Promise<number> {
  const { git: range, agent: file } = flags;
  if (range === undefined || file === undefined) {
    throw new AgentOpError("Cannot bisect: --git needs the agent file", {
      remedy: "--agent agents/NAME.yaml",
    });
  }
  const [{ bisectHistory }, { formatCommitSearch }] = await Promise.all([
    import("../../../evals/mod.ts"),
    import("./bisect_text.ts"),
  ]);
  const { defaults } = context.config;
  const found = await bisectHistory(await context.app.replayServices(), good, {
    ...settings,
    range,
    file,
    defaults,
  });
  if (context.json) context.printJson({ ...asked(good, flags), range, file, ...found });
  else context.print(formatCommitSearch(found, lookOf(context)));
  return 0;
}

function asked(good: Run, { check, scorer, repeat }: BisectFlags) {
  return { good: good.runId, check: check ?? null, scorer: scorer ?? null, repeat };
}
