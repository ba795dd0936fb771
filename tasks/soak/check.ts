/** What a check of the bar came to: a row of the table. */
export interface SoakResult {
  readonly check: string;
  readonly tried: string;
  readonly problems: readonly string[];
  /** The longest, largest or slowest that was seen. */
  readonly worst: string;
  /** What the project promises. */
  readonly promise: string;
}

/** A check, and the share of the time that is its own. */
export interface SoakCheck {
  readonly name: string;
  readonly share: number;
  /** Ends soon after `untilMs` on the clock of `performance`, and does something however late it is. */
  run(untilMs: number): Promise<SoakResult>;
}
