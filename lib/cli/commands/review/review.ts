import type { ReviewReport } from "../../../app/mod.ts";
import { AgentOpError } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";

const SEED_MAX = 2 ** 31 - 1;
const LIMIT_MAX = 10_000;

interface ReviewFlags {
  readonly seed?: number | undefined;
  readonly limit?: number | undefined;
  readonly results?: true | undefined;
}

export const review: CliCommand = {
  register(program, withContext) {
    program.command("review")
      .description("say which of two variants' answers is better, without knowing whose they are")
      .argument("<before>", "an experiment, or one of its variants: EXP/VARIANT")
      .argument("[after]", "another one (not needed for an experiment with two variants)")
      .option(
        "--limit <n>",
        "at most so many cases now",
        numberFlag("--limit", { min: 1, max: LIMIT_MAX, isWhole: true }, 20),
      )
      .option(
        "--seed <n>",
        "draws which answer is A (default: as before, else by chance)",
        numberFlag("--seed", { min: 0, max: SEED_MAX, isWhole: true }, 1),
      )
      .option("--results", "ask nothing: what was said so far, and how far it agrees with the scorers")
      .addHelpText(
        "after",
        "\nOne line for each case: a, b, t (a tie), s (not now) or q (enough), and why, if you like: b names its source." +
          '\nEach is kept at once, with both runs, as the score "review"; what was reviewed is not shown again.' +
          "\nWith --json the lines may come from a pipe." +
          "\n\nExamples:\n  agentop review last\n  agentop review last~1/small last/small --limit 10",
      )
      .action((before, after, flags) =>
        withContext((context) => reviewAndShow(context, before, after, flags))
      );
  },
};

async function reviewAndShow(
  context: Context,
  before: string,
  after: string | undefined,
  { seed, limit, results }: ReviewFlags,
): Promise<number> {
  if (!results && !context.json && !Deno.stdin.isTerminal()) {
    throw new AgentOpError("Cannot review: there is no terminal to ask at", {
      remedy: "--results, or --json with one answer a line on stdin",
    });
  }
  const [{ reviewExperiments }, { blindAsker, stdinLines }, { reviewText }, { lookOf }] = await Promise.all([
    import("../../../app/mod.ts"),
    import("./blind_asker.ts"),
    import("./review_text.ts"),
    import("../../output/look.ts"),
  ]);
  const ask = results ? () => Promise.resolve({ says: "quit" } as const) : blindAsker(
    stdinLines(Deno.stdin.readable),
    (text) => context.note(text),
    Deno.stdin.isTerminal() && context.stderrIsTerminal ? Deno.consoleSize() : undefined,
  );
  const report = await reviewExperiments(context.app, before, after, { seed, limit, ask });
  const isBlind = !results && report.remaining > 0;
  if (context.json) context.printJson(reviewDocument(report, isBlind));
  else context.print(reviewText(report, lookOf(context), { isBlind }));
  return 0;
}

/** While it is blind nothing that tells, or from which it follows, which answer was whose. */
export function reviewDocument(
  { left, right, seed, summary, remaining, leftOut }: ReviewReport,
  isBlind: boolean,
) {
  const { n, leftWins, rightWins, ties, rightShare, ci95, agreement } = summary;
  const said = { left, right, reviewed: n, remaining, leftOut };
  if (isBlind) return said;
  return {
    ...said,
    seed,
    leftWins,
    rightWins,
    ties,
    rightShare,
    ci95,
    agreement,
  };
}
