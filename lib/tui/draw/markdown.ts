import { type MarkdownBlock, markdownBlocks, type MarkdownText } from "../../present/mod.ts";
import { cleanLines, cut, fit, width, wrap } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { EMPTY, type Line, line, seg } from "./line.ts";
import { wrapLine } from "./styled.ts";
import type { Tone } from "./theme.ts";

const INDENT_MAX = 12;

/** Markdown as a terminal shows it. Cleans the text itself. */
export function markdownLines(text: string, columns: number, glyphs: Glyphs): readonly Line[] {
  return markdownBlocks(cleanLines(text)).flatMap((block) => blockLines(block, columns, glyphs));
}

function blockLines(block: MarkdownBlock, columns: number, glyphs: Glyphs): readonly Line[] {
  switch (block.kind) {
    case "blank":
      return [EMPTY];
    case "rule":
      return [line(glyphs.box.horizontal.repeat(columns), "border")];
    case "row":
      return wrapLine(styled(block.text, "text"), columns);
    case "heading":
      return wrapLine(styled(block.text, block.level <= 2 ? "title" : "strong"), columns);
    case "quote":
      return wrapLine(styled(block.text, "dim"), Math.max(1, columns - 2))
        .map((piece): Line => [seg(`${glyphs.box.vertical} `, "accent"), ...piece]);
    case "item":
      return itemLines(block, columns, glyphs);
    case "code":
      return codeLines(block, columns, glyphs);
    case "table":
      return tableLines(block, columns, glyphs);
  }
}

type BlockOf<Kind extends MarkdownBlock["kind"]> = Extract<MarkdownBlock, { kind: Kind }>;

function itemLines(
  { indent, number, isDone, text }: BlockOf<"item">,
  columns: number,
  glyphs: Glyphs,
): readonly Line[] {
  const task = isDone ? glyphs.status.completed : glyphs.status.queued;
  const mark = number !== undefined ? `${number}.` : isDone === undefined ? glyphs.bullet : task;
  const start = `${" ".repeat(Math.min(indent, INDENT_MAX))}${mark} `;
  return wrapLine([seg(start, "accent"), ...styled(text, "text")], columns, start.length);
}

function codeLines({ info, rows }: BlockOf<"code">, columns: number, glyphs: Glyphs): readonly Line[] {
  const bar = seg(`${glyphs.box.vertical} `, "border");
  const room = Math.max(1, columns - 2);
  const body = rows.flatMap((row) => wrap(row, room).map((piece): Line => [bar, seg(piece, "attempt")]));
  return info === "" ? body : [[bar, seg(cut(info, room), "dim")], ...body];
}

const STYLE_TONES = {
  code: "attempt",
  strong: "strong",
  italic: "italic",
  struck: "dim",
  link: "accent",
} as const satisfies Record<string, Tone>;

function styled(text: MarkdownText, tone: Tone): Line {
  return text.flatMap((span) => [
    seg(span.text, span.style === "text" ? tone : STYLE_TONES[span.style]),
    ...(span.url === undefined ? [] : [seg(` (${span.url})`, "dim")]),
  ]);
}

const plain = (text: MarkdownText) => text.map((span) => span.text).join("");

function tableLines(table: BlockOf<"table">, columns: number, glyphs: Glyphs): readonly Line[] {
  const head = table.head.map(plain);
  const body = table.rows.map((row) => row.map(plain));
  const widths = head.map((title, at) =>
    Math.max(1, width(title), ...body.map((cells) => width(cells[at]!)))
  );
  const room = columns - 3 * (head.length - 1);
  if (room < head.length * 2) return [head, ...body].map((cells) => line(cut(cells.join(" | "), columns)));
  for (let total = widths.reduce((a, b) => a + b, 0); total > room; total--) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  const drawn = (cells: readonly string[], tone: Tone): Line =>
    widths.flatMap((wide, at) => [
      ...(at > 0 ? [seg(` ${glyphs.box.vertical} `, "border")] : []),
      seg(fit(cells[at] ?? "", wide, table.isRight[at] ? "right" : "left"), tone),
    ]);
  const dash = glyphs.box.horizontal;
  const cross = widths.map((wide) => dash.repeat(wide)).join(
    `${dash}${glyphs.hasBraille ? "┼" : "+"}${dash}`,
  );
  return [drawn(head, "strong"), line(cross, "border"), ...body.map((cells) => drawn(cells, "text"))];
}
