import { quantile, treeRows } from "../../lib/analysis/mod.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { applyEvent, NO_TOTALS, type Run, type Span, type Trace } from "../../lib/core/mod.ts";
import { age, compact, duration, grouped } from "../../lib/present/mod.ts";
import { gauge, sparkline, waterfall } from "../../lib/tui/draw/charts.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import {
  fitLine,
  fitParts,
  line,
  lineWidth,
  overlay,
  seg,
  sliceLine,
  spread,
} from "../../lib/tui/draw/line.ts";
import { pane } from "../../lib/tui/draw/pane.ts";
import { keepInView, moved } from "../../lib/tui/draw/scroll.ts";
import { edit, fieldLines, fieldOf, insert, type TextField } from "../../lib/tui/draw/text_field.ts";
import { clean, cleanLines, cut, fit, width, wrap } from "../../lib/tui/terminal/text.ts";
import { KeyDecoder } from "../../lib/tui/terminal/keys.ts";
import { heatStrip } from "../../lib/tui/trace/heat.ts";
import { tableColumns } from "../../lib/tui/screens/runs/table.ts";
import { fuzzyFilter, loadRanking } from "../../lib/tui/draw/fuzzy.ts";
import type { RunRow } from "../../lib/tui/screens/runs/listed.ts";
import {
  cursorOf,
  EMPTY_WINDOW,
  hasMore,
  indexOfRow,
  knownRows,
  missingPage,
  PAGE_ROWS,
  PAGES_KEPT_MAX,
  runAt,
  withPage,
} from "../../lib/tui/screens/runs/window.ts";
import { sampleEvents } from "../support/sample_run.ts";

const texts = fc.string({ unit: "grapheme", maxLength: 60 });
const wild = fc.string({ unit: "binary", maxLength: 60 });

Deno.test("fit() is exactly as wide as asked, whatever the text", () => {
  fc.assert(fc.property(texts, fc.integer({ min: 0, max: 40 }), (text, columns) => {
    const safe = clean(text);
    assert.equal(width(fit(safe, columns)), columns);
    assert.equal(width(fit(safe, columns, "right")), columns);
    assert.ok(width(cut(safe, columns)) <= columns);
  }));
});

Deno.test("clean() leaves no control, format or joiner character and is stable", () => {
  fc.assert(fc.property(wild, (text) => {
    const safe = clean(text);
    assert.doesNotMatch(
      safe,
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufe0f\u{1f3fb}-\u{1f3ff}\u{1f1e6}-\u{1f1ff}]/u,
    );
    assert.equal(clean(safe), safe);
    for (const row of cleanLines(text)) assert.doesNotMatch(row, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  }));
});

Deno.test("clean() simplifies emoji whose width differs between terminals", () => {
  assert.equal(clean("👩‍👩‍👧 ✍️ 👍🏽 🇫🇷"), "👩👩👧 ✍ 👍 FR");
});

Deno.test("wrap() keeps every character that is not a blank and never exceeds the width", () => {
  fc.assert(fc.property(texts, fc.integer({ min: 2, max: 30 }), (text, columns) => {
    const safe = cleanLines(text)[0]!;
    const pieces = wrap(safe, columns);
    for (const piece of pieces) assert.ok(width(piece) <= columns, JSON.stringify(piece));
    assert.equal(pieces.join("").replace(/ /g, ""), safe.replace(/ /g, ""));
  }));
});

Deno.test("fitLine(), sliceLine(), spread() and overlay() give lines of the width asked for", () => {
  const lines = fc.array(texts.map((text) => seg(clean(text))), { maxLength: 4 });
  fc.assert(
    fc.property(
      lines,
      lines,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 49 }),
      (row, other, columns, at) => {
        assert.equal(lineWidth(fitLine(row, columns)), columns);
        assert.equal(lineWidth(sliceLine(row, at, columns)), columns);
        assert.equal(lineWidth(spread(row, other, columns)), columns);
        const x = Math.min(at, columns - 1);
        const over = line("#");
        assert.equal(lineWidth(overlay(fitLine(row, columns), over, x, columns)), columns);
      },
    ),
  );
});

Deno.test("fitParts() drops what does not fit, from the end", () => {
  assert.equal(
    fitParts([line("aaa"), line(""), line("bb"), line("cccc")], 2, 8).map((part) => part.text).join(""),
    "aaa  bb",
  );
});

Deno.test("pane() is exactly as large as asked", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 60 }),
      fc.integer({ min: 2, max: 12 }),
      texts,
      (columns, rows, title) => {
        const box = pane([line(clean(title))], columns, rows, UNICODE, {
          title: clean(title),
          note: line("note"),
          scroll: { top: 3, total: 99 },
        });
        assert.equal(box.length, rows);
        for (const row of box.slice(1, -1)) assert.equal(lineWidth(row), columns);
        if (columns >= 10) { for (const row of box) assert.equal(lineWidth(row), columns); }
      },
    ),
  );
});

Deno.test("figures are short and say their unit", () => {
  assert.deepEqual([0, 999, 1_204, 12_345, 999_950, 1.2e6, 3.4e9].map(compact), [
    "0",
    "999",
    "1.2k",
    "12.3k",
    "1.0M",
    "1.2M",
    "3.4G",
  ]);
  assert.deepEqual([0, 4, 999, 1_000, 8_400, 99_960, 192_000, 7_500_000, 273_600_000].map(duration), [
    "0ms",
    "4ms",
    "999ms",
    "1.0s",
    "8.4s",
    "1m40s",
    "3m12s",
    "2h05m",
    "3d04h",
  ]);
  assert.equal(grouped(1_234_567), "1,234,567");
  assert.deepEqual([100, 5_000, 120_000, 7_200_000, 172_800_000].map((ms) => age(0, ms)), [
    "now",
    "5s",
    "2m",
    "2h",
    "2d",
  ]);
});

Deno.test("charts stay in their columns, whatever the numbers", () => {
  assert.equal(sparkline([0, 1, 4, 8], UNICODE), "▁▂▅█");
  assert.equal(quantile([], 0.95), undefined);
  assert.equal(quantile([5, 1, 4, 2, 3], 0.5), 3);
  fc.assert(fc.property(fc.double(), fc.double(), fc.integer({ min: 1, max: 40 }), (from, to, columns) => {
    assert.equal(lineWidth(waterfall(from, to, columns, "llm", UNICODE)), columns);
  }));
  const textOf = (from: number, to: number) =>
    waterfall(from, to, 8, "llm", UNICODE).map((part) => part.text).join("");
  assert.equal(textOf(0.875, 0.88), "·······▏", "what took no time is no full column");
  assert.equal(textOf(0.25, 0.31), "··▌·····");
  assert.equal(textOf(0, 0.5), "████····");
  assert.deepEqual([0, 0.5, 2].map((share) => gauge(share, 4, UNICODE).map((part) => part.text).join("")), [
    "····",
    "██··",
    "████",
  ]);
});

Deno.test("moved() and keepInView() stay inside the list", () => {
  const actions = fc.constantFrom(
    "down",
    "up",
    "top",
    "bottom",
    "half_down",
    "half_up",
    "page_down",
    "page_up",
  );
  fc.assert(
    fc.property(
      actions,
      fc.nat(50),
      fc.option(fc.nat(200), { nil: undefined }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(60),
      (action, index, count, height, total) => {
        const next = moved(action, Math.min(index, Math.max(0, total - 1)), count, height, total)!;
        assert.ok(next >= 0 && next <= Math.max(0, total - 1));
        const top = keepInView(7, next, height, total);
        assert.ok(top <= next && next < top + height);
      },
    ),
  );
  assert.equal(moved("sideways", 0, undefined, 1, 1), undefined);
});

Deno.test("edit() and insert() keep the cursor between characters", () => {
  const keys = fc.constantFrom(
    "left",
    "right",
    "up",
    "down",
    "home",
    "end",
    "backspace",
    "delete",
    "ctrl+w",
    "ctrl+u",
    "ctrl+k",
    "ctrl+left",
    "ctrl+right",
    "enter",
    "x",
    "修",
    "👩‍👧",
  );
  fc.assert(fc.property(texts, fc.array(keys, { maxLength: 30 }), (text, pressed) => {
    let field: TextField = fieldOf(text);
    for (const key of pressed) {
      field = edit(field, key, { multiline: true }) ?? insert(field, key, { multiline: true });
    }
    assert.ok(field.cursor >= 0 && field.cursor <= field.text.length);
    assert.doesNotMatch(field.text[field.cursor] ?? "", /[\udc00-\udfff]/);
    const { lines, cursorRow } = fieldLines(field, 20, true);
    assert.ok(cursorRow < lines.length);
    for (const row of lines) assert.ok(lineWidth(row) <= 20);
  }));
});

Deno.test("KeyDecoder() names keys the same on old and new terminals, and joins halves of characters", () => {
  const decode = (...data: string[]) => {
    const decoder = new KeyDecoder();
    return data.map((part) => decoder.decode(part)).at(-1);
  };
  for (const sequence of ["\x13", "\x1b[115;5u", "\x1b[27;5;115~"]) {
    assert.deepEqual(decode(sequence), { type: "key", key: "ctrl+s" });
  }
  for (const sequence of ["G", "\x1b[103:71;2u", "\x1b[27;2;71~"]) {
    assert.deepEqual(decode(sequence), { type: "key", key: "G", char: "G" });
  }
  assert.deepEqual(decode("\x1b[13;5u"), { type: "key", key: "ctrl+enter" });
  assert.deepEqual(decode("\ud83d", "\ude00"), { type: "key", key: "😀", char: "😀" });
  assert.deepEqual(decode(" "), { type: "key", key: "space", char: " " });
  assert.deepEqual(decode("\x1b[200~a\r\nb\x1b[201~"), { type: "paste", text: "a\nb" });
  assert.equal(decode("\x1b[97;1:3u"), undefined);
});

const runOf = (number: number): Run => ({
  traceId: String(number),
  runId: String(number),
  agent: "a",
  status: "completed",
  model: "m",
  origin: "agent",
  userId: "u",
  tags: {},
  config: {},
  prompt: "",
  startTimeUs: number,
  totals: NO_TOTALS,
});

const rowOf = (run: Run): RunRow => ({ kind: "run", id: run.traceId, run, depth: 0 });

const pageOf = (page: number, more = true) => ({
  rows: Array.from({ length: PAGE_ROWS }, (_, index) => rowOf(runOf(page * PAGE_ROWS + index))),
  heads: PAGE_ROWS,
  ...(more ? { nextCursor: `after ${page}` } : {}),
});

Deno.test("a RunWindow walks a long list in bounded memory and can go back", () => {
  let window = EMPTY_WINDOW;
  assert.equal(missingPage(window, 0, 20), 0);
  for (let page = 0; page < 40; page++) {
    assert.equal(missingPage(window, page * PAGE_ROWS, 20), page);
    window = withPage(window, page, pageOf(page));
  }
  assert.equal(knownRows(window), 40 * PAGE_ROWS);
  assert.ok(window.pages.filter((page) => page.rows).length <= PAGES_KEPT_MAX + 1);
  assert.equal(runAt(window, 39 * PAGE_ROWS)?.traceId, String(39 * PAGE_ROWS));
  assert.equal(runAt(window, 0), undefined);
  assert.equal(missingPage(window, 0, 20), 0);
  assert.equal(cursorOf(window, 1), "after 0");
  window = withPage(window, 0, pageOf(0));
  assert.equal(knownRows(window), 40 * PAGE_ROWS);
  assert.equal(indexOfRow(window, "5"), 5);
});

Deno.test("a RunWindow drops later pages when the list moved under them, and knows its end", () => {
  let window = withPage(withPage(EMPTY_WINDOW, 0, pageOf(0)), 1, pageOf(1, false));
  assert.equal(hasMore(window), false);
  window = withPage(window, 0, { ...pageOf(0), nextCursor: "elsewhere" });
  assert.equal(knownRows(window), PAGE_ROWS);
  assert.equal(hasMore(window), true);
  assert.equal(hasMore(withPage(EMPTY_WINDOW, 0, { rows: [], heads: 0 })), false);
});

Deno.test("treeRows() shows every span once, whatever the parents say", () => {
  const ids = fc.integer({ min: 0, max: 8 }).map(String);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(ids, fc.option(ids, { nil: undefined })), { selector: ([id]) => id }),
      (pairs) => {
        const spans = new Map(pairs.map(([spanId, parentSpanId], index): [string, Span] => [spanId, {
          traceId: "t",
          spanId,
          ...(parentSpanId === undefined ? {} : { parentSpanId }),
          name: "n",
          kind: "chain",
          startTimeUs: index,
          status: "ok",
          attributes: {},
        }]));
        const trace: Trace = { run: runOf(1), spans, snapshots: [], evaluations: [] };
        const shown = treeRows(trace, new Set()).map((row) => row.span.spanId);
        assert.deepEqual(shown.toSorted(), [...spans.keys()].toSorted());
        for (const [spanId, span] of spans) {
          const parent = span.parentSpanId;
          const known = parent !== undefined && parent !== spanId && spans.has(parent);
          if (known && !isRing(spans, spanId)) assert.ok(shown.indexOf(parent) < shown.indexOf(spanId));
        }
      },
    ),
  );
});

function isRing(spans: ReadonlyMap<string, Span>, spanId: string): boolean {
  const seen = new Set<string>();
  for (
    let id: string | undefined = spanId;
    id !== undefined && spans.has(id);
    id = spans.get(id)!.parentSpanId
  ) {
    if (seen.has(id)) return true;
    seen.add(id);
  }
  return false;
}

Deno.test("tableColumns() fits every width and keeps status, agent and time longest", () => {
  for (let columns = 36; columns <= 200; columns++) {
    const layout = tableColumns(columns);
    assert.ok(layout.reduce((sum, column) => sum + column.columns, 0) <= columns - 3);
    assert.ok(
      ["AGENT", "TIME"].every((head) => layout.some((column) => column.head === head)),
      String(columns),
    );
  }
});

Deno.test("fuzzyFilter() takes letters in order and puts the better fit first", async () => {
  await loadRanking();
  const names = ["writer", "researcher", "rewrite", "triage"];
  assert.deepEqual(fuzzyFilter(names, "wri", (name) => name), ["writer", "rewrite"]);
  assert.deepEqual(fuzzyFilter(names, "rsr", (name) => name), ["researcher"]);
  assert.deepEqual(fuzzyFilter(names, " ", (name) => name), names);
});

Deno.test("fuzzyFilter() finds the best place of the letters, not the first; blanks, case and accents do not matter", async () => {
  await loadRanking();
  const found = (query: string, ...texts: readonly string[]) => fuzzyFilter(texts, query, (text) => text);
  assert.deepEqual(found("theme", "up the models", "settings: theme, mouse, keys"), [
    "settings: theme, mouse, keys",
    "up the models",
  ]);
  assert.deepEqual(found("id", "into what differs", "copy the id of the run")[0], "copy the id of the run");
  assert.deepEqual(found("large lat", "mistral-large-2512", "mistral-large-latest"), [
    "mistral-large-latest",
  ]);
  assert.deepEqual(found("RESUME", "Résumé reader"), ["Résumé reader"]);
  assert.deepEqual(found("aa", "xaa", "yaa", "aa"), ["aa", "xaa", "yaa"], "equal ones keep their order");
});

Deno.test("treeRows() and heatStrip() take a span with 200,000 children", () => {
  let trace: Trace | undefined;
  for (const event of sampleEvents({ rounds: 1 })) trace = applyEvent(trace, event);
  const root = [...trace!.spans.values()][0]!;
  const spans = new Map(trace!.spans);
  for (let step = 10; step < 200_010; step++) {
    const spanId = `child ${step}`;
    spans.set(spanId, { ...root, spanId, parentSpanId: root.spanId, kind: "tool", step });
  }
  const large = { ...trace!, spans };
  assert.ok(treeRows(large, new Set()).length > 200_000);
  assert.ok(lineWidth(heatStrip(large, undefined, "time", [], 80, UNICODE, 0)) <= 80);
});
