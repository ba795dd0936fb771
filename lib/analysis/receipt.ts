import { type Receipt, type ReceiptLine, roundUsd, type Span, type Trace, UNITS } from "../core/mod.ts";

const ORDER: readonly string[] = Object.values(UNITS);
const rank = (unit: string) => (ORDER.indexOf(unit) + ORDER.length + 1) % (ORDER.length + 1);

/** A call of a run that has a cost, known or not. */
export interface PricedSpan {
  readonly span: Span;
  readonly receipt: Receipt;
  /** It was paid before: a recording answered, or a fork began with it. */
  readonly isFree: boolean;
}

/** The calls of a run that have a cost, in the order they began. */
export function pricedSpans({ spans }: Trace): readonly PricedSpan[] {
  return [...spans.values()].filter((span) => span.cost !== undefined).map((span) => ({
    span,
    receipt: receiptOf(span),
    isFree: span.cost?.usd === 0 && span.cost.tag === undefined,
  }));
}

/** The receipt of one span; `undefined` for one that is never billed. */
export function receiptOfSpan(span: Span): Receipt | undefined {
  const isBilled = span.cost !== undefined || span.kind === "llm" && span.usage !== undefined;
  return isBilled ? receiptOf(span) : undefined;
}

/** The receipt of a span (or of anything that stored a cost). Without a cost everything is unknown. */
export function receiptOf(span: Pick<Span, "usage" | "cost" | "requestModel" | "responseModel">): Receipt {
  const { cost } = span;
  const model = span.requestModel ?? span.responseModel ?? cost?.tag?.model ?? "unknown model";
  const quantities = cost?.quantities ??
    (span.usage ? { [UNITS.input]: span.usage.inputTokens, [UNITS.output]: span.usage.outputTokens } : {});
  const prices = cost?.tag?.usdPerMillion ?? {};
  const factor = cost?.tag?.factor ?? 1;
  const units = Object.keys(quantities).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
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
    ...(cost?.tag ? { source: cost.tag.source, date: cost.tag.date } : {}),
    adds: totalUsd === null || usdOf(quantities, prices, factor) === totalUsd,
  };
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
