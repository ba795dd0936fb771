import { plural } from "../../present/mod.ts";
import { clean, cleanLines, cut, width, wrap } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { type Line, seg, type Segment } from "./line.ts";
import { wrapLine } from "./styled.ts";
import type { Tone } from "./theme.ts";

export const JSON_ROWS_MAX = 20_000;
const DEPTH_MAX = 64;
const CHILDREN_MAX = 5_000;
/** Branches with more entries, and texts with more rows, start folded. */
const OPEN_CHILDREN_MAX = 20;
const OPEN_TEXT_LENGTH_MAX = 800;
/** Shorter texts on one line are broken where they stand. */
const INLINE_LENGTH_MAX = 240;
const TEXT_ROWS_MAX = 5_000;
const SEARCH_LENGTH_MAX = 200_000;

export interface Fold {
  readonly path: string;
  readonly open: boolean;
}

export interface JsonRow {
  readonly line: Line;
  /** The branch that this row opens or closes. */
  readonly fold?: Fold;
}

export interface JsonOptions {
  readonly columns: number;
  readonly glyphs: Glyphs;
  /** Begins the name of every branch. */
  readonly prefix: string;
  /** What the person opened (`true`) and closed. */
  readonly folds: ReadonlyMap<string, boolean>;
  /** Branches that hold this text are opened. */
  readonly needle?: string;
  readonly indent?: number;
}

interface Walk extends JsonOptions {
  readonly rows: JsonRow[];
  readonly wanted: string;
}

/** A JSON value as rows that can be folded. Bounded, whatever the value. */
export function jsonRows(value: unknown, options: JsonOptions): readonly JsonRow[] {
  const walk: Walk = { ...options, rows: [], wanted: options.needle?.toLowerCase() ?? "" };
  visit(walk, value, undefined, options.prefix, 0);
  if (walk.rows.length >= JSON_ROWS_MAX) {
    walk.rows.push({ line: [seg(`${options.glyphs.ellipsis} more is not shown: y copies all`, "dim")] });
  }
  return walk.rows;
}

function visit(walk: Walk, value: unknown, key: string | undefined, path: string, depth: number): void {
  if (walk.rows.length >= JSON_ROWS_MAX) return;
  if (typeof value === "string") return visitText(walk, value, key, path, depth);
  if (value === null || typeof value !== "object") {
    const text = value === undefined ? "undefined" : String(value);
    push(walk, depth, "", key, [seg(clean(text), typeof value === "number" ? "attempt" : "agent")]);
    return;
  }
  const isList = Array.isArray(value);
  const entries: readonly (readonly [string, unknown])[] = isList
    ? value.slice(0, CHILDREN_MAX).map((item, at) => [String(at), item])
    : Object.entries(value).slice(0, CHILDREN_MAX);
  const size = isList ? value.length : Object.keys(value).length;
  const [left, right] = isList ? ["[", "]"] : ["{", "}"];
  if (size === 0) return push(walk, depth, "", key, [seg(left + right, "dim")]);
  if (isShortList(value, walk, depth)) {
    return push(walk, depth, "", key, [seg(clean(JSON.stringify(value)), "attempt")]);
  }
  const open = depth < DEPTH_MAX && (walk.folds.get(path) ??
    (depth === 0 || size <= OPEN_CHILDREN_MAX || (walk.wanted !== "" && holds(value, walk.wanted))));
  const sign = open ? walk.glyphs.open : walk.glyphs.closed;
  const count = `${left}${size}${right}`;
  push(walk, depth, sign, key, [seg(open ? count : `${count} ${walk.glyphs.ellipsis}`, "dim")], {
    path,
    open,
  });
  if (!open) return;
  for (const [name, item] of entries) visit(walk, item, name, `${path}/${name}`, depth + 1);
  if (size > entries.length) {
    push(walk, depth + 1, "", undefined, [
      seg(`${walk.glyphs.ellipsis} ${size - entries.length} more`, "dim"),
    ]);
  }
}

/** Lists of a few numbers read best on one row. */
function isShortList(value: object, walk: Walk, depth: number): boolean {
  if (!Array.isArray(value) || value.length > 16 || depth === 0) return false;
  return value.every((item) => typeof item === "number" || typeof item === "boolean") &&
    JSON.stringify(value).length < walk.columns / 2;
}

function visitText(walk: Walk, value: string, key: string | undefined, path: string, depth: number): void {
  const label = (key === undefined ? 0 : width(clean(key)) + 2) + (walk.indent ?? 0) + 2 * depth + 2;
  const room = Math.max(8, walk.columns - label);
  const short = value.length <= room * 2 ? clean(value) : "";
  if (value.length <= room * 2 && !value.includes("\n") && width(short) + 2 <= room) {
    return push(walk, depth, "", key, [seg(`"${short}"`, "tool")]);
  }
  if (value.length <= INLINE_LENGTH_MAX && !value.includes("\n")) {
    const before = walk.rows.length;
    push(walk, depth, "", key, [seg(`"${clean(value)}"`, "tool")]);
    const long = walk.rows[before];
    if (long) {
      walk.rows.splice(
        before,
        1,
        ...wrapLine(long.line, walk.columns, (walk.indent ?? 0) + 2 * depth + 4).map((line) => ({ line })),
      );
    }
    return;
  }
  const open = walk.folds.get(path) ??
    (value.length <= OPEN_TEXT_LENGTH_MAX || (walk.wanted !== "" && holds(value, walk.wanted)));
  const about = plural(value.length, "character");
  if (!open) {
    const head = cut(clean(value.slice(0, room * 2)), Math.max(4, room - about.length - 3));
    push(walk, depth, walk.glyphs.closed, key, [seg(`"${head}"`, "tool"), seg(` ${about}`, "dim")], {
      path,
      open,
    });
    return;
  }
  push(walk, depth, walk.glyphs.open, key, [seg(about, "dim")], { path, open });
  const margin = " ".repeat((walk.indent ?? 0) + 2 * depth + 4);
  const inner = Math.max(8, walk.columns - margin.length);
  const budget = Math.min(TEXT_ROWS_MAX, JSON_ROWS_MAX - walk.rows.length);
  let used = 0;
  for (const row of cleanLines(value.slice(0, budget * inner))) {
    for (const piece of wrap(row, inner)) {
      if (used++ >= budget) return;
      walk.rows.push({ line: [seg(margin + piece, "tool")] });
    }
  }
}

function push(
  walk: Walk,
  depth: number,
  sign: string,
  key: string | undefined,
  value: readonly Segment[],
  fold?: Fold,
): void {
  if (walk.rows.length >= JSON_ROWS_MAX) return;
  const margin = " ".repeat((walk.indent ?? 0) + 2 * depth);
  const tone: Tone = /^\d+$/.test(key ?? "") ? "dim" : "accent";
  const line: Line = [
    seg(margin),
    seg(sign === "" ? "  " : `${sign} `, "dim"),
    ...(key === undefined ? [] : [seg(clean(key), tone), seg(": ", "dim")]),
    ...value,
  ];
  walk.rows.push(fold === undefined ? { line } : { line, fold });
}

/** Whether `wanted` (lower case) occurs somewhere below. Gives up on what is very large. */
function holds(value: unknown, wanted: string): boolean {
  if (typeof value === "string") return value.slice(0, SEARCH_LENGTH_MAX).toLowerCase().includes(wanted);
  const text = JSON.stringify(value) ?? "";
  return text.length <= SEARCH_LENGTH_MAX * 10 && text.toLowerCase().includes(wanted);
}
