import { escapeText, oneLine, type Receipt, type ReceiptLine, roundUsd } from "../core/mod.ts";
import { exactMoney, unitPrice } from "./money.ts";

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
      line.usdPerMillion === null ? "unknown" : `${unitPrice(line.usdPerMillion)} / 1M`
    }`,
    line.usd === null ? "unknown" : exactMoney(line.usd),
  ]);
  const total = receipt.totalUsd === null ? "unknown" : exactMoney(receipt.totalUsd);
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
  if (unknown === 0) return `${calls(receipts.length)}: ${exactMoney(usd)}`;
  if (known.length === 0) return `${calls(receipts.length)}: unknown`;
  return `${calls(receipts.length)}: ${exactMoney(usd)} and ${calls(unknown)} of unknown cost`;
}
