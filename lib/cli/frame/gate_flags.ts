import type { Command, OptionValues } from "@commander-js/extra-typings";
import type { GateChoice } from "../../app/mod.ts";
import { numberFlag } from "./number.ts";

/** What decides whether an experiment passes. */
export interface GateFlags {
  readonly baseline?: string | undefined;
  readonly failBelow?: number | undefined;
  readonly failIfWorse?: boolean | undefined;
  readonly margin?: number | undefined;
}

/** Where else it is said. */
export interface ReportFlags {
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
}

/** The flags by which experiments are judged and reported. */
export function addGateFlags<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
): Command<A, O & GateFlags & ReportFlags, G> {
  (command as unknown as Command)
    .option(
      "--baseline <experiment>",
      "compare case by case with this experiment, or its variant: EXP/VARIANT",
    )
    .option(
      "--fail-below <score>",
      "the least mean score, from 0 to 1; of the gate's scorer, else of all but latency, cost, tokens and steps",
      numberFlag("--fail-below", { min: 0, max: 1 }, 0.9),
    )
    .option(
      "--fail-if-worse",
      "to be worse than the baseline fails (default baseline: the last complete experiment of the suite)",
    )
    .option(
      "--no-fail-if-worse",
      "not measured by the last complete experiment, though the suite says failIfWorse",
    )
    .option(
      "--margin <score>",
      "how much worse than the baseline may not be excluded (default: 0.02)",
      numberFlag("--margin", { min: 0, max: 1 }, 0.02),
    )
    .option("--junit <file>", "write results as JUnit XML")
    .option("--markdown <file>", "write results for a pull request");
  return command as unknown as Command<A, O & GateFlags & ReportFlags, G>;
}

/** Only what is given. */
export function gateOfFlags({ baseline, failBelow, failIfWorse, margin }: GateFlags): GateChoice {
  return {
    ...(baseline === undefined ? {} : { baseline }),
    ...(failBelow === undefined ? {} : { failBelow }),
    ...(failIfWorse === undefined ? {} : { failIfWorse }),
    ...(margin === undefined ? {} : { margin }),
  };
}
