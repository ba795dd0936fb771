import { z } from "zod";
import { scoreValue } from "../present/mod.ts";
import { answerOf } from "./answer.ts";
import { defineScorer, type ScorerFactory } from "./define_scorer.ts";
import { textsSetting } from "./settings.ts";

const TEXT_MAX_CHARS = 100_000;

interface Metric {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly example: string;
  /** Longer texts give an error, UTF-16 units. @default 100,000 */
  readonly maxChars?: number;
  /** How near the answer is to the references, from 0 to 1. Called with at least one reference. */
  readonly measure: (answer: string, references: readonly string[]) => number | Promise<number>;
}

/** Scorers of one shape: how near the answer is to one or several texts, by a published formula. */
export function referenceMetric(metric: Metric): ScorerFactory {
  const { name, version, description, example, maxChars = TEXT_MAX_CHARS, measure } = metric;
  return defineScorer({
    name,
    version,
    description: `${description}; passes from 0.5, or from \`min\``,
    setting: "text",
    takesList: true,
    example,
    settings: z.strictObject({ text: textsSetting(), min: z.coerce.number().min(0).max(1).default(0.5) }),
    prepare({ text: references, min }) {
      return async (trace) => {
        const answer = answerOf(trace);
        if ([answer, ...references].some((it) => it.length > maxChars)) {
          return { error: `a text is longer than ${maxChars} characters` };
        }
        // Rounding may end a hair above 1.
        const value = Math.min(1, await measure(answer, references));
        return {
          value,
          passed: value >= min,
          explanation: `${scoreValue(value)}, wanted ${scoreValue(min)}`,
        };
      };
    },
  });
}

/** How often each n-gram occurs. */
export function ngrams(tokens: readonly string[], n: number, between: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= tokens.length; at++) {
    const gram = tokens.slice(at, at + n).join(between);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams of one are in the other, each as often as in both at most. */
export function sharedCount(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [gram, count] of a) shared += Math.min(count, b.get(gram) ?? 0);
  return shared;
}
