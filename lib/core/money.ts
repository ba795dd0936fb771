/** Amounts are kept to a millionth of a millionth of a dollar: far below the cheapest token, free of binary noise. */
const ROUNDING = 1e12;

/** Rounds to 1e-12 USD. */
export function roundUsd(usd: number): number {
  const scaled = Math.round(usd * ROUNDING);
  return Number.isSafeInteger(scaled) ? scaled / ROUNDING : usd;
}

/** For tables: `$0.000120`, six decimals, or as many as three significant digits need. */
export function formatUsd(usd: number): string {
  const leadingZeros = usd === 0 ? 0 : Math.max(0, Math.ceil(-Math.log10(Math.abs(usd))));
  return `$${usd.toFixed(Math.min(15, Math.max(6, leadingZeros + 2)))}`;
}

/** For receipts: every digit down to the rounding of 1e-12 USD, and at least six decimals. */
export function formatExactUsd(usd: number): string {
  return `$${usd.toFixed(12).replace(/0{1,6}$/, "")}`;
}

/** A unit price: `$0.10`, `$0.015`, `$166.666667`. */
export function formatPrice(usd: number): string {
  const text = usd.toFixed(6).replace(/0{1,4}$/, "");
  return usd > 0 && Number(text) === 0 ? `$${usd.toPrecision(3)}` : `$${text}`;
}
