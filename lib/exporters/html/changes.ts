import {
  type JsonChange,
  type TextPiece,
  type UnifiedLine,
  unifiedLines,
  wordDiff,
} from "../../analysis/mod.ts";
import { grouped } from "../../present/mod.ts";
import { type Content, type Markup, markup, NOTHING } from "./markup.ts";
import { boxOf, cutNote, type PageText } from "./text.ts";

/** Longer texts are compared from a little before their first difference. */
const COMPARED_MAX_CHARS = 4_000;
const CONTEXT_CHARS = 240;

/** Changes between two JSON values: the path, then before and after; texts with the words that differ marked. */
export async function changeList(changes: readonly JsonChange[], text: PageText): Promise<Markup> {
  const items: Markup[] = [];
  for (const change of changes) {
    items.push(
      markup`<dt><code>${change.path || "the whole"}</code></dt><dd>${await changeBody(change, text)}</dd>`,
    );
  }
  return markup`<dl class="changes">${items}</dl>`;
}

/** What a replay was told to change. */
export function overrideList(overrides: Readonly<Record<string, unknown>>, text: PageText): Markup {
  const { from, edits, ...others } = overrides;
  const rows: (readonly [name: string, value: unknown])[] = [
    ...Object.entries(others),
    ...(from === undefined ? [] : [["run again from step", from] as const]),
    ...Object.entries(edits ?? {}).map(([step, said]) =>
      [step === "0" ? "the prompt instead" : `what step ${step} said instead`, said] as const
    ),
  ];
  const items = rows.map(([name, value]) => {
    const isShort = isScalar(value) ||
      typeof value === "string" && value.length <= LINE_MAX_CHARS && !value.includes("\n");
    return markup`<dt>${name}</dt><dd>${
      isShort ? markup`<code>${String(value)}</code>` : text.value(value)
    }</dd>`;
  });
  return markup`<dl class="changes">${items}</dl>`;
}

const LINE_MAX_CHARS = 120;

async function changeBody({ op, left, right }: JsonChange, text: PageText): Promise<Markup> {
  if (op === "replace" && typeof left === "string" && typeof right === "string") {
    return await wordBlock(left, right, text);
  }
  if (op === "replace" && isScalar(left) && isScalar(right)) {
    return markup`<pre dir="auto"><del>${String(left)}</del> <ins>${String(right)}</ins></pre>`;
  }
  return sides(op === "add" ? NOTHING : text.value(left), op === "remove" ? NOTHING : text.value(right));
}

/** Short enough to stand in one line. */
function isScalar(value: unknown): boolean {
  return value === null || ["number", "boolean"].includes(typeof value);
}

async function wordBlock(left: string, right: string, text: PageText): Promise<Markup> {
  const skipped = left.length + right.length > 2 * COMPARED_MAX_CHARS
    ? Math.max(0, sharedLength(left, right) - CONTEXT_CHARS)
    : 0;
  const [a, b] = [left, right].map((it) => text.take(it.slice(skipped), COMPARED_MAX_CHARS)) as [
    Taken,
    Taken,
  ];
  const start = skipped > 0
    ? markup`<p class="dim">${grouped(skipped)} equal characters before this</p>`
    : "";
  const pieces = text.mayCompare(a.head, b.head) ? await wordDiff(a.head, b.head) : [];
  const whole = (part: string) => markup`<pre ${boxOf(part)}>${part}</pre>`;
  const body = areAlike(pieces)
    ? markup`<pre ${boxOf(a.head)}>${marked(pieces, "both")}</pre>`
    : sides(whole(a.head), whole(b.head));
  const ends = a.lost + b.lost > 0
    ? cutNote(Math.max(a.lost, b.lost) + Math.max(a.tail.length, b.tail.length))
    : "";
  return markup`${start}${body}${ends}`;
}

/** Before and after, one below the other. */
function sides(before: Markup, after: Markup): Markup {
  const side = (name: "del" | "add", word: string, body: Markup) =>
    body.isEmpty ? "" : markup`<div class="b-${name}"><span class="unseen">${word}</span>${body}</div>`;
  return markup`${side("del", "before", before)}${side("add", "after", after)}`;
}

/** Whether marking words helps: texts with little in common read better one after the other. */
function areAlike(pieces: readonly TextPiece[]): boolean {
  const size = (op: TextPiece["op"]) =>
    pieces.filter((it) => it.op === op).reduce((sum, { text }) => sum + text.replace(/\s+/g, "").length, 0);
  return pieces.length > 0 &&
    size("same") >= ALIKE_MIN_SHARE * (size("same") + Math.max(size("added"), size("removed")));
}

const ALIKE_MIN_SHARE = 0.35;

type Taken = ReturnType<PageText["take"]>;

function sharedLength(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}

/** Pieces of one side or of both, with what only one side has marked. */
function marked(pieces: readonly TextPiece[], side: "left" | "right" | "both"): readonly Content[] {
  return pieces.map(({ op, text }) => {
    if (op === "same") return text;
    if (op === "added") return side === "left" ? "" : markup`<ins>${text}</ins>`;
    return side === "right" ? "" : markup`<del>${text}</del>`;
  });
}

/** A unified diff as rows, and in its rows the words that differ marked. */
export async function unifiedRows(unified: string, text: PageText): Promise<Markup> {
  const { head, tail, lost } = text.take(unified.replace(/\n$/, ""), UNIFIED_MAX_CHARS);
  const rows = unifiedLines(head);
  const out: Markup[] = [];
  for (let at = 0; at < rows.length;) {
    const removed = stretch(rows, at, "removed");
    const added = stretch(rows, at + removed.length, "added");
    if (removed.length + added.length === 0) {
      const row = rows[at++]!;
      out.push(line(row.op === "at" ? "at" : "same", " ", row.text));
      continue;
    }
    at += removed.length + added.length;
    out.push(...await changedRows(removed, added, text));
  }
  return markup`<div class="udiff card" dir="auto">${out}</div>${cutNote(lost + tail.length)}`;
}

const UNIFIED_MAX_CHARS = 60_000;

/** The lines of one kind from `from` on. */
function stretch(rows: readonly UnifiedLine[], from: number, op: UnifiedLine["op"]): readonly string[] {
  let end = from;
  while (rows[end]?.op === op) end++;
  return rows.slice(from, end).map(({ text }) => text);
}

async function changedRows(
  removed: readonly string[],
  added: readonly string[],
  text: PageText,
): Promise<readonly Markup[]> {
  const [before, after] = [removed.join("\n"), added.join("\n")];
  const isPair = removed.length > 0 && added.length > 0;
  const pieces = isPair && text.mayCompare(before, after) ? await wordDiff(before, after) : [];
  if (!areAlike(pieces)) {
    return [
      ...removed.map((row) => line("del", "-", row)),
      ...added.map((row) => line("add", "+", row)),
    ];
  }
  const side = (op: "removed" | "added") => pieces.filter((piece) => piece.op === "same" || piece.op === op);
  return [
    ...linesOf(side("removed")).map((row) => line("del", "-", marked(row, "left"))),
    ...linesOf(side("added")).map((row) => line("add", "+", marked(row, "right"))),
  ];
}

/** Pieces cut where a line ends. */
function linesOf(pieces: readonly TextPiece[]): readonly (readonly TextPiece[])[] {
  const rows: TextPiece[][] = [[]];
  for (const { op, text } of pieces) {
    for (const [index, part] of text.split("\n").entries()) {
      if (index > 0) rows.push([]);
      if (part !== "") rows.at(-1)!.push({ op, text: part });
    }
  }
  return rows;
}

const WORDS = { same: "", at: "", add: "added: ", del: "removed: " } as const;

function line(kind: keyof typeof WORDS, sign: string, body: Content): Markup {
  const said = WORDS[kind] === "" ? "" : markup`<span class="unseen">${WORDS[kind]}</span>`;
  return markup`<span class="l-${kind}"><span class="sgn" aria-hidden="true">${sign}</span>${said}${body}</span>`;
}
