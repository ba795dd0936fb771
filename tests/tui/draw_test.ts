import assert from "node:assert/strict";
import fc from "fast-check";
import { lane, shareBar } from "../../lib/tui/draw/bars.ts";
import { plotLines } from "../../lib/tui/draw/plot.ts";
import { ASCII, UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { type Line, lineWidth, seg } from "../../lib/tui/draw/line.ts";
import { markdownLines } from "../../lib/tui/reader/markdown.ts";
import { wrapLine } from "../../lib/tui/draw/styled.ts";
import { troubleLines } from "../../lib/tui/draw/trouble.ts";
import { clean, width } from "../../lib/tui/terminal/text.ts";
import { LongText } from "../../lib/tui/reader/long_text.ts";

const textOf = (line: Line) => line.map((part) => part.text).join("");
const safe = (line: Line) => assert.doesNotMatch(textOf(line), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
const wild = fc.string({ unit: "binary", maxLength: 80 });

Deno.test("plotLines() fits the room it has, whatever the numbers, with and without braille", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 30, max: 90 }),
      fc.integer({ min: 2, max: 20 }),
      (values, columns, rows) => {
        const chart = {
          kind: "columns",
          labels: values.map((_, at) => `day ${at}`),
          series: [{ name: "a-model", tone: 0, values }, { name: "\x1b[2Jb", tone: "other", values }],
          format: String,
        } as const;
        for (const glyphs of [UNICODE, ASCII]) {
          const lines = plotLines(chart, { columns, rows }, glyphs);
          assert(lines.length <= rows);
          const texts = lines.map((line) => line.map(({ text }) => text).join(""));
          for (const text of texts) assert(width(text) <= columns && !text.includes("\x1b"));
          // deno-lint-ignore no-control-regex
          if (glyphs === ASCII) assert(!/[^\x00-\x7f]/.test(texts.join("").replaceAll("…", "")));
        }
      },
    ),
  );
});

Deno.test("shareBar() and lane() stay in their columns, and something small still shows", () => {
  fc.assert(fc.property(fc.double(), fc.integer({ min: 1, max: 40 }), (share, columns) => {
    assert.equal(lineWidth(shareBar(share, columns, "ok", UNICODE)), columns);
    const stretches = [{ from: share, to: share * 2, tone: "ok", glyph: "█" } as const];
    assert.equal(lineWidth(lane(stretches, columns, UNICODE)), columns);
  }));
  assert.equal(textOf(shareBar(0.0001, 4, "ok", UNICODE)).trim(), "▏");
  assert.equal(textOf(shareBar(0.5, 4, "ok", UNICODE)), "██  ");
});

Deno.test("markdownLines() keeps to its columns and lets no control character through", () => {
  const pieces = fc.array(
    fc.oneof(
      wild,
      fc.constantFrom("# a", "- b", "```", "| a | b |", "|---|:-:|", "> q", "**x**", "1. y", "***", "[a](b)"),
    ),
    { maxLength: 12 },
  );
  fc.assert(fc.property(pieces, fc.integer({ min: 4, max: 60 }), (rows, columns) => {
    for (const line of markdownLines(rows.join("\n"), columns, UNICODE)) {
      assert.ok(
        lineWidth(line) <= Math.max(columns, 8),
        `${columns}: ${lineWidth(line)} ${JSON.stringify(textOf(line))}`,
      );
      safe(line);
    }
  }));
});

Deno.test("markdownLines() knows headings, lists, tables, code and emphasis", () => {
  const lines = markdownLines(
    "## T\n- **a** `b` *c*\n- [x] done\n\n| n | v |\n|--|--:|\n| a | 1 |\n```ts\nlet x = '**';\n```",
    40,
    UNICODE,
  );
  assert.deepEqual(lines.map(textOf), [
    "T",
    "• a b c",
    "✓ done",
    "",
    "n │ v",
    "──┼──",
    "a │ 1",
    "│ ts",
    "│ let x = '**';",
  ]);
  assert.deepEqual(lines[1]!.map((part) => part.tone), [
    "accent",
    "strong",
    "text",
    "attempt",
    "text",
    "italic",
  ]);
});

Deno.test("markdownLines() takes no time that grows with the square on hostile text", () => {
  for (
    const text of [
      "*".repeat(50_000),
      "[".repeat(50_000),
      "`a".repeat(20_000),
      "|-".repeat(20_000),
      "_ _".repeat(20_000),
    ]
  ) {
    assert.ok(markdownLines(`${text}\n${text}`, 80, UNICODE).length > 0);
  }
});

Deno.test("wrapLine() keeps every character that is not a blank, and its tone", () => {
  const parts = fc.array(fc.tuple(wild, fc.constantFrom("ok", "error")), { maxLength: 5 });
  fc.assert(
    fc.property(
      parts,
      fc.integer({ min: 10, max: 40 }),
      fc.integer({ min: 0, max: 6 }),
      (given, columns, hanging) => {
        const row: Line = given.map(([text, tone]) => seg(clean(text), tone as "ok" | "error"));
        const lines = wrapLine(row, columns, hanging);
        const letters = (rows: readonly Line[], tone: string) =>
          rows.flatMap((line) => line.filter((part) => part.tone === tone)).map((part) => part.text).join("")
            .replaceAll(" ", "");
        for (const line of lines) assert.ok(lineWidth(line) <= columns);
        for (const tone of ["ok", "error"]) assert.equal(letters(lines, tone), letters([row], tone));
      },
    ),
  );
});

Deno.test("LongText has every character of a plain text once, in order, and finds what is in it", () => {
  const plain = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), maxLength: 200 });
  fc.assert(fc.property(plain, fc.integer({ min: 2, max: 20 }), (text, columns) => {
    const long = new LongText(text, columns);
    const rows = Array.from({ length: long.rows }, (_, at) => textOf(long.line(at, "text", 0)));
    assert.equal(rows.join(""), text.replaceAll("\n", ""));
    for (const row of rows) assert.ok(width(row) <= columns);
    const place = text.indexOf("ab");
    if (place >= 0) assert.match(rows.slice(long.rowOf(place), long.rowOf(place) + 2).join(""), /ab/);
  }));
});

Deno.test("LongText that grew equals one made anew", () => {
  const plain = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 120 });
  fc.assert(fc.property(plain, plain, fc.integer({ min: 2, max: 12 }), (text, more, columns) => {
    const grown = new LongText(text + more, columns, new LongText(text, columns));
    const anew = new LongText(text + more, columns);
    const rows = (long: LongText) =>
      Array.from({ length: long.rows }, (_, at) => textOf(long.line(at, "text", 0)));
    assert.deepEqual(rows(grown), rows(anew));
  }));
});

Deno.test("LongText escapes what is hostile and stays in its columns", () => {
  fc.assert(fc.property(wild, fc.integer({ min: 4, max: 30 }), (text, columns) => {
    const long = new LongText(text, columns);
    for (let at = 0; at < long.rows; at++) {
      const line = long.line(at, "text", 0);
      safe(line);
      assert.ok(lineWidth(line) <= columns);
    }
  }));
});

Deno.test("troubleLines() fits every size and takes the remedy apart", () => {
  for (let columns = 40; columns < 120; columns += 7) {
    for (const rows of [10, 14, 40]) {
      const lines = troubleLines("T", { message: "Cannot x: y", remedy: "z" }, [["^r", "again"]], {
        columns,
        rows,
      }, UNICODE);
      assert.ok(lines.length <= rows);
      for (const line of lines) assert.ok(lineWidth(line) <= columns);
    }
  }
  const text = troubleLines(
    "T",
    { message: "Cannot x: y", remedy: "z" },
    [],
    { columns: 60, rows: 20 },
    ASCII,
  ).map(textOf)
    .join("\n");
  assert.match(text, /Cannot x: y\.[\s\S]*Try {2}z/);
});

Deno.test("plotLines() keeps the places of columns whose neighbours are lower", () => {
  const values = [1, 0, 3, 0, 5];
  const series = [{ name: "x", tone: 0, values }, { name: "y", tone: 1, values: [0, 2, 0, 4, 0] }] as const;
  const chart = { kind: "columns", labels: ["a", "b", "c", "d", "e"], series, format: String } as const;
  const rows = plotLines(chart, { columns: 40, rows: 6 }, ASCII).slice(0, 4).map((line) =>
    line.map(({ text }) => text).join("")
  );
  const ends = rows.map((row) => row.trimEnd().length);
  assert.equal(new Set(ends).size, 1, rows.join("\n"));
});
