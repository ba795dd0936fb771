/** Longer rows are taken as they are: what is that long is no prose. */
const ROW_MAX_CHARS = 4_000;
const TABLE_COLUMNS_MAX = 20;
const TABLE_ROWS_MAX = 2_000;
const TABLE_RULE_MAX_CHARS = 400;

/** Bounded everywhere, so that hostile text costs no more than it is long. */
const INLINE =
  /`([^`]{1,400})`|\*\*(?=\S)([^*]{1,400})\*\*|__(?=\S)([^_]{1,400})__|(?<![\w*])\*(?=\S)([^*]{1,400})\*(?![\w*])|(?<![\w_])_(?=\S)([^_]{1,400})_(?![\w_])|~~([^~]{1,400})~~|!?\[([^\][]{1,200})\]\(([^()\s]{1,400})\)/g;
/** A dot is any character: what ends in `(.*)$` then never fails, and so tries nothing twice. */
const FENCE = /^\s{0,3}(`{3,}|~{3,})(.*)$/s;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*)$/s;
const RULE = /^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/s;
const ITEM = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/s;
const TASK = /^\[([ xX])\]\s+(.*)$/s;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*){0,40}\|?\s*$/;

/** A stretch of one style; a link says where it points. */
export interface MarkdownSpan {
  readonly style: "text" | "code" | "strong" | "italic" | "struck" | "link";
  readonly text: string;
  readonly url?: string;
}

export type MarkdownText = readonly MarkdownSpan[];

/** One row of the text, or the rows of a code block or table. */
export type MarkdownBlock =
  | { readonly kind: "blank" | "rule" }
  | { readonly kind: "row"; readonly text: MarkdownText; readonly isIndented: boolean }
  | { readonly kind: "heading"; readonly level: number; readonly text: MarkdownText }
  | { readonly kind: "quote"; readonly text: MarkdownText }
  | {
    readonly kind: "item";
    /** Columns before the mark. */
    readonly indent: number;
    /** As written, of a numbered item. */
    readonly number?: string;
    readonly isDone?: boolean;
    readonly text: MarkdownText;
  }
  /** `info` is what stands behind the fence: a language. A block that is still being written has no end. */
  | { readonly kind: "code"; readonly info: string; readonly rows: readonly string[] }
  | {
    readonly kind: "table";
    readonly head: readonly MarkdownText[];
    readonly isRight: readonly boolean[];
    /** Cells in excess of the head are part of the last one. */
    readonly rows: readonly (readonly MarkdownText[])[];
  };

/**
 * What a model writes: headings, lists, quotes, code, tables, emphasis. Every word of the text is in the blocks. Time is linear in
 * the text, whatever it says; the parsers of the field nest quotes and lists until the stack ends.
 */
export function markdownBlocks(rows: readonly string[]): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  for (let at = 0; at < rows.length;) {
    const row = rows[at]!;
    const fence = row.length > ROW_MAX_CHARS ? null : FENCE.exec(row);
    if (fence) {
      const end = closing(rows, at + 1, fence[1]!);
      blocks.push({ kind: "code", info: fence[2]!.trim(), rows: rows.slice(at + 1, end) });
      at = end + 1;
    } else if (isTable(rows, at)) {
      let end = at + 2;
      while (end < rows.length && rows[end]!.includes("|") && end - at < TABLE_ROWS_MAX) end++;
      blocks.push(tableOf(rows.slice(at, end)));
      at = end;
    } else {
      blocks.push(blockOf(row));
      at++;
    }
  }
  return blocks;
}

function blockOf(row: string): MarkdownBlock {
  if (row.trim() === "") return { kind: "blank" };
  if (row.length > ROW_MAX_CHARS) {
    return { kind: "row", text: [{ style: "text", text: row }], isIndented: false };
  }
  const heading = HEADING.exec(row);
  if (heading) return { kind: "heading", level: heading[1]!.length, text: inline(withoutMarks(heading[2]!)) };
  if (RULE.test(row)) return { kind: "rule" };
  const quote = QUOTE.exec(row);
  if (quote) return { kind: "quote", text: inline(quote[1]!) };
  const item = ITEM.exec(row);
  if (!item) return { kind: "row", text: inline(row), isIndented: /^\s/.test(row) };
  const task = TASK.exec(item[3]!);
  return {
    kind: "item",
    indent: item[1]!.length,
    ...(item[2] === undefined ? {} : { number: item[2] }),
    ...(task ? { isDone: task[1] !== " " } : {}),
    text: inline(task ? task[2]! : item[3]!),
  };
}

/** Without the marks that may close a heading. A pattern for both ends would try every way to share out the blanks. */
function withoutMarks(title: string): string {
  let end = title.length;
  while (title[end - 1] === "#") end--;
  return title.slice(0, end).trimEnd();
}

function closing(rows: readonly string[], from: number, fence: string): number {
  for (let at = from; at < rows.length; at++) {
    const mark = rows[at]!.trim();
    if (mark.startsWith(fence) && mark.replaceAll(fence[0]!, "") === "") return at;
  }
  return rows.length;
}

function isTable(rows: readonly string[], at: number): boolean {
  const [head, rule] = [rows[at]!, rows[at + 1] ?? ""];
  return head.includes("|") && rule.includes("|") && rule.length <= TABLE_RULE_MAX_CHARS &&
    head.length <= ROW_MAX_CHARS && TABLE_RULE.test(rule) && cellsOf(head).length <= TABLE_COLUMNS_MAX;
}

function tableOf(rows: readonly string[]): MarkdownBlock {
  const head = cellsOf(rows[0]!);
  return {
    kind: "table",
    head: head.map(inline),
    isRight: cellsOf(rows[1]!).map((cell) => cell.endsWith("-:")),
    rows: rows.slice(2).map((row) => {
      const cells = cellsOf(row);
      const last = cells.slice(head.length - 1).join(" | ");
      return head.map((_, at) => inline(at === head.length - 1 ? last : cells[at] ?? ""));
    }),
  };
}

function cellsOf(row: string): readonly string[] {
  return row.trim().replace(/^\|/, "").replace(/\|$/, "").split("|").map((cell) => cell.trim());
}

/** Emphasis, code and links of one row. */
function inline(text: string): MarkdownText {
  const plain = (it: string): MarkdownText => it === "" ? [] : [{ style: "text", text: it }];
  if (text.length > ROW_MAX_CHARS || !/[`*_~[]/.test(text)) return plain(text);
  const spans: MarkdownSpan[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    spans.push(...plain(text.slice(at, match.index)), spanOf(match));
    at = match.index + match[0].length;
  }
  return [...spans, ...plain(text.slice(at))];
}

function spanOf([, code, bold, bold2, italic, italic2, struck, label, url]: RegExpMatchArray): MarkdownSpan {
  if (code !== undefined) return { style: "code", text: code };
  const strong = bold ?? bold2;
  if (strong !== undefined) return { style: "strong", text: strong };
  const slanted = italic ?? italic2;
  if (slanted !== undefined) return { style: "italic", text: slanted };
  if (struck !== undefined) return { style: "struck", text: struck };
  return { style: "link", text: label ?? "", url: url ?? "" };
}
