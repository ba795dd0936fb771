import { type MarkdownBlock, markdownBlocks, type MarkdownText } from "../../present/mod.ts";
import { codeLines } from "../draw/code.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { EMPTY, type Line, line, lineWidth, seg } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { cleanLines, cut, width } from "../terminal/text.ts";
import { cellsUnit, fixedUnit, lineUnit, type Unit, unitRows } from "./unit.ts";

const INDENT_MAX = 12;
const RULE_COLUMNS_MAX = 200;

/** Markdown as a terminal shows it. Cleans the text itself. */
export function markdownUnits(text: string, columns: number, glyphs: Glyphs): readonly Unit[] {
  return markdownBlocks(cleanLines(text)).flatMap((block) => blockUnits(block, columns, glyphs));
}

/** The same as rows. */
export function markdownLines(text: string, columns: number, glyphs: Glyphs): readonly Line[] {
  return unitRows(markdownUnits(text, columns, glyphs));
}

function blockUnits(block: MarkdownBlock, columns: number, glyphs: Glyphs): readonly Unit[] {
  switch (block.kind) {
    case "blank":
      return [fixedUnit(EMPTY)];
    case "rule":
      return [ruleUnit(columns, glyphs)];
    case "row":
      return [lineUnit(styled(block.text, "text"), columns)];
    case "heading":
      return headingUnits(block, columns, glyphs);
    case "quote":
      return [lineUnit(styled(block.text, "dim"), columns, {
        prefix: [seg(`${glyphs.box.vertical} `, "accent")],
      })];
    case "item":
      return [itemUnit(block, columns, glyphs)];
    case "code":
      return codeUnits(block, columns, glyphs);
    case "table":
      return tableUnits(block, columns, glyphs);
  }
}

type BlockOf<Kind extends MarkdownBlock["kind"]> = Extract<MarkdownBlock, { kind: Kind }>;

function ruleUnit(columns: number, glyphs: Glyphs): Unit {
  return fixedUnit(line(glyphs.box.horizontal.repeat(Math.min(columns, RULE_COLUMNS_MAX)), "border"), false);
}

/** The first level is underlined, the others differ in weight and colour. */
function headingUnits({ level, text }: BlockOf<"heading">, columns: number, glyphs: Glyphs): readonly Unit[] {
  const title = lineUnit(styled(text, HEADING_TONES[level - 1] ?? "heading"), columns);
  return level === 1 ? [title, ruleUnit(Math.min(columns, width(title.text)), glyphs)] : [title];
}

const HEADING_TONES: readonly Tone[] = ["title", "title", "key", "accent"];

function itemUnit({ indent, number, isDone, text }: BlockOf<"item">, columns: number, glyphs: Glyphs): Unit {
  const task = isDone ? glyphs.status.completed : glyphs.status.queued;
  const mark = number !== undefined ? `${number}.` : isDone === undefined ? glyphs.bullet : task;
  const start = `${" ".repeat(Math.min(indent, INDENT_MAX))}${mark} `;
  return lineUnit([seg(start, "accent"), ...styled(text, "text")], columns, { hanging: start.length });
}

function codeUnits({ info, rows }: BlockOf<"code">, columns: number, glyphs: Glyphs): readonly Unit[] {
  const prefix: Line = [seg(`${glyphs.box.vertical} `, "border")];
  const body = codeLines(rows, info).map((row) => lineUnit(row, columns, { prefix }));
  if (info === "") return body;
  return [fixedUnit([...prefix, seg(cut(info, Math.max(1, columns - 2)), "dim")], false), ...body];
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

function tableUnits(table: BlockOf<"table">, columns: number, glyphs: Glyphs): readonly Unit[] {
  const head = table.head.map((cell) => styled(cell, "strong"));
  const body = table.rows.map((row) => row.map((cell) => styled(cell, "text")));
  const widths = head.map((title, at) =>
    Math.max(1, lineWidth(title), ...body.map((cells) => lineWidth(cells[at]!)))
  );
  const room = columns - 3 * (head.length - 1);
  if (room < head.length * 2) {
    return [head, ...body].map((cells) => lineUnit(besideEachOther(cells), columns));
  }
  for (let total = widths.reduce((a, b) => a + b, 0); total > room; total--) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  const rule: Line = [seg(` ${glyphs.box.vertical} `, "border")];
  const look = { widths, isRight: table.isRight, rule };
  const dash = glyphs.box.horizontal;
  const cross = widths.map((wide) => dash.repeat(wide)).join(
    `${dash}${glyphs.hasBraille ? "┼" : "+"}${dash}`,
  );
  return [
    cellsUnit(head, look),
    fixedUnit(line(cross, "border"), false),
    ...body.map((cells) => cellsUnit(cells, look)),
  ];
}

/** Where there is no room for columns. */
function besideEachOther(cells: readonly Line[]): Line {
  return cells.flatMap((cell, at): Line => (at > 0 ? [seg(" | ", "border"), ...cell] : cell));
}
