import assert from "node:assert/strict";
import { escapeText, oneLine } from "../../lib/core/mod.ts";
import { markdownBlocks } from "../../lib/present/mod.ts";
import { markdown } from "../../lib/exporters/html/markdown.ts";

const PIECES = [
  " ",
  "\t",
  "#",
  "# ",
  " #",
  "`",
  "*",
  "* ",
  "_",
  "~",
  "[",
  "](",
  "|",
  "| ",
  "-",
  "- ",
  ":",
  ">",
  "1.",
  "a",
  "\u2028",
];
/** Rows up to this length are read as markdown. */
const LONG = 3_600;
const TIMES = 4;

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  markdownBlocks: (text) => markdownBlocks([text, text]),
  "markdown of a page": (text) => String(markdown(text)),
  oneLine: (text) => oneLine(text, 80),
  escapeText: (text) => escapeText(text),
};

/** The best of three, ms: other programs only ever make it longer. */
function cost(read: (text: string) => unknown, text: string): number {
  return Math.min(...[1, 2, 3].map(() => {
    const start = performance.now();
    read(text);
    return performance.now() - start;
  }));
}

Deno.test("what reads answers of models grows with their length, whatever they say", () => {
  for (const [name, read] of Object.entries(READERS)) {
    for (const begin of ["", "# ", "|", "- ", " ", "["]) {
      for (const piece of PIECES) {
        for (const end of ["", "x", "\u2028x"]) {
          const text = (chars: number) =>
            begin + piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars) + end;
          const [short, long] = [cost(read, text(LONG / TIMES)), cost(read, text(LONG))];
          // Quadratic at worst over a bounded row; cubic growth is 64-fold, and takes seconds.
          assert(
            long < short * TIMES ** 2 * 2 + 30,
            `${name}: ${JSON.stringify([begin, piece, end])}: ${short} ms, ${long} ms`,
          );
        }
      }
    }
  }
});

Deno.test("markdownBlocks() reads the marks that close a heading as before", () => {
  const titleOf = (row: string) => {
    const [block] = markdownBlocks([row]);
    return block!.kind === "heading" ? block!.text.map((span) => span.text).join("") : undefined;
  };
  const titles = {
    "# a": "a",
    "## a ##": "a",
    "# a #  ": "a #",
    "# C#": "C",
    "#  ": "",
    "#a": undefined,
    "# # #": "#",
  };
  for (const [row, title] of Object.entries(titles)) assert.equal(titleOf(row), title, row);
});
