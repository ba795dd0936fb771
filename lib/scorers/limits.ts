import { z } from "zod";
import { runTookMs } from "../analysis/mod.ts";
import { totalTokens, type Trace } from "../core/mod.ts";
import { defineScorer, passOrFail, type ScorerFactory } from "./define_scorer.ts";

interface Limit {
  readonly name: string;
  readonly what: string;
  readonly example: string;
  /** `undefined` when the run does not say. */
  measure(trace: Trace): number | undefined;
  readonly unit: string;
}

/** Scorers of one shape: a figure of the run is at most so much. */
function atMost({ name, what, example, measure, unit }: Limit): ScorerFactory {
  return defineScorer({
    name,
    version: "1",
    description: `${what} at most this (${unit})`,
    setting: "max",
    example,
    settings: z.strictObject({ max: z.coerce.number().nonnegative() }),
    prepare: ({ max }) => (trace) => {
      const figure = measure(trace);
      return figure === undefined
        ? passOrFail(false, `${what.replace(/ is$| are$/, "")} is unknown`)
        : passOrFail(figure <= max, `${Number(figure.toPrecision(6))} ${unit}, at most ${max}`);
    },
  });
}

export const maxCost = atMost({
  name: "max_cost",
  what: "the cost is",
  example: "max_cost=0.01",
  unit: "USD",
  measure: ({ run: { totals } }) => totals.unknownCostCalls > 0 ? undefined : totals.costUsd,
});

export const maxDuration = atMost({
  name: "max_duration",
  what: "the time from start to end is",
  example: "max_duration=20",
  unit: "s",
  measure: ({ run }) => run.endTimeUs === undefined ? undefined : runTookMs(run, 0)! / 1000,
});

export const maxSteps = atMost({
  name: "max_steps",
  what: "the number of steps is",
  example: "max_steps=6",
  unit: "steps",
  measure: ({ run }) => run.totals.steps,
});

export const maxTokens = atMost({
  name: "max_tokens",
  what: "the number of tokens is",
  example: "max_tokens=4000",
  unit: "tokens",
  measure: ({ run: { totals: { usage } } }) => totalTokens(usage),
});
