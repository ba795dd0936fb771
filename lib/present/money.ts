import type { RunTotals } from "../core/mod.ts";

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

/** `$0`, `$0.000123`, `$0.0210`, `$12.40`: six decimals below a cent, so that a column of small amounts lines up. */
export function money(usd: number): string {
  if (usd === 0) return "$0";
  if (usd >= 1) return `$${usd.toFixed(2).replace(/\B(?=(\d{3})+(?!\d)\.)/g, ",")}`;
  if (usd >= 0.01) return `$${usd.toFixed(4)}`;
  return usd < 0.0000005 ? "<$0.000001" : `$${usd.toFixed(6)}`;
}

/** `?` when nothing is known, `$0.0012+?` when some calls are of unknown cost. */
export function knownCost(usd: number, unknownCalls: number): string {
  if (unknownCalls === 0) return money(usd);
  return usd === 0 ? "?" : `${money(usd)}+?`;
}

export function costOf(totals: Pick<RunTotals, "costUsd" | "unknownCostCalls">): string {
  return knownCost(totals.costUsd, totals.unknownCostCalls);
}
