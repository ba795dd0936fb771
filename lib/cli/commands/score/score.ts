import { AgentOpError, type Evaluation, isLive, type Run } from "../../../core/mod.ts";
import { wrap } from "../../../present/mod.ts";
import { SCORER_NAMES } from "../../../scorers/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { collect } from "../../frame/repeated_flags.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";

const STEPS_MAX = 1_000_000;
const HELP_COLUMNS = 100;

interface ScoreFlags {
  readonly scorer?: readonly string[] | undefined;
  readonly label?: string | undefined;
  readonly comment?: string | undefined;
  readonly step?: number | undefined;
}

export const score: CliCommand = {
  register(program, withContext) {
    program.command("score").description("score a run: by hand, with NAME=VALUE, or by a scorer")
      .argument("<run>", RUN_ARGUMENT)
      .argument("[name=value...]", "a number, pass, fail or a word: helpful=0.8, correct=pass, tone=friendly")
      .option("--scorer <scorer>", "NAME, NAME=VALUE or NAME={key: value}; may be given again", collect)
      .option("--label <text>", "a word beside the numbers")
      .option("--comment <text>", "why")
      .option(
        "--step <n>",
        "what is scored by hand is this step",
        numberFlag("--step", { min: 1, max: STEPS_MAX, isWhole: true }, 1),
      )
      .addHelpText(
        "after",
        "\nExamples:\n  agentop score last helpful=0.8 correct=pass --comment 'names its source'" +
          "\n  agentop score last --scorer numeric=36034.80 --scorer faithful_numbers" +
          "\n  agentop score last --scorer 'judge={rubric: It answers the question., pass: 0.7}'" +
          "\n  agentop score last --scorer 'command=python3 check.py'" +
          `\n\n${wrap(`Scorers: ${SCORER_NAMES.join(", ")}`, HELP_COLUMNS).join("\n")}` +
          "\nagentop help scorers tells what each says and takes.",
      )
      .action((run, given, flags) => withContext((context) => scoreAndShow(context, run, given, flags)));
  },
};

async function scoreAndShow(
  context: Context,
  reference: string,
  given: readonly string[],
  flags: ScoreFlags,
): Promise<number> {
  const { scorer: wanted = [] } = flags;
  if (given.length > 0 && wanted.length > 0) {
    throw new AgentOpError("Cannot score: NAME=VALUE is by hand, and --scorer is not", {
      remedy: "one, then the other",
    });
  }
  const store = await context.app.store();
  const run = await store.resolveRun(reference);
  const evaluations = wanted.length > 0
    ? await byScorers(context, run, wanted, flags)
    : await byHand(context, run, given, flags);
  if (context.json) {
    const { scoredShape } = await import("../../../documents/mod.ts");
    context.printJson({ runId: run.runId, evaluations: evaluations.map(scoredShape) });
  } else {
    const [{ formatScores }, { lookOf }] = await Promise.all([
      import("./score_text.ts"),
      import("../../output/look.ts"),
    ]);
    context.print(formatScores(run, evaluations, lookOf(context)));
  }
  return evaluations.some(({ error }) => error !== undefined) ? 1 : 0;
}

async function byHand(
  context: Context,
  run: Run,
  given: readonly string[],
  { label, comment, step }: ScoreFlags,
): Promise<readonly Evaluation[]> {
  const { parseHandScore, scoreByHand } = await import("../../../evals/mod.ts");
  const scores = given.map((text) => parseHandScore(text, label));
  const spanId = step === undefined ? undefined : await spanOfStep(context, run, step);
  return await scoreByHand(await context.app.replayServices(), run, scores, { comment, spanId });
}

async function spanOfStep(context: Context, run: Run, step: number): Promise<string> {
  const { stepsOf } = await import("../../../analysis/mod.ts");
  const steps = stepsOf(await (await context.app.store()).loadTrace(run.traceId));
  const found = steps.find((it) => it.step === step);
  if (found) return found.spanId;
  throw new AgentOpError(`Cannot score step ${step} of ${run.runId}: it has ${steps.length} steps`, {
    remedy: `agentop show ${run.runId}`,
  });
}

/** Whoever types a command here allows it. */
async function byScorers(
  context: Context,
  run: Run,
  wanted: readonly string[],
  { label, comment, step }: ScoreFlags,
): Promise<readonly Evaluation[]> {
  const misplaced = label !== undefined ? "--label" : comment !== undefined ? "--comment" : step && "--step";
  if (misplaced) {
    throw new AgentOpError(`Cannot score with ${misplaced}: a scorer says that itself`, {
      remedy: "NAME=VALUE instead of --scorer",
    });
  }
  if (isLive(run.status) || run.status === "queued") {
    throw new AgentOpError(`Cannot score ${run.runId}: it has not ended`, {
      remedy: `agentop watch ${run.runId}`,
    });
  }
  const [{ parseScorer }, { createScoring, evaluationOf }, { abortOnSignals }] = await Promise.all([
    import("../../../scorers/mod.ts"),
    import("../../../evals/mod.ts"),
    import("../../process/signals.ts"),
  ]);
  const scorers = await Promise.all(wanted.map(parseScorer));
  using stopper = abortOnSignals();
  const services = await context.app.replayServices();
  const scoring = createScoring(services, { signal: stopper.signal, allowCommands: true });
  const trace = await services.store.loadTrace(run.traceId);
  const evaluations: Evaluation[] = [];
  for (const scorer of scorers) {
    const evaluation = evaluationOf(context.host, trace, scorer, await scoring.score(scorer, trace));
    await services.store.write([{ type: "evaluation", evaluation }]);
    evaluations.push(evaluation);
  }
  return evaluations;
}
