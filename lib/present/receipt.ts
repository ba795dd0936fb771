import { escapeText, oneLine, type Receipt, type ReceiptLine, UNITS } from "../core/mod.ts";
import { exactMoney, unitPrice, UNKNOWN } from "./money.ts";
import { formatNumber, grouped, plural } from "./numbers.ts";

const DECIMALS_MAX = 6;
const LINE_MAX_CHARS = 200;

// Texts for every edge; but for `formatReceipt`, not yet escaped.

/** `1,204`, `12.5`. */
export function quantityText({ quantity }: ReceiptLine): string {
  return formatNumber(quantity, DECIMALS_MAX);
}

/** `input tokens`. */
export function unitText({ unit }: ReceiptLine): string {
  return unit.replaceAll("_", " ");
}

/** Price per million, or that it is not known. */
export function priceText({ usdPerMillion }: ReceiptLine): string {
  return usdPerMillion === null ? UNKNOWN : unitPrice(usdPerMillion);
}

/** An amount in a receipt: exact, or that it is not known. */
export function amountText(usd: number | null): string {
  return usd === null ? UNKNOWN : exactMoney(usd);
}

/** A call's total: exact, unknown, or unknown with an estimate. */
export function totalText({ totalUsd, estimatedUsd }: Pick<Receipt, "totalUsd" | "estimatedUsd">): string {
  return estimatedUsd === undefined ? amountText(totalUsd) : `${UNKNOWN}, ${aboutText(estimatedUsd)}`;
}

function aboutText(usd: number): string {
  return `about ${exactMoney(usd)}`;
}

/** Why a call's total is an estimate. */
export function estimateText({ estimatedFor }: Receipt): string {
  return estimatedFor === "uncounted"
    ? "the server counted no tokens: what it bills is not known"
    : "the attempt did not come back whole: what it was billed is not known";
}

/** `prompt cache: 1,024 of 1,172 input tokens (87%)`; `undefined` for calls that read nothing from a cache. */
export function cacheText(receipts: readonly Receipt[]): string | undefined {
  const tokens = (...units: readonly string[]) =>
    receipts.flatMap(({ lines }) => lines).filter(({ unit }) => units.includes(unit))
      .reduce((sum, { quantity }) => sum + quantity, 0);
  const cached = tokens(UNITS.cachedInput);
  if (cached === 0) return undefined;
  const all = tokens(UNITS.input, UNITS.cachedInput, UNITS.cacheWriteInput);
  return `prompt cache: ${grouped(cached)} of ${grouped(all)} input tokens (${
    Math.round(100 * cached / all)
  }%)`;
}

/** `1,204 input tokens × $0.15 / 1M`. */
export function lineText(line: ReceiptLine): string {
  const unit = line.quantity === 1 ? unitText(line).replace(/s$/, "") : unitText(line);
  const price = line.usdPerMillion === null ? priceText(line) : `${priceText(line)} / 1M`;
  return `${quantityText(line)} ${unit} × ${price}`;
}

/** `total`, `total × 0.5 (batch)`. */
export function totalLabel({ factor }: Pick<Receipt, "factor">): string {
  return factor === 1 ? "total" : `total × ${factor} (batch)`;
}

/** What was asked for, and as what it was priced where that has another name. */
export function modelText({ model, pricedAs }: Receipt): string {
  return pricedAs === undefined ? model : `${model}, priced as ${pricedAs}`;
}

/** Where the price comes from. */
export function sourceText({ source, date, cachedInputFrom, estimatedFor }: Receipt): string {
  if (source === undefined) {
    return estimatedFor === "lost"
      ? "the call was cut off: what was billed is not known, and no price is on record"
      : "no price is known for this model";
  }
  const cached = cachedInputFrom === undefined ? "" : `; cached input: ${cachedInputFrom}`;
  return `price: ${source}, ${date ?? "undated"}${cached}`;
}

export const WRONG_SUM = "the stored total is not what these lines add up to";

/** What several calls cost together; `usd` is `null` when nothing is known. */
interface Sum {
  readonly calls: number;
  readonly usd: number | null;
  readonly unknownCalls: number;
  readonly estimatedUsd?: number;
}

/** `$0.0021`, `unknown`, `$0.0021 and 2 calls of unknown cost`. */
export function sumText({ usd, unknownCalls, estimatedUsd }: Sum): string {
  if (unknownCalls === 0) return amountText(usd);
  const about = estimatedUsd === undefined ? "" : `, ${aboutText(estimatedUsd)}`;
  if (usd === null) return UNKNOWN + about;
  return `${amountText(usd)} and ${plural(unknownCalls, "call")} of unknown cost${about}`;
}

/** What is said of calls that cost nothing because a recording answered. */
export function freeCallsText(calls: number): string {
  return `${plural(calls, "call")} answered from a recording: nothing to pay`;
}

/**
 * Plain text, safe to print, one block per call: every unit's arithmetic, the total, the source of the price and its date;
 * then the sum. What is unknown says so and is never shown as 0.
 */
export function formatReceipt(receipts: readonly Receipt[], sum: Sum): string {
  const safe = (text: string) => oneLine(escapeText(text), LINE_MAX_CHARS);
  const blocks = receipts.map((receipt) => ({
    receipt,
    rows: [
      ...receipt.lines.map((line) => [safe(lineText(line)), amountText(line.usd)] as const),
      [totalLabel(receipt), totalText(receipt)] as const,
    ],
  }));
  const width = Math.max(0, ...blocks.flatMap(({ rows }) => rows.map(([left]) => left.length)));
  const lines = blocks.flatMap(({ receipt, rows }, index) => [
    `${index + 1}. ${safe(modelText(receipt))}`,
    ...rows.map(([left, right]) => `   ${left.padEnd(width)} = ${right}`),
    `   ${safe(sourceText(receipt))}`,
    ...[cacheText([receipt])].flatMap((text) => text === undefined ? [] : [`   ${text}`]),
    ...(receipt.estimatedUsd === undefined ? [] : [`   ${estimateText(receipt)}`]),
    ...(receipt.adds ? [] : [`   ${WRONG_SUM}`]),
  ]);
  const hits = receipts.length > 1 ? cacheText(receipts) : undefined;
  return [
    ...lines,
    `${plural(sum.calls, "call")}: ${sumText(sum)}`,
    ...(hits === undefined ? [] : [hits]),
  ].join("\n");
}
