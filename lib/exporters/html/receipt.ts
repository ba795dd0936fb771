import { grouped, plural } from "../../present/mod.ts";
import { exactMoney, unitPrice } from "../../present/mod.ts";
import type { Span, Trace } from "../../core/mod.ts";
import type { Receipt, ReceiptLine } from "../../core/mod.ts";
import { receiptOf } from "../../analysis/mod.ts";
import { type Content, joined, type Markup, markup, NOTHING } from "./markup.ts";
import { fold, htmlTable, type TableColumn } from "./page.ts";

const CALLS_MAX = 2_000;
const UNKNOWN = markup`<span class="warn">unknown</span>`;

const COLUMNS: readonly TableColumn[] = [
  { title: "What" },
  { title: "Quantity", align: "number" },
  { title: "Price per million", align: "number" },
  { title: "Cost", align: "number" },
];

/** How the cost came about: quantity × price, by model and price, then call by call; with source and day of each price. */
export function receiptSection(trace: Trace): Markup {
  const paid = [...trace.spans.values()].filter((span) => span.cost !== undefined)
    .sort((a, b) => a.startTimeUs - b.startTimeUs);
  if (paid.length === 0) return NOTHING;
  const receipts = paid.map((span) => receiptOf(span));
  const groups = new Map<string, Receipt[]>();
  for (const receipt of receipts) {
    const key = JSON.stringify([
      receipt.model,
      receipt.pricedAs,
      receipt.source,
      receipt.date,
      receipt.factor,
    ]);
    groups.set(key, [...groups.get(key) ?? [], receipt]);
  }
  const all = [...groups.values()];
  const sums = all.map(groupTable);
  const total = all.length > 1 ? markup`<p><b>Together ${totalOf(receipts)}</b></p>` : "";
  const calls = paid.length > 1
    ? fold(`Call by call: ${plural(paid.length, "call")}`, callTable(paid, receipts), {
      bulk: paid.length > 30,
    })
    : "";
  return markup`<div class="card">${sums}${total}${calls}</div>`;
}

/** Calls of one model at one price, unit by unit. */
function groupTable(receipts: readonly Receipt[]): Markup {
  const [first] = receipts;
  const { model, pricedAs, source, date, factor } = first!;
  const units = new Map<string, ReceiptLine>();
  // The call with the most units has them in order.
  const ordered = [...receipts].sort((a, b) => b.lines.length - a.lines.length);
  for (const line of ordered.flatMap(({ lines }) => lines)) {
    const key = `${line.unit} ${line.usdPerMillion}`;
    const sum = units.get(key);
    units.set(key, {
      ...line,
      quantity: line.quantity + (sum?.quantity ?? 0),
      usd: line.usd === null ? null : line.usd + (sum?.usd ?? 0),
    });
  }
  const rows = [...units.values()].map((line) => [
    line.unit.replaceAll("_", " "),
    grouped(line.quantity),
    line.usdPerMillion === null ? UNKNOWN : unitPrice(line.usdPerMillion),
    line.usd === null ? UNKNOWN : exactMoney(line.usd),
  ]);
  const priced = pricedAs === undefined ? "" : ` priced as ${pricedAs},`;
  const isFree = source === undefined && receipts.every(({ totalUsd }) => totalUsd === 0);
  const from = isFree
    ? " at no cost: answered from a recording"
    : source === undefined
    ? ": no price is known for this model, so its cost is unknown and never guessed"
    : `,${priced} price from ${source}, as of ${date ?? "no known day"}`;
  const title = markup`<h3>${model} <small>${plural(receipts.length, "call")}${from}</small></h3>`;
  if (isFree) return title;
  const adds = receipts.every((it) => it.adds)
    ? ""
    : markup`<p class="warn">A stored total is not what its lines add up to.</p>`;
  return markup`${title}${
    htmlTable(`receipt of ${model}`, COLUMNS, rows, {
      foot: [factor === 1 ? "Total" : `Total × ${factor}`, "", "", totalOf(receipts)],
    })
  }${adds}`;
}

function totalOf(receipts: readonly Receipt[]): Content {
  const known = receipts.filter((it) => it.totalUsd !== null);
  const sum = exactMoney(known.reduce((sum, it) => sum + it.totalUsd!, 0));
  const unknown = receipts.length - known.length;
  if (unknown === 0) return sum;
  return known.length === 0 ? UNKNOWN : markup`${sum} and ${plural(unknown, "call")} of ${UNKNOWN} cost`;
}

function callTable(paid: readonly Span[], receipts: readonly Receipt[]): Content {
  const rows = paid.slice(0, CALLS_MAX).map((span, index) => {
    const { model, lines, totalUsd } = receipts[index]!;
    return [
      span.step === undefined ? span.kind : markup`<a href="#step-${span.step}">step ${span.step}</a>`,
      model,
      joined(
        lines.map((line) =>
          markup`${grouped(line.quantity)} ${line.unit.replaceAll("_", " ")} × ${
            line.usdPerMillion === null ? UNKNOWN : unitPrice(line.usdPerMillion)
          }`
        ),
        markup`<br>`,
      ),
      totalUsd === null ? UNKNOWN : exactMoney(totalUsd),
    ];
  });
  const more = paid.length - CALLS_MAX;
  const table = htmlTable("receipt call by call", [
    { title: "Call" },
    { title: "Model" },
    { title: "Quantity × price per million" },
    { title: "Cost", align: "number" },
  ], rows);
  return more > 0
    ? [table, markup`<p class="cut">… and ${plural(more, "call")} more, in the totals above</p>`]
    : table;
}
