import assert from "node:assert/strict";
import fc from "fast-check";
import { codeLines } from "../../lib/tui/draw/code.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { loadGrammars } from "../../lib/tui/draw/grammars.ts";
import { type Line, lineWidth, seg } from "../../lib/tui/draw/line.ts";
import { insert } from "../../lib/tui/draw/text_field.ts";
import { docOf, type DocOptions } from "../../lib/tui/reader/doc.ts";
import { jsonNodes } from "../../lib/tui/reader/json_nodes.ts";
import { marked, Marks } from "../../lib/tui/draw/marks.ts";
import { markdownLines } from "../../lib/tui/reader/markdown.ts";
import { readerPane } from "../../lib/tui/reader/pane.ts";
import { type Part, partsText, textPart, valueParts } from "../../lib/tui/reader/part.ts";
import { patternHits } from "../../lib/tui/reader/pattern.ts";
import {
  afterMotion,
  foldedTo,
  hitsIn,
  type Lay,
  type Reader,
  READER_START,
  rewrapped,
  searchKept,
  searchLeft,
  searchOpened,
  searchTyped,
  sideways,
  toHit,
  topOf,
} from "../../lib/tui/reader/reader.ts";
import { type Hits, wordHits } from "../../lib/tui/draw/search.ts";

const textOf = (line: Line) => line.map((part) => part.text).join("");
const safe = (line: Line) => assert.doesNotMatch(textOf(line), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
const wild = fc.string({ unit: "binary", maxLength: 80 });
const OPTIONS: DocOptions = { columns: 40, glyphs: UNICODE, prefix: "", folds: new Map() };

const json = (value: unknown): readonly Part[] => [{ kind: "json", value, indent: 0 }];
const rowsOf = (parts: readonly Part[], options: Partial<DocOptions> = {}) => {
  const doc = docOf(parts, { ...OPTIONS, ...options });
  return Array.from({ length: doc.rows }, (_, at) => doc.line(at));
};
const textsOf = (parts: readonly Part[], options: Partial<DocOptions> = {}) =>
  rowsOf(parts, options).map((row) => textOf(row).trim());
const words = (text: string) => ({ text, isPattern: false });

/** A reader of these parts in a window of `height` rows. */
function layOf(parts: readonly Part[], height = 10, columns = 40): Lay {
  return ({ folds, depth, isWrapped }) => ({
    doc: docOf(parts, { ...OPTIONS, columns, folds, depth, isWrapped }),
    columns,
    height,
  });
}

function typedIn(text: string, lay: Lay, from: Reader = READER_START): Reader {
  return [...text].reduce<Reader>(
    (reader, letter) => searchTyped(reader, (field) => insert(field, letter), lay),
    searchOpened(from),
  );
}

const shown = (reader: Reader, lay: Lay) => {
  const window = lay(reader);
  return Array.from({ length: window.height }, (_, y) => textOf(window.doc.line(topOf(reader, window) + y)))
    .join("\n");
};

/** Any of the kinds of parts. */
const parts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.oneof(
    wild.map((text) => textPart(text, "dim", 2)),
    fc.array(fc.oneof(wild, fc.constantFrom("# a", "- b", "```", "| a | b |", "|---|--:|", "> q", "**x**")))
      .map((rows): Part => ({ kind: "markdown", text: rows.join("\n"), indent: 0 })),
    fc.jsonValue().map((value): Part => ({ kind: "json", value, indent: 2 })),
    wild.map((text): Part => ({ kind: "code", text, language: "python", indent: 2 })),
    wild.map((text): Part => ({ kind: "unified", text: `+${text}\n-b` })),
    fc.jsonValue().map((value): Part => ({
      kind: "signed",
      sign: "+",
      tone: "ok",
      parts: [{ kind: "json", value, indent: 0 }],
    })),
    wild.map((text): Part => ({
      kind: "fold",
      title: "thinking",
      isOpen: false,
      indent: 0,
      parts: [textPart(text)],
    })),
  ),
  { maxLength: 5 },
);

Deno.test("docOf() lets nothing hostile through and keeps to its columns", () => {
  fc.assert(fc.property(parts, fc.integer({ min: 30, max: 80 }), (given, columns) => {
    for (const row of rowsOf(given, { columns, depth: 3 })) safe(row);
  }));
});

Deno.test("every place that is found is shown marked once what hides it is opened", () => {
  fc.assert(fc.property(parts, fc.constantFrom("a", "b", '"', "e", "th"), (given, wanted) => {
    const hits = wordHits(docOf(given, OPTIONS).text, words(wanted));
    hits.starts.slice(0, 20).forEach((place, at) => {
      const closed = docOf(given, OPTIONS).closedAt(place);
      const doc = docOf(given, { ...OPTIONS, folds: new Map(closed.map((path) => [path, true])) });
      assert.deepEqual(doc.closedAt(place), []);
      const row = doc.line(doc.rowOf(place), new Marks(hits, at));
      const current = row.filter((part) => part.ground === "current").map((part) => part.text).join("");
      assert.notEqual(current, "", JSON.stringify({ wanted, row: textOf(row) }));
      assert.ok(wanted.startsWith(current.toLowerCase()) || current.toLowerCase().startsWith(wanted));
    });
  }));
});

Deno.test("marked() changes no text, whatever is marked", () => {
  const places = fc.uniqueArray(fc.nat(60), { maxLength: 6 }).map((all) => all.sort((a, b) => a - b));
  fc.assert(fc.property(fc.array(wild, { maxLength: 4 }), places, (texts, bounds) => {
    const row: Line = texts.map((text) => seg(text));
    const marks = bounds.slice(0, -1).map((from, at) => ({ from, to: bounds[at + 1]!, isCurrent: at === 1 }));
    assert.equal(textOf(marked(row, marks)), textOf(row));
  }));
});

Deno.test("JSON of any size is shown, folded where it is large, and every part of it is searched", () => {
  const value = {
    list: Array.from({ length: 4_000 }, (_, at) => ({ name: `row ${at}`, deep: { note: "x" } })),
  };
  assert.deepEqual(textsOf(json(value)), ["▾ {1}", "▸ list: [4000] …"]);
  const lay = layOf(json(value));
  const reader = typedIn("row 3999", lay);
  assert.match(shown(reader, lay), /name: "row 3999"/);
  const { doc } = lay(reader);
  assert.equal(hitsIn(reader, doc)?.starts.length, 1);
  assert.ok(doc.rows > 4_000);
  assert.equal(textsOf(json(value), { depth: 1_000 }).length, 2 + 4_000 * 4);
});

Deno.test("a long text inside JSON is searched and unfolded", () => {
  const value = { body: `${"word ".repeat(300)}needle ${"word ".repeat(300)}`, after: 1 };
  assert.match(textsOf(json(value))[1]!, /^▸ body: "word .*3,007 characters$/);
  const lay = layOf(json(value));
  assert.match(shown(typedIn("needle", lay), lay), /needle/);
});

Deno.test("jsonNodes() walks any depth and treats odd keys as data", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level++) deep = [deep, "x"];
  assert.equal(jsonNodes(deep).count, 40_001);
  assert.deepEqual(textsOf(json(JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "n": [1, 2]}'))), [
    "▾ {3}",
    "▾ __proto__: {1}",
    "x: 1",
    "constructor: 2",
    "n: [1,2]",
  ]);
});

Deno.test("branches are folded all, opened all, or opened down to a level", () => {
  const value = { a: { b: { c: { d: 1 } } }, list: [{ x: 1 }] };
  const lay = layOf(json(value));
  const rows = (depth: number) => lay(foldedTo(READER_START, depth, lay)).doc.rows;
  assert.deepEqual([0, 1, 2, 3, 1_000].map(rows), [1, 3, 5, 7, 8]);
});

Deno.test("searching counts places, goes on from what is in view and around the end, and Esc takes all of it back", () => {
  const lines = Array.from({ length: 100 }, (_, at) => (at % 10 === 0 ? `Ten ${at}` : `line ${at}`));
  const lay = layOf([textPart(lines.join("\n"))]);
  const before = afterMotion(READER_START, { action: "down", count: 25 }, lay(READER_START));
  const typed = typedIn("ten", lay, before);
  assert.equal(hitsIn(typed, lay(typed).doc)?.starts.length, 10);
  assert.match(shown(typed, lay), /Ten 30/, "the first from where the person was");
  assert.equal(searchLeft(typed), before);
  const kept = searchKept(typed, lay);
  assert.match(shown(toHit(kept, 1, lay), lay), /Ten 40/);
  assert.match(shown(toHit(kept, -1, lay), lay), /Ten 20/);
  const atEnd = afterMotion(kept, { action: "bottom" }, lay(kept));
  assert.match(shown(toHit(atEnd, 1, lay), lay), /Ten 90/, "from what is in view, not from the last place");
  assert.match(shown(toHit(toHit(atEnd, 1, lay), 1, lay), lay), /Ten 0/, "around the end");
  const again = searchKept(searchOpened(kept), lay);
  assert.deepEqual(again.search, words("ten"), "nothing typed: the same as before");
  const drawn = readerPane(kept, lay(kept), 60, 13, UNICODE, {}).map(textOf).join("\n");
  assert.match(drawn, /\/ ten .* 4\/10 /);
});

Deno.test("words are found over the end of a row on the screen, and marked in both", () => {
  const lay = layOf([textPart(`${"a".repeat(30)} bbbbb ccccc ddddd`)]);
  const reader = typedIn("bbbbb ccccc", lay);
  const { doc } = lay(reader);
  const marks = new Marks(hitsIn(reader, doc)!, 0);
  const found = [doc.line(0, marks), doc.line(1, marks)].map((row) =>
    row.filter((part) => part.ground === "current").map((part) => part.text.trim()).join("")
  );
  assert.deepEqual(found, ["bbbbb", "ccccc"]);
});

Deno.test("rows that are not wrapped are read by going sideways, and found places come into view", () => {
  const lay = layOf([textPart(`start ${"x".repeat(300)} needle`)]);
  const wide = rewrapped(READER_START, lay);
  assert.equal(lay(wide).doc.rows, 1);
  assert.equal(sideways(wide, 1, lay(wide)).left, 16);
  assert.equal(sideways(wide, -1, lay(wide)).left, 0);
  const found = typedIn("needle", lay, wide);
  assert.ok(found.left > 250 && found.left <= 307);
  assert.ok(lay(rewrapped(wide, lay)).doc.rows > 1);
});

Deno.test("a table shows all of its cells: what is too long goes on below", () => {
  const rows = markdownLines("| name | about |\n|---|---|\n| a | one two three four five six |", 24, UNICODE);
  const text = rows.map(textOf).join("\n");
  for (const word of ["one", "two", "three", "four", "five", "six"]) assert.match(text, new RegExp(word));
  for (const row of rows) assert.ok(lineWidth(row) <= 24);
});

async function allHits(text: string, pattern: string): Promise<Hits> {
  let last: Hits | undefined;
  for await (const hits of patternHits(text, { text: pattern, isPattern: true })) last = hits;
  return last!;
}

Deno.test("patternHits() finds what a pattern fits, slice by slice, and says why one is none", async () => {
  const text = Array.from({ length: 12_000 }, (_, at) => `row ${at} of many`).join("\n");
  const hits = await allHits(text, "^ROW \\d*99 ");
  assert.equal(hits.starts.length, 120);
  assert.ok(hits.isDone && !hits.isCut);
  const found = hits.starts.map((start, at) => text.slice(start, hits.ends[at]));
  assert.deepEqual(found.slice(0, 2), ["row 99 ", "row 199 "]);
  assert.match((await allHits("text", "(a")).problem!, /missing closing \)/);
  assert.equal((await allHits("aaaa", "x*")).starts.length, 0, "nothing is no place");
});

Deno.test("patternHits() takes no time that grows with the square on hostile patterns", async () => {
  assert.equal((await allHits("a".repeat(40_000), "(a+)+$x")).starts.length, 0);
});

Deno.test("codeLines() changes no text, and colours a language once its grammar is loaded", async () => {
  const rows = ["def f(x):", '    return "a" + x  # why'];
  assert.deepEqual(codeLines(rows, "python").map(textOf), rows);
  await loadGrammars();
  const lines = codeLines(rows, "py");
  assert.deepEqual(lines.map(textOf), rows);
  const tones = new Map(lines.flat().map((part) => [part.text.trim(), part.tone]));
  assert.equal(tones.get("def"), "llm");
  assert.equal(tones.get('"a"'), "tool");
  assert.equal(tones.get("# why"), "dim");
  assert.deepEqual([...new Set(codeLines(rows, "brainfog").flat().map((part) => part.tone))], ["attempt"]);
});

Deno.test("codeLines() of code that grows equals that of the whole, and any text is left as it is", async () => {
  for (const language of ["python", "ts", "bash", "sql", "yaml", "html"]) codeLines(["x"], language);
  await loadGrammars();
  const starts = fc.constantFrom("'''", "/* a", "*/", "`x${", "<<EOF", "- a: |", "<!--", "x = {");
  const code = fc.array(fc.oneof(wild, starts), { maxLength: 8 });
  const languages = fc.constantFrom("python", "ts", "bash", "sql", "yaml", "html");
  fc.assert(
    fc.property(code, code, languages, (a, b, language) => {
      codeLines(a, language);
      const rows = [...a, ...b];
      const grown = codeLines(rows, language);
      assert.deepEqual(grown.map(textOf), rows);
      // Others push it out of what is remembered.
      for (let at = 0; at < 9; at++) codeLines([`${at}`, "y"], language);
      assert.deepEqual(codeLines([...rows], language), grown);
    }),
    { numRuns: 40 },
  );
});

Deno.test("partsText() is all of a text, however it is folded", () => {
  const given: readonly Part[] = [
    { kind: "fold", title: "thinking", isOpen: false, indent: 0, parts: [textPart("hm")] },
    ...valueParts('{"a": [1]}'),
  ];
  assert.equal(partsText(given), 'thinking\nhm\n{\n  "a": [\n    1\n  ]\n}');
});
