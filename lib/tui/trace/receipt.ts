import { type PricedSpan, pricedSpans, receiptSum } from "../../analysis/mod.ts";
import type { Receipt, Span, Trace, TreeTotals } from "../../core/mod.ts";
import {
  amountText,
  cacheText,
  estimateText,
  freeCallsText,
  lineText,
  modelText,
  money,
  plural,
  sourceText,
  totalLabel,
  totalText,
  treeCostWords,
  UNKNOWN,
  WRONG_SUM,
} from "../../present/mod.ts";
import { fitLine, type Line, line, lineWidth, seg, spread } from "../draw/line.ts";
import { clean, wrap } from "../terminal/text.ts";
import type { Part } from "../reader/part.ts";
import { GAP } from "../reader/part.ts";

const CALLS_MAX = 500;

/** How the cost came about: of one call line by line, of the run call by call. */
export function receiptParts(trace: Trace, span: Span, whole?: TreeTotals): readonly Part[] {
  const priced = pricedSpans(trace);
  const own = priced.find((it) => it.span.spanId === span.spanId);
  if (own) return callParts(own);
  if (span.kind !== "agent") return [];
  return [
    ...(priced.length > 0 ? runParts(priced) : []),
    ...(whole && whole.runs > 1 ? [GAP, note(`with all hand-offs: ${treeCostWords(whole)}`)] : []),
  ];
}

function runParts(paid: readonly PricedSpan[]): readonly Part[] {
  const billed = paid.filter((it) => !it.isFree);
  const free = paid.length - billed.length;
  const { usd, unknownCalls, estimatedUsd = 0 } = receiptSum(billed.map(({ receipt }) => receipt));
  const rows = billed.slice(0, CALLS_MAX).map(({ step, receipt }): Row => [
    `${step ?? " "}  ${receipt.model}`,
    totalText(receipt),
  ]);
  return [
    ...(billed.length === 0 ? [] : [
      table("calls of this run", rows),
      ...(billed.length > CALLS_MAX
        ? [note(`${plural(billed.length - CALLS_MAX, "call")} more, in the total`)]
        : []),
      sum("total", amountText(usd)),
      ...cacheNotes(billed.map(({ receipt }) => receipt)),
      ...(usd !== null && unknownCalls > 0
        ? [note(`and ${plural(unknownCalls, "call")} of unknown cost`)]
        : []),
      ...(estimatedUsd > 0 ? [note(`calls of unknown cost may have cost ${money(estimatedUsd)}`)] : []),
    ]),
    ...(free > 0 ? [note(freeCallsText(free))] : []),
  ];
}

function callParts({ receipt, isFree }: PricedSpan): readonly Part[] {
  if (isFree) return [note(freeCallsText(1))];
  return [
    table(modelText(receipt), receipt.lines.map((line): Row => [lineText(line), amountText(line.usd)])),
    sum(totalLabel(receipt), totalText(receipt)),
    GAP,
    note(sourceText(receipt)),
    ...cacheNotes([receipt]),
    ...(receipt.estimatedUsd === undefined ? [] : [note(estimateText(receipt))]),
    ...(receipt.adds ? [] : [note(WRONG_SUM)]),
  ];
}

function cacheNotes(receipts: readonly Receipt[]): readonly Part[] {
  const text = cacheText(receipts);
  return text === undefined ? [] : [note(text)];
}

type Row = readonly [left: string, amount: string];

function table(title: string, rows: readonly Row[]): Part {
  return {
    kind: "draw",
    text: [title, ...rows.map(([left, right]) => `${left} = ${right}`)].join("\n"),
    draw: (columns) => [
      ...wrap(clean(title), columns).map((row) => line(row, "heading")),
      ...rows.flatMap((row) => tableRow(row, columns)),
    ],
  };
}

/** The amount beside its arithmetic, or below it where there is no room. */
function tableRow(
  [left, right]: Row,
  columns: number,
): readonly Line[] {
  const what = [seg(`  ${clean(left)}`)];
  const amount = [seg(` ${clean(right)}`, right.startsWith(UNKNOWN) ? "warn" : "text")];
  return lineWidth(what) + lineWidth(amount) <= columns
    ? [spread(what, amount, columns)]
    : [fitLine(what, columns), spread([], amount, columns)];
}

function sum(label: string, value: string): Part {
  return {
    kind: "draw",
    text: `${label} = ${value}`,
    draw: (columns, glyphs) => [
      line(glyphs.box.horizontal.repeat(columns), "border"),
      spread([seg(`  ${clean(label)}`, "strong")], [
        seg(` ${value}`, value.startsWith(UNKNOWN) ? "warn" : "strong"),
      ], columns),
    ],
  };
}

function note(text: string): Part {
  return { kind: "text", text, tone: "dim", indent: 0 };
}
