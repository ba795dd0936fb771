/** What a run took, not how good it is: no least mean is asked of these unless they are named. */
export const SPENDING_SCORERS: ReadonlySet<string> = new Set(["latency", "cost", "tokens", "steps"]);

/** Whether a name in a suite is one of these; a second one of a case has a number. */
export function isSpending(scorer: string): boolean {
  return SPENDING_SCORERS.has(scorer.replace(/-\d{1,4}$/, ""));
}
