import { type Grammar, grammarFor } from "./grammars.ts";
import { EMPTY, type Line, seg, type Segment } from "./line.ts";
import type { Tone } from "./theme.ts";

/** Longer rows, and rows beyond these, have one colour: grammars may look at the rest of a row for each word in it. */
const ROW_LENGTH_MAX = 500;
const ROWS_MAX = 3_000;
const IDLE_STEPS_MAX = 10;
const TAB_COLUMNS = 2;
const BLOCKS_KEPT = 8;

const TONES: Readonly<Record<string, Tone>> = {
  keyword: "llm",
  string: "tool",
  comment: "dim",
  number: "attempt",
  atom: "attempt",
  bool: "attempt",
  null: "attempt",
  def: "agent",
  tag: "agent",
  type: "agent",
  typeName: "agent",
  className: "agent",
  builtin: "other",
  attribute: "other",
  attributeName: "other",
  meta: "other",
  property: "accent",
  propertyName: "accent",
  inserted: "ok",
  deleted: "error",
  link: "accent",
};

interface Block {
  readonly language: string;
  readonly grammar: Grammar;
  readonly rows: readonly string[];
  readonly lines: readonly Line[];
  /** The state before each row, and after the last. */
  readonly states: readonly unknown[];
}

let blocks: readonly Block[] = [];

/** Rows of code in the colours of their language; in one where it is not known, or not loaded yet. The rows are clean. */
export function codeLines(rows: readonly string[], language: string): readonly Line[] {
  const found = grammarFor(language);
  if (!found) return rows.map((row) => (row === "" ? EMPTY : [seg(row, "attempt")]));
  const { grammar, Stream } = found;
  const before = blocks.find((block) => block.grammar === grammar && begins(rows, block.rows));
  const kept = before ? before.rows.length : 0;
  if (before && kept === rows.length) return before.lines;
  // A row that was written last may have become longer.
  const known = Math.max(0, kept - 1);
  const lines = [...before?.lines.slice(0, known) ?? []];
  const states = [...before?.states.slice(0, known + 1) ?? [grammar.startState?.(TAB_COLUMNS) ?? {}]];
  for (let at = known; at < rows.length; at++) {
    const row = rows[at]!;
    const state = copied(grammar, states[at]);
    lines.push(
      at >= ROWS_MAX || row.length > ROW_LENGTH_MAX
        ? [seg(row)]
        : lineOf(grammar, new Stream(row, TAB_COLUMNS, TAB_COLUMNS), state),
    );
    states.push(state);
  }
  const block: Block = { language, grammar, rows, lines, states };
  blocks = [block, ...blocks.filter((it) => it !== before)].slice(0, BLOCKS_KEPT);
  return lines;
}

/** Whether `rows` go on where `start` ends; its last row may have become longer. */
function begins(rows: readonly string[], start: readonly string[]): boolean {
  const last = start.length - 1;
  return start.length > 0 && start.length <= rows.length &&
    start.every((row, at) => (at === last && rows.length > 0 ? rows[at]!.startsWith(row) : row === rows[at]));
}

function copied(grammar: Grammar, state: unknown): unknown {
  if (grammar.copyState) return grammar.copyState(state);
  if (state === null || typeof state !== "object") return state;
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
  );
}

function lineOf(grammar: Grammar, stream: InstanceType<Found["Stream"]>, state: unknown): Line {
  const text = stream.string;
  if (text === "") {
    grammar.blankLine?.(state, TAB_COLUMNS);
    return EMPTY;
  }
  const parts: Segment[] = [];
  const add = (piece: string, tone: Tone) => {
    const last = parts.at(-1);
    if (last && last.tone === tone) parts[parts.length - 1] = { ...last, text: last.text + piece };
    else if (piece !== "") parts.push(seg(piece, tone));
  };
  try {
    for (let idle = 0; !stream.eol() && idle < IDLE_STEPS_MAX;) {
      stream.start = stream.pos;
      const tone = toneOf(grammar.token(stream, state));
      if (stream.pos > stream.start) {
        add(text.slice(stream.start, stream.pos), tone);
        idle = 0;
      } else idle++;
    }
  } catch {
    // A grammar that gives up on a row: what is left of it has one colour.
    stream.pos = stream.start;
  }
  add(text.slice(stream.pos), "text");
  return parts;
}

type Found = NonNullable<ReturnType<typeof grammarFor>>;

function toneOf(style: string | null): Tone {
  for (const name of style?.split(/[ .]/) ?? []) {
    if (Object.hasOwn(TONES, name)) return TONES[name]!;
  }
  return "text";
}
