/** What a month will have cost at its end, if its days go on as the last ones did. */
export interface Forecast {
  /** `YYYY-MM`. */
  readonly month: string;
  /** Whose days these are: an IANA name. */
  readonly timeZone: string;
  /** In this month so far, USD; known costs alone. */
  readonly spentUsd: number;
  /** Calls of this month and of the days looked at whose cost is unknown: they are in none of these figures. */
  readonly unknownCostCalls: number;
  /** Whole days the forecast goes by, those without a call among them; the last of them is yesterday. */
  readonly days: number;
  /** The first of them; absent where there is none. */
  readonly since?: string;
  /** Mean of these days, USD; `null` when there is none. */
  readonly dailyUsd: number | null;
  /** Days left in the month, the rest of today among them. */
  readonly daysLeft: number;
  /** At the end of the month, USD; `null` when the days are too few. */
  readonly monthEndUsd: number | null;
  /** In 95 of 100 such months it lies between, USD; `null` likewise. */
  readonly interval95Usd: readonly [low: number, high: number] | null;
}
