import { ATTR, limitText, type Run, type Span, totalTokens, type Trace } from "../../core/mod.ts";
import { attemptOf, spanTitle, textAttribute, tookMs, type TreeRow, treeRows } from "../../analysis/mod.ts";
import {
  BRANCHES,
  branchText,
  cell,
  compact,
  costOfCall,
  cut,
  duration,
  pad,
  spanStatus,
  width,
} from "../../present/mod.ts";
import { type Look, statusSign, statusStyle, type Style } from "./look.ts";

/** More rows than this are counted, not shown. */
const ROWS_MAX = 2_000;
const NAME_COLUMNS_MIN = 24;

/** The tree as text: signs, numbered steps, then time, tokens and cost in columns of their own. */
export function formatTree(trace: Trace, look: Look, nowMs: number): string {
  const all = treeRows(trace);
  const rows = all.slice(0, ROWS_MAX).map((row) => ({
    row,
    name: nameOf(row),
    time: timeOf(trace.run, row.span, nowMs),
    tokens: row.span.usage ? compact(totalTokens(row.span.usage)) : "",
    cost: costOfCall(row.span.cost),
  }));
  const most = (pick: (row: (typeof rows)[number]) => string) =>
    rows.reduce((sum, row) => Math.max(sum, width(pick(row))), 0);
  const [timeRoom, tokenRoom, costRoom] = [
    most((it) => it.time),
    most((it) => it.tokens),
    most((it) => it.cost),
  ];
  const numberRoom = [timeRoom, tokenRoom, costRoom].filter((it) => it > 0).reduce(
    (sum, it) => sum + it + 2,
    0,
  );
  const longest = rows.reduce(
    (sum, { row, name }) =>
      Math.max(sum, branchText(row, BRANCHES).length + 2 + width(name.map((it) => it.text).join(""))),
    0,
  );
  const room = Math.max(NAME_COLUMNS_MIN, Math.min(longest, look.columns - numberRoom));
  const out = rows.map(({ row, name, time, tokens, cost }) => {
    const guides = branchText(row, BRANCHES);
    const left = look.paint("dim", guides) + statusSign(spanStatus(row.span), look) + " " +
      paintPieces(name, room - guides.length - 2, look);
    const numbers = [[time, timeRoom], [tokens, tokenRoom], [cost, costRoom]] as const;
    const right = numbers.filter(([, columns]) => columns > 0)
      .map(([text, columns]) => `  ${pad(text, columns, "right")}`).join("").trimEnd();
    return left + look.paint("dim", right);
  });
  if (all.length > ROWS_MAX) {
    out.push(look.paint("dim", `… and ${all.length - ROWS_MAX} more spans: --json has all`));
  }
  return out.join("\n");
}

interface Piece {
  readonly text: string;
  readonly style?: Style;
}

/** Exactly `columns` wide. */
function paintPieces(pieces: readonly Piece[], columns: number, look: Look): string {
  let left = Math.max(0, columns);
  let out = "";
  for (const { text, style } of pieces) {
    const part = cut(text, left);
    out += look.paint(style, part);
    left -= width(part);
    if (part !== text) break;
  }
  return out + " ".repeat(Math.max(0, left));
}

const KIND_STYLES: Readonly<Partial<Record<Span["kind"], Style>>> = {
  agent: "bold",
  llm: "blue",
  tool: "magenta",
  guardrail: "yellow",
};

function nameOf({ span, step: number }: TreeRow): readonly Piece[] {
  const failed: Piece[] = span.errorType === undefined
    ? []
    : [{ text: `  ${cell(span.errorType)}`, style: statusStyle("failed") }];
  const kind: Piece = {
    text: `${span.kind} `,
    ...(KIND_STYLES[span.kind] ? { style: KIND_STYLES[span.kind] } : {}),
  };
  const step: Piece = { text: number === undefined ? "" : `${number} `, style: "dim" };
  const title = cell(spanTitle(span));
  switch (span.kind) {
    case "attempt":
      return [{
        text: cell(attemptText(span)),
        style: attemptOf(span).state === "failed" ? "yellow" : "dim",
      }];
    case "agent":
      return [{ text: title, style: "bold" }, ...failed];
    case "guardrail":
      return [kind, { text: `${title}: ${cell(textAttribute(span, ATTR.approvalDecision) ?? "waiting")}` }];
    default:
      return [step, kind, { text: title }, ...failed];
  }
}

/** `429 · requests per minute: 0 of 60 left · waited 1.2s · server asked for 1.0s`. */
function attemptText(span: Span): string {
  const { number, outcome, waitedMs, askedMs, limit } = attemptOf(span);
  return [
    `attempt ${number}: ${outcome}`,
    ...(limit ? [limitText(limit)] : []),
    ...(waitedMs === undefined ? [] : [`waited ${duration(waitedMs)}`]),
    ...(askedMs === undefined ? [] : [`server asked for ${duration(askedMs)}`]),
  ].join(" · ");
}

/** Still growing while the span is open. */
function timeOf(run: Run, span: Span, nowMs: number): string {
  if (span.endTimeUs === undefined && span.status !== "unset") return "";
  return `${duration(tookMs(run, span, nowMs))}${span.endTimeUs === undefined ? "…" : ""}`;
}
