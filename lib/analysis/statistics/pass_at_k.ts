/** One case: how many of its repeats were scored, and how many of those passed. */
export interface CasePasses {
  readonly repeats: number;
  readonly passed: number;
}

/**
 * The chance that at least one of `k` tries of a case passes, without bias from the tries there are (Chen et al. 2021): the mean
 * of 1 − C(r − c, k) / C(r, k). Cases with fewer than `k` scored repeats are left out; `null` when none is left.
 */
export function passAtK(cases: readonly CasePasses[], k: number): number | null {
  return meanOf(cases, k, ({ repeats, passed }) => 1 - chosenShare(repeats - passed, repeats, k));
}

/** The chance that all of `k` tries pass: the mean of C(c, k) / C(r, k). Cases are left out as for `passAtK`. */
export function passHatK(cases: readonly CasePasses[], k: number): number | null {
  return meanOf(cases, k, ({ repeats, passed }) => chosenShare(passed, repeats, k));
}

function meanOf(
  cases: readonly CasePasses[],
  k: number,
  chance: (of: CasePasses) => number,
): number | null {
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`Cannot give pass@${k}: k is a whole number from 1`);
  }
  let [sum, count] = [0, 0];
  for (const one of cases) {
    if (one.repeats < k) continue;
    sum += chance(one);
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** C(some, k) / C(all, k), without factorials. */
function chosenShare(some: number, all: number, k: number): number {
  let share = 1;
  for (let i = 0; i < k && share > 0; i++) share *= Math.max(0, some - i) / (all - i);
  return share;
}
