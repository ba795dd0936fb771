import { z } from "zod";
import { type Evaluation, roundUsd, type Run, RUN_TAG } from "../../core/mod.ts";

/** Where a dataset says what it is made of, so that the next export knows without reading it. */
export const INDEX_PATH = "agentop.json";
const FORMAT = "agentop.dataset/1";

const score = z.object({
  agent: z.string(),
  variant: z.string().nullable(),
  model: z.string(),
  suite: z.string().nullable(),
  scorer: z.string(),
  /** Runs with a value, and the sum of their values. */
  values: z.int().min(0),
  sum: z.number(),
  /** Runs of which was said whether that is good enough, and those of which it is. */
  judged: z.int().min(0),
  passed: z.int().min(0),
  /** Runs that the scorer failed on: no value, and no zero. */
  errors: z.int().min(0),
});
const shard = z.object({
  agent: z.string(),
  split: z.enum(["train", "validation"]),
  rows: z.int().min(0),
  bytes: z.int().min(0),
  sha256: z.string(),
  redacted: z.record(z.string(), z.int().min(0)),
  scores: z.array(score),
});
const datasetIndex = z.object({
  format: z.literal(FORMAT),
  /** Of the card that goes with it. */
  card: z.string(),
  shards: z.record(z.string(), shard),
});

export type Split = "train" | "validation";
export type Score = z.infer<typeof score>;
/** A file of rows: the runs of one agent, month and split. */
export type ShardFigures = z.infer<typeof shard>;
export type DatasetIndex = z.infer<typeof datasetIndex>;

/** What a dataset says of itself; `undefined` when that is nothing this program wrote. */
export function readIndex(value: unknown): DatasetIndex | undefined {
  return datasetIndex.safeParse(value).data;
}

export const emptyIndex = (): DatasetIndex => ({ format: FORMAT, card: "", shards: {} });

/** Adds up what was said of runs, by agent, model, suite and scorer. */
export class ScoreSums {
  readonly #sums = new Map<string, Score>();

  /** The last word of each scorer counts; `suiteOf` names the suite of an experiment. */
  addRun(
    run: Run,
    evaluations: readonly Evaluation[],
    suiteOf: (experimentId: string) => string | undefined,
  ): void {
    const last = new Map<string, Evaluation>();
    for (const it of evaluations) {
      if (it.spanId === undefined) last.set(`${it.experimentId} ${it.name}`, it);
    }
    for (const { name, value, passed, error, experimentId } of last.values()) {
      this.add({
        agent: run.agent,
        variant: run.tags[RUN_TAG.variant] ?? null,
        model: run.model,
        suite: experimentId === undefined ? null : suiteOf(experimentId) ?? null,
        scorer: name,
        values: value === undefined ? 0 : 1,
        sum: value ?? 0,
        judged: passed === undefined ? 0 : 1,
        passed: passed ? 1 : 0,
        errors: error === undefined ? 0 : 1,
      });
    }
  }

  add(score: Score): void {
    const { agent, variant, model, suite, scorer } = score;
    const key = JSON.stringify([agent, suite, scorer, model, variant]);
    const sum = this.#sums.get(key);
    this.#sums.set(
      key,
      sum
        ? {
          ...sum,
          values: sum.values + score.values,
          sum: roundUsd(sum.sum + score.sum),
          judged: sum.judged + score.judged,
          passed: sum.passed + score.passed,
          errors: sum.errors + score.errors,
        }
        : score,
    );
  }

  /** In an order that does not depend on when each came. */
  all(): Score[] {
    return [...this.#sums].sort(([a], [b]) => a < b ? -1 : 1).map(([, sum]) => sum);
  }
}

/** All that was judged in a dataset. */
export function leaderboardOf({ shards }: DatasetIndex): readonly Score[] {
  const sums = new ScoreSums();
  for (const path of Object.keys(shards).sort()) {
    for (const score of shards[path]!.scores) sums.add(score);
  }
  return sums.all();
}
