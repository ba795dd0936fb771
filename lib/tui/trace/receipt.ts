import { exactMoney, unitPrice } from "../../present/mod.ts";
import type { Span, Trace } from "../../core/mod.ts";
import { fitLine, type Line, line, lineWidth, seg, spread } from "../draw/line.ts";
import { clean } from "../terminal/text.ts";
import type { Part } from "./doc.ts";
import { GAP } from "./doc.ts";

const CALLS_MAX = 500;

/** How the cost came about: of one call line by line, of anything above it call by call. */
export function receiptParts(trace: Trace, span: Span): readonly Part[] {
  if (span.cost) return callParts(span);
  const paid = span.kind === "agent"
    ? [...trace.spans.values()].filter((each) => each.cost).sort((a, b) => a.startTimeUs - b.startTimeUs)
    : [];
  if (paid.length === 0) return [];
  const known = paid.filter((each) => each.cost!.usd !== null);
  const total = known.reduce((sum, each) => sum + each.cost!.usd!, 0);
  const rows = paid.slice(0, CALLS_MAX).map((each): readonly [string, string, boolean] => [
    `${each.step ?? " "}  ${each.responseModel ?? each.requestModel ?? each.name}`,
    each.cost!.usd === null ? "unknown" : exactMoney(each.cost!.usd),
    each.cost!.usd === null,
  ]);
  return [
    table("calls of this run", rows),
    ...(paid.length > CALLS_MAX ? [note(`${paid.length - CALLS_MAX} more calls are in the sum`)] : []),
    sum("total", known.length === 0 ? "unknown" : exactMoney(total)),
    ...(known.length < paid.length && known.length > 0
      ? [note(`${paid.length - known.length} of ${paid.length} calls have no known price and are not in it`)]
      : []),
  ];
}

function callParts(span: Span): readonly Part[] {
  const { usd, quantities, tag } = span.cost!;
  const factor = tag?.factor ?? 1;
  const rows = Object.entries(quantities).map(([unit, quantity]): readonly [string, string, boolean] => {
    const prices = tag?.usdPerMillion ?? {};
    const price = Object.hasOwn(prices, unit) ? prices[unit]! : undefined;
    const left = `${new Intl.NumberFormat("en-US").format(quantity)} ${unit.replaceAll("_", " ")} × `;
    return price === undefined
      ? [`${left}no known price`, "unknown", true]
      : [`${left}${unitPrice(price)} per million`, exactMoney((quantity * price) / 1e6), false];
  });
  const model = span.responseModel ?? span.requestModel;
  return [
    table(model ?? "call", rows),
    sum(factor === 1 ? "total" : `total × ${factor}`, usd === null ? "unknown" : exactMoney(usd)),
    GAP,
    note(
      tag
        ? `price of ${tag.model}: ${tag.source}, as of ${tag.date}`
        : "no price table has this model, so its cost is unknown and never guessed",
    ),
  ];
}

function table(title: string, rows: readonly (readonly [string, string, boolean])[]): Part {
  return {
    kind: "draw",
    text: [title, ...rows.map(([left, right]) => `${left} = ${right}`)].join("\n"),
    draw: (columns) => [line(clean(title), "heading"), ...rows.flatMap((row) => tableRow(row, columns))],
  };
}

/** The amount beside its arithmetic, or below it where there is no room. */
function tableRow(
  [left, right, unknown]: readonly [string, string, boolean],
  columns: number,
): readonly Line[] {
  const what = [seg(`  ${clean(left)}`)];
  const amount = [seg(` ${clean(right)}`, unknown ? "warn" : "text")];
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
        seg(` ${value}`, value === "unknown" ? "warn" : "strong"),
      ], columns),
    ],
  };
}

function note(text: string): Part {
  return { kind: "text", text, tone: "dim", indent: 0 };
}
