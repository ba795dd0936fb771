import type { ExperimentComparison, GateResult } from "../../../analysis/mod.ts";
import { comparisonDocument } from "../../../documents/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { lookOf } from "../../output/look.ts";

interface CompareFlags {
  readonly gate?: true | undefined;
  readonly margin?: number | undefined;
  readonly scorer?: string | undefined;
}

export const compare: CliCommand = {
  register(program, withContext) {
    program.command("compare")
      .description(
        "compare two experiments case by case: what can be claimed, and the cases that changed most",
      )
      .argument("<before>", "an experiment, or one of its variants: EXP/VARIANT")
      .argument("[after]", "another one (not needed for an experiment with two variants)")
      .option("--gate", "exit code 3 where the numbers cannot say that it is no worse")
      .option("--scorer <scorer>", "with --gate: the scorer that decides")
      .option(
        "--margin <score>",
        "with --gate: how much worse may not be excluded (default: 0.02)",
        numberFlag("--margin", { min: 0, max: 1 }, 0.02),
      )
      .addHelpText(
        "after",
        "\nExamples:\n  agentop compare last\n  agentop compare last~1/small last/small\n  agentop compare 3f2a91bc/small 3f2a91bc/large --gate",
      )
      .action((before, after, flags) =>
        withContext((context) => compareAndShow(context, before, after, flags))
      );
  },
};

async function compareAndShow(
  context: Context,
  before: string,
  after: string | undefined,
  { gate, scorer, margin }: CompareFlags,
): Promise<number> {
  const { compareExperiments } = await import("../../../app/mod.ts");
  const { comparison, gate: verdict } = await compareExperiments(context.app, before, after, {
    ...(scorer === undefined ? {} : { scorer }),
    ...(margin === undefined ? {} : { margin }),
  });
  const asked = gate ? verdict : undefined;
  if (context.json) context.printJson(comparisonDocument(comparison, asked));
  else {
    const [{ comparisonText }, { gateText }] = await Promise.all([
      import("./comparison_text.ts"),
      import("../experiments/experiment_text.ts"),
    ]);
    const look = lookOf(context);
    context.print(comparisonText(comparison, look));
    if (asked) context.print(`\n${gateText(asked, look)}`);
  }
  return exitCodeOf(comparison, asked);
}

function exitCodeOf({ scorers }: ExperimentComparison, gate: GateResult | undefined): number {
  if (gate) return gate.verdict === "regression" ? 1 : gate.verdict === "inconclusive" ? 3 : 0;
  return scorers.some((it) => it.verdict === "worse") ? 1 : 0;
}
