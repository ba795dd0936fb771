/** What one scorer said of one try of a case. */
export interface ScoredTry {
  readonly scorer: string;
  readonly caseId: string;
  /** From 0 to 1; `null` where there is no score: an error, or a label alone. */
  readonly value: number | null;
  /** `null` where it neither passed nor failed. */
  readonly passed: boolean | null;
  /** Why there is no score. Such a try counts as an error and nowhere else. */
  readonly error?: string | null;
}

/** What the tries of one case add up to, for one scorer. */
export interface CaseScores {
  readonly caseId: string;
  /** The mean of the scored tries; `null` without any. */
  readonly mean: number | null;
  /** Tries with a value. */
  readonly scored: number;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  /** Each value is 0 or 1, as it failed or passed. */
  readonly isPassFail: boolean;
}

/** By scorer, then by case, both in the order of their first try. */
export function caseScores(tries: Iterable<ScoredTry>): ReadonlyMap<string, ReadonlyMap<string, CaseScores>> {
  const scorers = new Map<string, Map<string, Sums>>();
  for (const { scorer, caseId, value, passed, error } of tries) {
    let cases = scorers.get(scorer);
    if (!cases) scorers.set(scorer, cases = new Map());
    let sums = cases.get(caseId);
    if (!sums) cases.set(caseId, sums = new Sums(caseId));
    // A value that is no number is no score, whatever it says of itself.
    if (error != null || (value !== null && !Number.isFinite(value))) sums.errors++;
    else sums.add(value, passed);
  }
  return scorers;
}

class Sums implements CaseScores {
  #sum = 0;
  scored = 0;
  passed = 0;
  failed = 0;
  errors = 0;
  isPassFail = true;

  constructor(readonly caseId: string) {}

  get mean(): number | null {
    return this.scored === 0 ? null : this.#sum / this.scored;
  }

  add(value: number | null, passed: boolean | null): void {
    if (value !== null) {
      this.#sum += value;
      this.scored++;
      this.isPassFail &&= value === (passed ? 1 : 0) && passed !== null;
    }
    if (passed === true) this.passed++;
    else if (passed === false) this.failed++;
  }
}
