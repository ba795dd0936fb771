/** Amounts are kept to a millionth of a millionth of a dollar: far below the cheapest token, free of binary noise. */
const ROUNDING = 1e12;

/** Rounds to 1e-12 USD. */
export function roundUsd(usd: number): number {
  const scaled = Math.round(usd * ROUNDING);
  return Number.isSafeInteger(scaled) ? scaled / ROUNDING : usd;
}

/** Two amounts together; unknown (`null`) when one of them is. */
export function addUsd(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
