import { plural } from "../../present/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { EMPTY, type Line, seg, type Segment } from "../draw/line.ts";
import { wrapLine } from "../draw/styled.ts";
import type { Tone } from "../draw/theme.ts";
import { clean, cut, width } from "../terminal/text.ts";
import { isBranch, type JsonNodes, jsonNodes, sizeOf } from "./json_nodes.ts";
import { type Mark, marked, type Marks, NO_MARKS, startBefore } from "../draw/marks.ts";
import { type Fold, rowOfPlace, type Section } from "./section.ts";
import { textSection, textSectionText } from "./text_section.ts";

/** Branches with more entries, and texts with more characters, start folded. */
const OPEN_CHILDREN_MAX = 20;
const OPEN_TEXT_LENGTH_MAX = 800;
/** Shorter texts on one line are broken where they stand. */
const INLINE_LENGTH_MAX = 240;
/** Deeper branches are not moved further in. */
const MARGIN_DEPTH_MAX = 64;
const LEVEL_COLUMNS = 2;
const MEASURED_KEPT = 6;
/** Of a text that is folded away. */
const HEAD_COLUMNS_MAX = 200;

export interface JsonOptions {
  readonly columns: number;
  readonly glyphs: Glyphs;
  /** Begins the name of every branch. */
  readonly prefix: string;
  /** What the person opened (`true`) and closed. */
  readonly folds: ReadonlyMap<string, boolean>;
  /** Other branches are open down to this level. Absent: as their size says. */
  readonly depth?: number | undefined;
  readonly indent?: number;
}

/** A JSON value of any size as rows that fold; what is folded is searched as well. */
export function jsonSection(value: unknown, options: JsonOptions): Section {
  return new JsonSection(jsonNodes(value), options);
}

const nodePlaces = new WeakMap<JsonNodes, { readonly text: string; readonly starts: readonly number[] }>();

let measured: readonly { readonly nodes: JsonNodes; readonly look: string; readonly counts: Uint16Array }[] =
  [];

/** Kept from one layout to the next: folding a branch must not measure the others anew. */
function countsFor(nodes: JsonNodes, look: string): Uint16Array {
  const known = measured.find((it) => it.nodes === nodes && it.look === look);
  if (known) return known.counts;
  const counts = new Uint16Array(nodes.count);
  measured = [{ nodes, look, counts }, ...measured].slice(0, MEASURED_KEPT);
  return counts;
}

class JsonSection implements Section {
  readonly #nodes: JsonNodes;
  readonly #options: JsonOptions;
  /** The nodes in view, and the row in which each begins. */
  readonly #shown: readonly number[];
  readonly #starts: readonly number[];
  readonly #texts = new Map<number, Section>();
  /** Rows of each text that was measured, 0: not yet. */
  readonly #counts: Uint16Array;
  readonly rows: number;
  readonly hasFolds: boolean;

  constructor(nodes: JsonNodes, options: JsonOptions) {
    [this.#nodes, this.#options] = [nodes, options];
    this.#counts = countsFor(nodes, `${options.columns} ${options.indent ?? 0}`);
    const shown: number[] = [];
    const starts: number[] = [];
    let rows = 0;
    let hasFolds = false;
    for (let node = 0; node < nodes.count;) {
      shown.push(node);
      starts.push(rows);
      const isOpen = this.#isOpen(node);
      rows += this.#rowsOf(node, isOpen === true);
      if (isOpen !== undefined) hasFolds = true;
      node = isOpen === false ? nodes.ends[node]! : node + 1;
    }
    [this.#shown, this.#starts] = [shown, starts];
    this.rows = rows + (nodes.isCut ? 1 : 0);
    this.hasFolds = hasFolds;
  }

  get text(): string {
    return this.#places().text;
  }

  line(row: number, marks: Marks = NO_MARKS): Line {
    const at = startBefore(this.#starts, row);
    const node = this.#shown[at];
    if (node === undefined) return EMPTY;
    if (this.#nodes.isCut && row === this.rows - 1) {
      return [seg(`${this.#options.glyphs.ellipsis} more is not shown: o opens all of it`, "dim")];
    }
    const inner = row - this.#starts[at]!;
    const own = marks === NO_MARKS ? marks : marks.from(this.#places().starts[node]!);
    if (inner > 0 && isLongText(this.#nodes.values[node])) {
      return this.#textOf(node).line(inner - 1, own.from(this.#label(node).length));
    }
    return this.#drawn(node, own)[inner] ?? EMPTY;
  }

  fold(row: number): Fold | undefined {
    const at = startBefore(this.#starts, row);
    const node = this.#shown[at];
    if (node === undefined || row !== this.#starts[at]) return undefined;
    const isOpen = this.#isOpen(node);
    return isOpen === undefined ? undefined : { path: this.#path(node), isOpen };
  }

  rowOf(place: number): number {
    const node = startBefore(this.#places().starts, place);
    const at = startBefore(this.#shown, node);
    const start = this.#starts[at] ?? 0;
    // Folded away: the row of what holds it.
    if (this.#shown[at] !== node) return start;
    const within = place - this.#places().starts[node]!;
    if (isLongText(this.#nodes.values[node])) {
      const label = this.#label(node).length;
      return within < label || !this.#isOpen(node)
        ? start
        : start + 1 + this.#textOf(node).rowOf(within - label);
    }
    if (this.#rowsOf(node, false) === 1) return start;
    return start + rowOfPlace((marks) => this.#wrapped(node, this.#head(node, marks)), within);
  }

  closedAt(place: number): readonly string[] {
    const node = startBefore(this.#places().starts, place);
    const closed: string[] = [];
    const isText = isLongText(this.#nodes.values[node]);
    const isInText = isText && place - this.#places().starts[node]! >= this.#label(node).length;
    for (let it = isInText ? node : this.#nodes.parents[node]!; it >= 0; it = this.#nodes.parents[it]!) {
      if (this.#isOpen(it) === false) closed.unshift(this.#path(it));
    }
    return closed;
  }

  /** `undefined`: it is no branch. */
  #isOpen(node: number): boolean | undefined {
    const { folds, depth } = this.#options;
    const value = this.#nodes.values[node];
    const isText = isLongText(value);
    if (!isText && this.#nodes.ends[node] === node + 1) return undefined;
    const said = folds.size === 0 ? undefined : folds.get(this.#path(node));
    if (said !== undefined) return said;
    if (depth !== undefined) return this.#nodes.depths[node]! < depth;
    if (isText) return (value as string).length <= OPEN_TEXT_LENGTH_MAX;
    return node === 0 || sizeOf(value as object) <= OPEN_CHILDREN_MAX;
  }

  #path(node: number): string {
    return `${this.#options.prefix}#${node}`;
  }

  #rowsOf(node: number, isOpen: boolean): number {
    const value = this.#nodes.values[node];
    if (typeof value !== "string") return 1;
    if (isLongText(value)) return isOpen ? 1 + this.#textOf(node).rows : 1;
    const room = this.#options.columns - this.#margin(node) - this.#label(node).length - 2;
    // What is so short fits, whatever it is of.
    if (value.length * 2 <= room) return 1;
    return this.#counts[node] ||= width(clean(value)) <= room ? 1 : this.#drawn(node, NO_MARKS).length;
  }

  #textOf(node: number): Section {
    const { columns } = this.#options;
    const indent = this.#margin(node) + LEVEL_COLUMNS;
    const known = this.#texts.get(node) ??
      textSection(this.#nodes.values[node] as string, "tool", indent, Math.max(indent + 8, columns));
    this.#texts.set(node, known);
    return known;
  }

  /** Columns before the key, the sign of a branch with them. */
  #margin(node: number): number {
    const depth = Math.min(this.#nodes.depths[node]!, MARGIN_DEPTH_MAX);
    return (this.#options.indent ?? 0) + LEVEL_COLUMNS * depth + LEVEL_COLUMNS;
  }

  #label(node: number): string {
    return labelOf(this.#nodes.keys[node]);
  }

  #drawn(node: number, marks: Marks): readonly Line[] {
    const length = this.#label(node).length + shownOf(this.#nodes.values[node]).length;
    return this.#wrapped(node, this.#head(node, marks.within(0, length)));
  }

  #wrapped(node: number, head: Line): readonly Line[] {
    const { glyphs, columns } = this.#options;
    const isOpen = this.#isOpen(node);
    const sign = isOpen === undefined ? "  " : `${isOpen ? glyphs.open : glyphs.closed} `;
    const margin = this.#margin(node);
    const row: Line = [
      seg(" ".repeat(margin - LEVEL_COLUMNS)),
      seg(sign, "dim"),
      ...head,
      ...this.#about(node, isOpen),
    ];
    const isInline = typeof this.#nodes.values[node] === "string" && isOpen === undefined;
    return isInline ? wrapLine(row, columns, margin + LEVEL_COLUMNS) : [row];
  }

  /** The key and the value, as far as a search sees them. */
  #head(node: number, marks: readonly Mark[]): Line {
    const key = this.#nodes.keys[node];
    const value = this.#nodes.values[node];
    const tone: Tone = typeof key === "number" || /^\d+$/.test(key ?? "") ? "dim" : "accent";
    const shown = shownOf(value);
    const parts: readonly Segment[] = [
      ...(key === undefined ? [] : [seg(clean(String(key)), tone), seg(": ", "dim")]),
      ...(shown === "" ? [] : [seg(shown, toneOf(value))]),
    ];
    return marked(parts, marks);
  }

  /** What stands behind the key of a branch. */
  #about(node: number, isOpen: boolean | undefined): Line {
    const { glyphs, columns } = this.#options;
    const value = this.#nodes.values[node];
    if (isOpen === undefined) return EMPTY;
    if (typeof value === "string") {
      const about = plural(value.length, "character");
      if (isOpen) return [seg(about, "dim")];
      const room = Math.max(
        8,
        Math.min(columns, HEAD_COLUMNS_MAX) - this.#margin(node) - this.#label(node).length,
      );
      const head = cut(clean(value.slice(0, room * 2)), Math.max(4, room - about.length - 3));
      return [seg(`"${head}"`, "tool"), seg(` ${about}`, "dim")];
    }
    const size = sizeOf(value as object);
    const count = Array.isArray(value) ? `[${size}]` : `{${size}}`;
    return [seg(isOpen ? count : `${count} ${glyphs.ellipsis}`, "dim")];
  }

  #places() {
    const known = nodePlaces.get(this.#nodes);
    if (known) return known;
    const { values, keys, count } = this.#nodes;
    const texts: string[] = [];
    const starts: number[] = [];
    let at = 0;
    for (let node = 0; node < count; node++) {
      const value = values[node];
      const text = labelOf(keys[node]) +
        (isLongText(value) ? textSectionText(value as string) : shownOf(value));
      texts.push(text);
      starts.push(at);
      at += text.length + 1;
    }
    const places = { text: texts.join("\n"), starts };
    nodePlaces.set(this.#nodes, places);
    return places;
  }
}

function isLongText(value: unknown): boolean {
  return typeof value === "string" && (value.length > INLINE_LENGTH_MAX || value.includes("\n"));
}

function labelOf(key: string | number | undefined): string {
  return key === undefined ? "" : `${clean(String(key))}: `;
}

/** A value that is no branch, as it stands behind its key. */
function shownOf(value: unknown): string {
  if (typeof value === "string") return isLongText(value) ? "" : `"${clean(value)}"`;
  if (value === null || typeof value !== "object") {
    return clean(value === undefined ? "undefined" : String(value));
  }
  return isBranch(value) ? "" : clean(JSON.stringify(value));
}

function toneOf(value: unknown): Tone {
  if (typeof value === "string") return "tool";
  if (typeof value === "number") return "attempt";
  return value !== null && typeof value === "object" ? sizeOf(value) === 0 ? "dim" : "attempt" : "agent";
}
