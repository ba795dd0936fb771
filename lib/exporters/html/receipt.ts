import {
  type PricedSpan,
  pricedSpans,
  type ReceiptGroup,
  receiptGroups,
  receiptSum,
} from "../../analysis/mod.ts";
import type { Receipt, Trace } from "../../core/mod.ts";
import {
  amountText,
  cacheText,
  freeCallsText,
  lineText,
  modelText,
  plural,
  priceText,
  quantityText,
  sourceText,
  sumText,
  totalLabel,
  totalText,
  unitText,
  UNKNOWN,
  WRONG_SUM,
} from "../../present/mod.ts";
import { type Content, joined, type Markup, markup, NOTHING } from "./markup.ts";
import { fold, htmlTable, type TableColumn } from "./page.ts";

const CALLS_MAX = 2_000;

const COLUMNS: readonly TableColumn[] = [
  { title: "What" },
  { title: "Quantity", align: "number" },
  { title: "Price per million", align: "number" },
  { title: "Cost", align: "number" },
];

/** What is unknown stands out. */
function noted(text: string): Content {
  return text.startsWith(UNKNOWN) ? markup`<span class="warn">${text}</span>` : text;
}

/** How the cost came about: quantity × price, by model and price, then call by call; with source and day of each price. */
export function receiptSection(trace: Trace): Markup {
  const paid = pricedSpans(trace);
  if (paid.length === 0) return NOTHING;
  const billed = paid.filter((it) => !it.isFree).map(({ receipt }) => receipt);
  const free = paid.filter((it) => it.isFree).map(({ receipt }) => receipt);
  const groups = receiptGroups(billed);
  const total = groups.length > 1 ? markup`<p><b>Together ${sumText(receiptSum(billed))}</b></p>` : "";
  const calls = paid.length > 1
    ? fold(`Call by call: ${plural(paid.length, "call")}`, callTable(paid), { bulk: paid.length > 30 })
    : "";
  return markup`<div class="card">${groups.map(groupTable)}${total}${
    receiptGroups(free).map(freeTitle)
  }${calls}</div>`;
}

/** Calls of one model at one price, unit by unit. */
function groupTable({ receipts, lines }: ReceiptGroup): Markup {
  // Calls that read from the cache say where its price comes from.
  const first = receipts.find(({ cachedInputFrom }) => cachedInputFrom !== undefined) ?? receipts[0]!;
  const hits = cacheText(receipts);
  const note = [plural(receipts.length, "call"), sourceText(first), ...(hits === undefined ? [] : [hits])]
    .join(", ");
  const rows = lines.map((line) => [
    unitText(line),
    quantityText(line),
    noted(priceText(line)),
    noted(amountText(line.usd)),
  ]);
  return markup`${title(first, note)}${
    htmlTable(`receipt of ${first.model}`, COLUMNS, rows, {
      foot: [totalLabel(first), "", "", noted(sumText(receiptSum(receipts)))],
    })
  }${receipts.every(({ adds }) => adds) ? "" : markup`<p class="warn">${WRONG_SUM}</p>`}`;
}

function freeTitle({ receipts }: ReceiptGroup): Markup {
  return title(receipts[0]!, freeCallsText(receipts.length));
}

function title(receipt: Receipt, note: string): Markup {
  return markup`<h3>${modelText(receipt)} <small>${note}</small></h3>`;
}

function callTable(paid: readonly PricedSpan[]): Content {
  const rows = paid.slice(0, CALLS_MAX).map(({ span, step, receipt }) => [
    step === undefined ? span.kind : markup`<a href="#step-${step}">step ${step}</a>`,
    receipt.model,
    joined(receipt.lines.map(lineText), markup`<br>`),
    noted(totalText(receipt)),
  ]);
  const more = paid.length - CALLS_MAX;
  const table = htmlTable("receipt call by call", [
    { title: "Call" },
    { title: "Model" },
    { title: "Quantity × price" },
    { title: "Cost", align: "number" },
  ], rows);
  return more > 0
    ? [table, markup`<p class="cut">… and ${plural(more, "call")} more, in the totals above</p>`]
    : table;
}
