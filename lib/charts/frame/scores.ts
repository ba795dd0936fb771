import type { JudgedRun } from "../../core/mod.ts";
import { label } from "./text.ts";

/** The scores of one scorer. */
export interface Scored {
  /** Its name, as a label. */
  readonly name: string;
  /** The newest score of each run; each has a value. */
  readonly judged: readonly JudgedRun[];
  /** How many scorers there are besides it. */
  readonly others: number;
}

/** Scores by scorer, each run's newest; those without a value are left out. The scorer with most runs comes first. */
export function scoresByName(judged: readonly JudgedRun[]): readonly Scored[] {
  const byName = new Map<string, Map<string, JudgedRun>>();
  for (const it of judged) {
    const { name, value, spanId, createdAtUs } = it.evaluation;
    if (value === undefined || !Number.isFinite(value) || spanId !== undefined) continue;
    const runs = byName.get(name) ?? new Map<string, JudgedRun>();
    byName.set(name, runs);
    const known = runs.get(it.run.runId);
    if (!known || known.evaluation.createdAtUs < createdAtUs) runs.set(it.run.runId, it);
  }
  return [...byName].sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1))
    .map(([name, runs]) => ({ name: label(name), judged: [...runs.values()], others: byName.size - 1 }));
}

/** The scorer with most runs; `undefined` when nothing has a score. */
export function mostScored(judged: readonly JudgedRun[]): Scored | undefined {
  return scoresByName(judged)[0];
}

/** A mean with its 95 % interval; without one for a single value. */
export interface Mean {
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
}

const Z = 1.959964;

/**
 * Passed or failed (0 and 1 alone): Wilson's interval (1927). Other scores: mean ± t(0.975, n − 1) · s/√n, cut to [0, 1] where all
 * scores lie in it.
 */
export function meanOf(values: readonly number[]): Mean {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (values.every((value) => value === 0 || value === 1)) {
    const centre = (mean + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
    const half = Z / (1 + Z ** 2 / n) * Math.sqrt(mean * (1 - mean) / n + Z ** 2 / (4 * n ** 2));
    return { mean, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
  }
  if (n < 2) return { mean };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = tQuantile(n - 1) * deviation / Math.sqrt(n);
  const isShare = values.every((value) => value >= 0 && value <= 1);
  return {
    mean,
    low: isShare ? Math.max(0, mean - half) : mean - half,
    high: isShare ? Math.min(1, mean + half) : mean + half,
  };
}

/** t(0.975) of the first degrees of freedom; then Cornish and Fisher's expansion (1938), good to four digits there. */
const T = [
  12.706205,
  4.302653,
  3.182446,
  2.776445,
  2.570582,
  2.446912,
  2.364624,
  2.306004,
  2.262157,
] as const;

function tQuantile(freedom: number): number {
  const known = T[freedom - 1];
  if (known !== undefined) return known;
  const z = Z;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3);
}
