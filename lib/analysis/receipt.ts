import {
  estimatedUsdOf,
  type Receipt,
  type ReceiptLine,
  roundUsd,
  type Span,
  type Trace,
  UNITS,
} from "../core/mod.ts";
import { stepNumber } from "./steps.ts";

const ORDER: readonly string[] = Object.values(UNITS);
const rank = (unit: string) => (ORDER.indexOf(unit) + ORDER.length + 1) % (ORDER.length + 1);
const byUnit = (a: string, b: string) => rank(a) - rank(b) || (a < b ? -1 : 1);

/** A call of a run that has a cost, known or not. */
export interface PricedSpan {
  readonly span: Span;
  /** Its number, where it is a step. */
  readonly step?: number;
  readonly receipt: Receipt;
  /** It was paid before: a recording answered, or a fork began with it. */
  readonly isFree: boolean;
}

/** The calls of a run that have a cost, in the order they began: an answer began with the attempt that brought it. */
export function pricedSpans(trace: Trace): readonly PricedSpan[] {
  const lastAttempt = new Map<string, number>();
  for (const { kind, parentSpanId, startTimeUs } of trace.spans.values()) {
    if (kind !== "attempt" || parentSpanId === undefined) continue;
    lastAttempt.set(parentSpanId, Math.max(startTimeUs, lastAttempt.get(parentSpanId) ?? 0));
  }
  const beganUs = ({ spanId, startTimeUs }: Span) => Math.max(startTimeUs, lastAttempt.get(spanId) ?? 0);
  return [...trace.spans.values()].filter((span) => span.cost !== undefined)
    .sort((a, b) => beganUs(a) - beganUs(b))
    .map((span) => {
      const step = stepNumber(trace, span);
      const receipt = receiptOf(span);
      const isFree = receipt.totalUsd === 0 && receipt.source === undefined;
      return { span, ...(step === undefined ? {} : { step }), receipt, isFree };
    });
}

/** The receipt of one span; `undefined` for one that is never billed. */
export function receiptOfSpan(span: Span): Receipt | undefined {
  const isBilled = span.cost !== undefined || span.kind === "llm" && span.usage !== undefined;
  return isBilled ? receiptOf(span) : undefined;
}

/** The receipt of a span (or of anything that stored a cost). Without a cost everything is unknown. */
export function receiptOf(
  span:
    & Pick<Span, "usage" | "cost" | "requestModel" | "responseModel">
    & Partial<Pick<Span, "attributes" | "status" | "finishReasons">>,
): Receipt {
  const { cost } = span;
  const estimatedUsd = estimatedUsdOf(span);
  const model = span.requestModel ?? span.responseModel ?? cost?.tag?.model ?? "unknown model";
  const quantities = cost?.quantities ??
    (span.usage ? { [UNITS.input]: span.usage.inputTokens, [UNITS.output]: span.usage.outputTokens } : {});
  const prices = cost?.tag?.usdPerMillion ?? {};
  const factor = cost?.tag?.factor ?? 1;
  const units = Object.keys(quantities).sort(byUnit);
  const lines = units.map((unit): ReceiptLine => {
    const quantity = quantities[unit]!;
    const price = Object.hasOwn(prices, unit) ? prices[unit]! : null;
    return {
      unit,
      quantity,
      usdPerMillion: price,
      usd: price === null ? null : roundUsd(quantity * price / 1e6),
    };
  });
  const totalUsd = cost?.usd ?? null;
  return {
    model,
    ...(cost?.tag && cost.tag.model !== model ? { pricedAs: cost.tag.model } : {}),
    lines,
    factor,
    totalUsd,
    ...(estimatedUsd === undefined
      ? (totalUsd === null && span.status === "interrupted" ? { estimatedFor: "lost" as const } : {})
      : { estimatedUsd, estimatedFor: isWhole(span) ? "uncounted" : "lost" }),
    ...(cost?.tag ? { source: cost.tag.source, date: cost.tag.date } : {}),
    ...(cost?.tag?.cachedInputFrom === undefined ? {} : { cachedInputFrom: cost.tag.cachedInputFrom }),
    adds: totalUsd === null || usdOf(quantities, prices, factor) === totalUsd,
  };
}

/** An answer came; otherwise an attempt was lost on the way. */
function isWhole({ status, finishReasons }: Partial<Pick<Span, "status" | "finishReasons">>): boolean {
  return status === "ok" && finishReasons !== undefined;
}

/**
 * `Σ quantity × usdPerMillion / 1e6 × factor`, rounded to 1e-12 USD, summed in alphabetical order of the units so that a
 * copy whose keys were reordered gives the same bits. `null` when a unit that was used has no price.
 */
export function usdOf(
  quantities: Readonly<Record<string, number>>,
  usdPerMillion: Readonly<Record<string, number>>,
  factor = 1,
): number | null {
  let sum = 0;
  for (const unit of Object.keys(quantities).sort()) {
    const quantity = quantities[unit]!;
    if (quantity === 0) continue;
    const price = Object.hasOwn(usdPerMillion, unit) ? usdPerMillion[unit]! : undefined;
    if (price === undefined) return null;
    sum += (quantity * price) / 1e6;
  }
  const usd = roundUsd(sum * factor);
  return Number.isFinite(usd) ? usd : null;
}

/** What several calls cost together. */
export interface ReceiptSum {
  readonly calls: number;
  /** Of the known costs, rounded to 1e-12; `null` when there is none. */
  readonly usd: number | null;
  readonly unknownCalls: number;
  /** What lost attempts among the unknown calls may have cost, USD. */
  readonly estimatedUsd?: number;
}

export function receiptSum(receipts: readonly Receipt[]): ReceiptSum {
  const known = receipts.flatMap(({ totalUsd }) => totalUsd ?? []);
  const estimatedUsd = roundUsd(receipts.reduce((sum, it) => sum + (it.estimatedUsd ?? 0), 0));
  return {
    calls: receipts.length,
    usd: known.length === 0 && receipts.length > 0 ? null : roundUsd(known.reduce((a, b) => a + b, 0)),
    unknownCalls: receipts.length - known.length,
    ...(estimatedUsd > 0 ? { estimatedUsd } : {}),
  };
}

/** Calls of one model at the same prices, as one receipt. */
export interface ReceiptGroup {
  readonly receipts: readonly Receipt[];
  /** Their lines added up, unit by unit. */
  readonly lines: readonly ReceiptLine[];
}

/** Puts calls of the same model, price, day and factor together, in order of the first of each. */
export function receiptGroups(receipts: readonly Receipt[]): readonly ReceiptGroup[] {
  const groups = new Map<string, Receipt[]>();
  for (const receipt of receipts) {
    const { model, pricedAs, source, date, factor, estimatedUsd } = receipt;
    const key = JSON.stringify([model, pricedAs, source, date, factor, estimatedUsd !== undefined]);
    if (groups.get(key)?.push(receipt) === undefined) groups.set(key, [receipt]);
  }
  return [...groups.values()].map((group) => ({ receipts: group, lines: addedLines(group) }));
}

function addedLines(receipts: readonly Receipt[]): readonly ReceiptLine[] {
  const sums = new Map<string, ReceiptLine>();
  for (const line of receipts.flatMap(({ lines }) => lines)) {
    const key = `${line.unit} ${line.usdPerMillion}`;
    const sum = sums.get(key);
    sums.set(key, {
      ...line,
      quantity: line.quantity + (sum?.quantity ?? 0),
      usd: line.usd === null ? null : roundUsd(line.usd + (sum?.usd ?? 0)),
    });
  }
  return [...sums.values()].sort((a, b) => byUnit(a.unit, b.unit));
}
