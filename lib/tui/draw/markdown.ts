import { cleanLines, cut, fit, width, wrap } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { EMPTY, type Line, line, seg, type Segment } from "./line.ts";
import { wrapLine } from "./styled.ts";
import type { Tone } from "./theme.ts";

/** Longer rows are shown as they are: what is that long is no prose. */
const INLINE_LENGTH_MAX = 4_000;
const TABLE_COLUMNS_MAX = 20;
const TABLE_ROWS_MAX = 500;

/** Bounded everywhere, so that hostile text costs no more than it is long. */
const INLINE =
  /`([^`]{1,400})`|\*\*(?=\S)([^*]{1,400})\*\*|__(?=\S)([^_]{1,400})__|(?<![\w*])\*(?=\S)([^*]{1,400})\*(?![\w*])|(?<![\w_])_(?=\S)([^_]{1,400})_(?![\w_])|~~([^~]{1,400})~~|!?\[([^\][]{1,200})\]\(([^()\s]{1,400})\)/g;

/** What a model writes: headings, lists, quotes, code, tables, emphasis. Cleans the text itself. */
export function markdownLines(text: string, columns: number, glyphs: Glyphs): readonly Line[] {
  const rows = cleanLines(text);
  const lines: Line[] = [];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const fence = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]{0,40})/.exec(row);
    if (fence) {
      const end = closing(rows, index + 1, fence[1]!);
      lines.push(...codeLines(rows.slice(index + 1, end), fence[2]!, columns, glyphs));
      index = end;
    } else if (isTable(rows, index)) {
      let end = index + 2;
      while (end < rows.length && rows[end]!.includes("|") && end - index < TABLE_ROWS_MAX) end++;
      lines.push(...tableLines(rows.slice(index, end), columns, glyphs));
      index = end - 1;
    } else lines.push(...proseLines(row, columns, glyphs));
  }
  return lines;
}

function closing(rows: readonly string[], from: number, fence: string): number {
  for (let index = from; index < rows.length; index++) {
    const trimmed = rows[index]!.trim();
    if (trimmed.startsWith(fence) && trimmed.replaceAll(fence[0]!, "") === "") return index;
  }
  return rows.length; // still being written
}

function codeLines(
  rows: readonly string[],
  language: string,
  columns: number,
  glyphs: Glyphs,
): readonly Line[] {
  const bar = seg(`${glyphs.box.vertical} `, "border");
  const body = rows.flatMap((row) =>
    wrap(row, Math.max(1, columns - 2)).map((piece): Line => [bar, seg(piece, "attempt")])
  );
  return language === "" ? body : [[bar, seg(language, "dim")], ...body];
}

function proseLines(row: string, columns: number, glyphs: Glyphs): readonly Line[] {
  if (row.trim() === "") return [EMPTY];
  const heading = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(row);
  if (heading) {
    const tone: Tone = heading[1]!.length <= 2 ? "title" : "strong";
    return wrapLine(inline(heading[2]!, tone), columns);
  }
  if (/^\s{0,3}(?:-\s*){3,}$|^\s{0,3}(?:\*\s*){3,}$|^\s{0,3}(?:_\s*){3,}$/.test(row)) {
    return [line(glyphs.box.horizontal.repeat(columns), "border")];
  }
  const quote = /^\s{0,3}>\s?(.*)$/.exec(row);
  if (quote) {
    return wrapLine(inline(quote[1]!, "dim"), Math.max(1, columns - 2))
      .map((piece): Line => [seg(`${glyphs.box.vertical} `, "accent"), ...piece]);
  }
  const item = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/.exec(row);
  if (item) {
    const depth = " ".repeat(Math.min(item[1]!.length, 12));
    const task = /^\[([ xX])\]\s+(.*)$/.exec(item[3]!);
    const mark = item[2] !== undefined
      ? `${item[2]}. `
      : task
      ? `${task[1] === " " ? glyphs.status.queued : glyphs.status.completed} `
      : `${glyphs.bullet} `;
    const body = inline(task ? task[2]! : item[3]!, "text");
    return wrapLine([seg(depth + mark, "accent"), ...body], columns, depth.length + mark.length);
  }
  return wrapLine(inline(row, "text"), columns);
}

/** Emphasis, code and links of one row. */
function inline(text: string, tone: Tone): Line {
  if (text.length > INLINE_LENGTH_MAX || !/[`*_~[]/.test(text)) return [seg(text, tone)];
  const parts: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, bold, bold2, italic, italic2, struck, label, url] = match;
    if (match.index > at) parts.push(seg(text.slice(at, match.index), tone));
    if (code !== undefined) parts.push(seg(code, "attempt"));
    else if (bold ?? bold2) parts.push(seg((bold ?? bold2)!, "strong"));
    else if (italic ?? italic2) parts.push(seg((italic ?? italic2)!, "italic"));
    else if (struck !== undefined) parts.push(seg(struck, "dim"));
    else if (label !== undefined) parts.push(seg(label, "accent"), seg(` (${url})`, "dim"));
    at = match.index + whole.length;
  }
  if (at < text.length) parts.push(seg(text.slice(at), tone));
  return parts;
}

function isTable(rows: readonly string[], index: number): boolean {
  return rows[index]!.includes("|") &&
    /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*){0,40}\|?\s*$/.test(rows[index + 1] ?? "") &&
    (rows[index + 1] ?? "").includes("|");
}

function cellsOf(row: string): readonly string[] {
  return row.trim().replace(/^\|/, "").replace(/\|$/, "").split("|").slice(0, TABLE_COLUMNS_MAX)
    .map((cell) => inline(cell.trim(), "text").map((part) => part.text).join(""));
}

function tableLines(rows: readonly string[], columns: number, glyphs: Glyphs): readonly Line[] {
  const head = cellsOf(rows[0]!);
  const right = cellsOf(rows[1]!).map((cell) => /-:$/.test(cell));
  const body = rows.slice(2).map(cellsOf);
  const count = Math.max(head.length, 1);
  const widths = Array.from(
    { length: count },
    (_, at) => Math.max(1, ...[head, ...body].map((cells) => width(cells[at] ?? ""))),
  );
  const room = columns - 3 * (count - 1);
  if (room < count * 2) return rows.map((row) => line(cut(row, columns)));
  for (let total = widths.reduce((a, b) => a + b, 0); total > room; total--) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  const rule = glyphs.box.vertical;
  const drawn = (cells: readonly string[], tone: Tone): Line =>
    widths.flatMap((wide, at) => [
      ...(at > 0 ? [seg(` ${rule} `, "border")] : []),
      seg(fit(cells[at] ?? "", wide, right[at] ? "right" : "left"), tone),
    ]);
  const dash = glyphs.box.horizontal;
  const cross = widths.map((wide) => dash.repeat(wide)).join(
    `${dash}${glyphs.hasBraille ? "┼" : "+"}${dash}`,
  );
  return [drawn(head, "strong"), line(cross, "border"), ...body.map((cells) => drawn(cells, "text"))];
}
