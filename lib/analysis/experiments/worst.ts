import type { CaseResult } from "../../core/mod.ts";

/** Results that did not pass everything, those without a score first, then the lowest. */
export function worstResults(results: readonly CaseResult[]): readonly CaseResult[] {
  const least = ({ scores }: CaseResult) => Math.min(1, ...scores.map((it) => it.value ?? -1));
  return results.filter(({ scores }) => scores.some((it) => it.passed !== true))
    .toSorted((a, b) => least(a) - least(b));
}
