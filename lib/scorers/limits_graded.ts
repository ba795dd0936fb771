import { z } from "zod";
import { runTookMs, stepCount } from "../analysis/mod.ts";
import { totalTokens, type Trace } from "../core/mod.ts";
import { defineScorer, type ScorerFactory } from "./define_scorer.ts";

interface Figure {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly example: string;
  /** `undefined` when the run does not say: an error, no score. */
  measure(trace: Trace): number | undefined;
}

/** Scorers of one shape: 1 up to `target`, 0 from `max`, evenly less in between; passes up to `max`. */
function lessIsBetter({ name, what, unit, example, measure }: Figure): ScorerFactory {
  return defineScorer({
    name,
    version: "1",
    description:
      `${what} (${unit}): 1 up to \`target\`, evenly less up to \`max\`, where it is 0; passes up to \`max\``,
    setting: "max",
    example,
    settings: z.strictObject({
      max: z.coerce.number().nonnegative(),
      target: z.coerce.number().nonnegative().default(0),
    }).refine(({ max, target }) => target <= max, { path: ["target"], message: "must not be above max" }),
    prepare: ({ max, target }) => (trace) => {
      const figure = measure(trace);
      if (figure === undefined) return { error: `${what} is unknown` };
      const share = figure <= target ? 1 : figure >= max ? 0 : (max - figure) / (max - target);
      return {
        value: share,
        passed: figure <= max,
        explanation: `${Number(figure.toPrecision(6))} ${unit}, wanted ${target} to ${max}`,
      };
    },
  });
}

export const latency = lessIsBetter({
  name: "latency",
  what: "the time from start to end, without waits for people",
  unit: "s",
  example: "'latency={target: 2, max: 20}'",
  measure: ({ run }) => run.endTimeUs === undefined ? undefined : runTookMs(run, 0)! / 1000,
});

export const cost = lessIsBetter({
  name: "cost",
  what: "the cost",
  unit: "USD",
  example: "'cost={target: 0.001, max: 0.01}'",
  measure: ({ run: { totals } }) => totals.unknownCostCalls > 0 ? undefined : totals.costUsd,
});

export const tokens = lessIsBetter({
  name: "tokens",
  what: "the number of tokens, in and out",
  unit: "tokens",
  example: "'tokens={target: 1000, max: 4000}'",
  measure: ({ run: { totals: { usage } } }) => totalTokens(usage),
});

export const steps = lessIsBetter({
  name: "steps",
  what: "the number of steps",
  unit: "steps",
  example: "'steps={target: 3, max: 10}'",
  measure: stepCount,
});
