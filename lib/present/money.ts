import type { Cost, RunTotals, TreeTotals } from "../core/mod.ts";
import { grouped, plural } from "./numbers.ts";

/** For a cost that nobody knows: the sign where there is no room, the word in sentences and receipts. */
export const UNKNOWN_SIGN = "?";
export const UNKNOWN = "unknown";
/** After an amount: there were calls of unknown price as well. */
const AND_UNKNOWN = "+";

/** From here on numbers are written with an exponent, `1e+21`. */
const DIGITS_END = 1e21;

/**
 * USD in lists and figures: `$0`, `$0.000123`, `$0.0021`, `$0.0210`, `$12.40`, `$1,234.50`. Below a dollar four decimals, or as
 * many, up to six, as three digits that count need; nothing that was paid shows as `$0`. At most nine columns below $10,000.
 */
export function money(usd: number): string {
  if (usd === 0) return "$0";
  if (usd < 0.0000005) return "<$0.000001";
  if (usd < 1) {
    const decimals = Math.min(6, Math.max(4, 2 - Math.floor(Math.log10(usd))));
    return `$${usd.toFixed(decimals).replace(/(?<=\.\d{4})(\d*?)0+$/, "$1")}`;
  }
  if (!(usd < DIGITS_END)) return `$${usd}`;
  const [whole, cents] = usd.toFixed(2).split(".");
  return `$${grouped(Number(whole))}.${cents}`;
}

/** USD in receipts: every digit down to the rounding of 1e-12, and at least six decimals. */
export function exactMoney(usd: number): string {
  if (!(usd < DIGITS_END)) return `$${usd}`;
  return `$${usd.toFixed(12).replace(/0{1,6}$/, "")}`;
}

/** USD per million units: `$0.10`, `$0.015`, `$166.666667`. */
export function unitPrice(usd: number): string {
  if (!(usd < DIGITS_END)) return `$${usd}`;
  const text = usd.toFixed(6).replace(/0{1,4}$/, "");
  return usd > 0 && Number(text) === 0 ? `$${usd.toPrecision(3)}` : `$${text}`;
}

/** A cost in a table or a row of figures: `?` when nothing is known, `$0.0120+` when calls of unknown price are not in it. */
export function knownCost(usd: number | null, unknownCalls = 0): string {
  if (usd === null || usd === 0 && unknownCalls > 0) return UNKNOWN_SIGN;
  return unknownCalls > 0 ? money(usd) + AND_UNKNOWN : money(usd);
}

/** A run's cost in a table. */
export function costOf(totals: Pick<RunTotals, "costUsd" | "unknownCostCalls">): string {
  return knownCost(totals.costUsd, totals.unknownCostCalls);
}

/** What one call cost, in a table; nothing for a span that was not billed. */
export function costOfCall(cost: Cost | undefined): string {
  return cost ? knownCost(cost.usd) : "";
}

/** A cost in a sentence: `unknown`, `$0.0120 and 2 calls of unknown price`; with an estimate `, about $0.0040` after it. */
export function costWords(usd: number | null, unknownCalls = 0, estimatedUsd = 0): string {
  const about = estimatedUsd > 0 ? `, about ${money(estimatedUsd)}` : "";
  if (usd === null || usd === 0 && unknownCalls > 0) return UNKNOWN + about;
  if (unknownCalls === 0) return money(usd);
  return `${money(usd)} and ${plural(unknownCalls, "call")} of unknown price${about}`;
}

/** `costWords` of a run's totals. */
export function costWordsOf(
  { costUsd, unknownCostCalls, estimatedCostUsd }: Pick<
    RunTotals,
    "costUsd" | "unknownCostCalls" | "estimatedCostUsd"
  >,
): string {
  return costWords(costUsd, unknownCostCalls, estimatedCostUsd);
}

/** What a run and all hand-offs below it cost together: `$0.0120 in 3 runs`. */
export function treeCostWords({ runs, ...totals }: TreeTotals): string {
  return `${costWordsOf(totals)} in ${plural(runs, "run")}`;
}

/** What `?` and `+` in a table mean; for below it. */
export function unknownCostNote(unknownCalls: number, estimatedUsd = 0): string {
  const calls = plural(unknownCalls, "call");
  const about = estimatedUsd > 0 ? ` Those with an estimate may have cost ${money(estimatedUsd)}.` : "";
  return `${UNKNOWN_SIGN} or ${AND_UNKNOWN}: The price of ${calls} is unknown and not in these sums.${about}`;
}

/** By how much two costs differ, for rows of figures: `same`, `+$0.0012`, `unknown`. */
export function costDifference(deltaUsd: number, { isKnown }: { readonly isKnown: boolean }): string {
  if (!isKnown && deltaUsd === 0) return UNKNOWN;
  const text = signed(deltaUsd, money);
  return isKnown ? text : `${text}, and calls of unknown price`;
}

/** A difference: `same`, `+12`, `-12`. `write` is given the amount without its sign. */
export function signed(value: number, write: (amount: number) => string): string {
  return value === 0 ? "same" : `${value > 0 ? "+" : "-"}${write(Math.abs(value))}`;
}
