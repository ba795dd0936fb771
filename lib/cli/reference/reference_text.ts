import { pad, width, wrap } from "../../present/mod.ts";
import type { Look } from "../output/look.ts";
import type { Section } from "./section.ts";

const NAME_COLUMNS_MAX = 26;
const TEXT_COLUMNS_MIN = 24;

/** Sections for a terminal: a table's row is its name, and beside it everything else, wrapped. */
export function referenceText(sections: readonly Section[], look: Look): string {
  return sections.map((section) => sectionText(section, look)).join("\n\n");
}

function sectionText({ title, text = [], code, table }: Section, look: Look): string {
  const parts = [
    look.paint("bold", plain(title)),
    ...text.map((it) => wrap(plain(it), look.columns, { wholeWords: true }).join("\n")),
    ...(code ? [code.text.split("\n").map((row) => `    ${row}`).join("\n")] : []),
    ...(table ? [tableText(table, look)] : []),
  ];
  return parts.join(text.length > 0 || code ? "\n\n" : "\n");
}

function tableText({ columns, rows }: NonNullable<Section["table"]>, look: Look): string {
  const names = rows.map(([name = ""]) => plain(name));
  const room = Math.min(NAME_COLUMNS_MAX, Math.max(...names.map(width))) + 2;
  const beside = Math.max(TEXT_COLUMNS_MIN, look.columns - room - 2);
  return rows.map((row, index) => {
    const name = names[index]!;
    const lines = wrap(besides(row, columns), beside, { wholeWords: true });
    const isWide = width(name) > room - 2;
    const head = `  ${look.paint("green", isWide ? name : pad(name, room))}`;
    const indent = " ".repeat(room + 2);
    if (isWide) return [head, ...lines.map((it) => indent + it)].join("\n");
    return [head + (lines[0] ?? ""), ...lines.slice(1).map((it) => indent + it)].join("\n").trimEnd();
  }).join("\n");
}

/** What it does first, then what it must be, and what it is when it is left out. */
function besides(row: readonly string[], columns: readonly string[]): string {
  const cell = (title: string) => plain(row[columns.indexOf(title)] ?? "");
  if (!columns.includes("left out")) {
    return row.slice(1).map(plain).map((it, at) => columns[at + 1] === "e.g." ? `e.g. ${it}` : it)
      .filter((it) => it !== "").join("; ");
  }
  const left = cell("left out");
  const is = `${cell("is")}${
    left === "–" ? "" : left === "must be there" ? "; must be there" : `; left out: ${left}`
  }`;
  return cell("what it does") === "" ? is : `${cell("what it does")} (${is})`;
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
