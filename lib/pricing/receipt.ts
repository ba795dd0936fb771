import { escapeText, formatExactUsd, formatPrice, oneLine, roundUsd, type Span } from "../core/mod.ts";
import { usdOf } from "./arithmetic.ts";
import { UNITS } from "./price_table.ts";

export interface ReceiptLine {
  readonly unit: string;
  readonly quantity: number;
  /** `null`: this unit has no known price. */
  readonly usdPerMillion: number | null;
  /** `quantity × usdPerMillion / 1e6`, before the receipt's factor. */
  readonly usd: number | null;
}

/** How one call's cost came about, from what its span stored: nothing is looked up again. */
export interface Receipt {
  /** What the call asked for. */
  readonly model: string;
  /** The price table's entry, where it has another name. */
  readonly pricedAs?: string;
  readonly lines: readonly ReceiptLine[];
  readonly factor: number;
  readonly totalUsd: number | null;
  readonly source?: string;
  readonly date?: string;
  /** False when the stored total is not what its own lines add up to. */
  readonly adds: boolean;
}

const ORDER: readonly string[] = Object.values(UNITS);
const rank = (unit: string) => (ORDER.indexOf(unit) + ORDER.length + 1) % (ORDER.length + 1);

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

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const safe = (text: string) => oneLine(escapeText(text), 100);

/** Units as people write them: `1,204 input tokens`. */
function formatQuantity(line: ReceiptLine): string {
  const words = safe(line.unit.replaceAll("_", " "));
  return `${NUMBER.format(line.quantity)} ${line.quantity === 1 ? words.replace(/s$/, "") : words}`;
}

function linesOf(receipt: Receipt): readonly (readonly [left: string, right: string])[] {
  const rows = receipt.lines.map((line): readonly [string, string] => [
    `${formatQuantity(line)} × ${
      line.usdPerMillion === null ? "unknown" : `${formatPrice(line.usdPerMillion)} / 1M`
    }`,
    line.usd === null ? "unknown" : formatExactUsd(line.usd),
  ]);
  const total = receipt.totalUsd === null ? "unknown" : formatExactUsd(receipt.totalUsd);
  return [...rows, [receipt.factor === 1 ? "total" : `total × ${receipt.factor} (batch)`, total]];
}

/**
 * Plain text, one block per call: every unit's arithmetic, the total, the source of the price and its date; then the sum.
 * What is unknown says so and is never shown as 0.
 */
export function formatReceipt(receipts: readonly Receipt[]): string {
  const blocks = receipts.map((receipt) => ({ receipt, rows: linesOf(receipt) }));
  const width = Math.max(0, ...blocks.flatMap(({ rows }) => rows.map(([left]) => left.length)));
  const out: string[] = [];
  blocks.forEach(({ receipt, rows }, index) => {
    const priced = receipt.pricedAs === undefined ? "" : `, priced as ${safe(receipt.pricedAs)}`;
    out.push(`${index + 1}. ${safe(receipt.model)}${priced}`);
    for (const [left, right] of rows) out.push(`   ${left.padEnd(width)} = ${right}`);
    out.push(
      receipt.source === undefined
        ? "   no price is known for this model"
        : `   price: ${safe(receipt.source)}, ${safe(receipt.date ?? "undated")}`,
    );
    if (!receipt.adds) out.push("   the stored total is not what these lines add up to");
  });
  return [...out, sumLine(receipts)].join("\n");
}

function sumLine(receipts: readonly Receipt[]): string {
  const calls = (count: number) => `${NUMBER.format(count)} ${count === 1 ? "call" : "calls"}`;
  const known = receipts.filter((receipt) => receipt.totalUsd !== null);
  const usd = roundUsd(known.reduce((sum, receipt) => sum + receipt.totalUsd!, 0));
  const unknown = receipts.length - known.length;
  if (unknown === 0) return `${calls(receipts.length)}: ${formatExactUsd(usd)}`;
  if (known.length === 0) return `${calls(receipts.length)}: unknown`;
  return `${calls(receipts.length)}: ${formatExactUsd(usd)} and ${calls(unknown)} of unknown cost`;
}
