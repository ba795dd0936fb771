import assert from "node:assert/strict";
import fc from "fast-check";
import type { Span } from "../../lib/core/mod.ts";
import { markdown } from "../../lib/exporters/html/markdown.ts";
import { escapeHtml, joined, markup } from "../../lib/exporters/html/markup.ts";
import { stretchesOf, Timeline } from "../../lib/exporters/html/timeline.ts";
import { sampleEvents } from "../support/sample_run.ts";

Deno.test("escapeHtml() shows what hides or reorders text, and keeps joined emoji", () => {
  assert.equal(escapeHtml("a\u202eb\u200bc\x1b"), "a\\u202eb\\u200bc\\x1b");
  assert.equal(escapeHtml("👩\u200d💻 🏳️\u200d🌈 a\u200db"), "👩\u200d💻 🏳️\u200d🌈 ab");
});

Deno.test("markup escapes every value but markup, in elements, attributes and lists", () => {
  const evil = `<b a="1">&'\``;
  const safe = "&#60;b a=&#34;1&#34;&#62;&#38;&#39;&#96;";
  assert.equal(String(markup`<i class="${evil}">${evil}</i>`), `<i class="${safe}">${safe}</i>`);
  assert.equal(String(markup`${[evil, [markup`<u>${evil}</u>`, 7]]}`), `${safe}<u>${safe}</u>7`);
  assert.equal(String(joined([evil, evil], markup`<br>`)), `${safe}<br>${safe}`);
  assert.equal(String(markup`${`${markup`<u>`}`}`), "&#60;u&#62;");
});

Deno.test("markdown() shows what a model wrote and loads nothing", () => {
  const page = String(markdown(
    "# Title\n\na *b* `c<d>`\n\n1. one\n2. two\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n![i](https://evil.example/i.png) [l](javascript:x)\n\n```js\n</code><script>\n```",
  ));
  assert.match(
    page,
    /<p class="h h1">Title<\/p><p>a <em>b<\/em> <code>c&#60;d&#62;<\/code><\/p><ol><li>one<\/li><li>two<\/li><\/ol>/,
  );
  assert.match(page, /<th scope="row">1<\/th><td class="num">2<\/td>/);
  assert.match(
    page,
    /<pre><span class="dim">js<\/span>\n<code>&#60;\/code&#62;&#60;script&#62;<\/code><\/pre>/,
  );
  assert(!/<(?:img|a|h\d)\b/.test(page));
});

const wordOf = (index: number) => `w${"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[index]}w`;

Deno.test("markdown() loses no word, whatever looks like Markdown", () => {
  const marks = [
    "# ",
    "- ",
    "1. ",
    "> ",
    "|",
    "|---|--:|",
    "```",
    "~~~ ",
    "**",
    "*",
    "_",
    "`",
    "[",
    "](",
    ")",
    "    ",
    "\n",
    "\n\n",
    " ",
    "<b>",
    "~~",
    "- [x] ",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...marks), { maxLength: 40 }), (parts) => {
      const text = parts.map((part, index) => part + wordOf(index)).join("");
      const shown = String(markdown(text)).replace(/<[^>]*>/g, "");
      for (const index of parts.keys()) assert(shown.includes(wordOf(index)), text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("Timeline draws long pauses short and keeps every bar on the line", () => {
  const started = [...sampleEvents({ rounds: 1 })].find((event) => event.type === "span_start")!;
  const first = started.span;
  const span = (startMs: number, endMs: number): Span => ({
    ...first,
    kind: "llm",
    startTimeUs: startMs * 1000,
    endTimeUs: endMs * 1000,
  });
  const spans = [span(0, 4_000), span(3_604_000, 3_608_000)];
  const line = new Timeline(spans, 0);
  assert.equal(line.pausedMs, 3_600_000);
  const bars = spans.map((it) =>
    / x="([\d.]+)%" width="([\d.]+)%"/.exec(String(line.bar(stretchesOf(it, [], 0))))!.slice(1).map(Number)
  );
  assert(bars[0]![0] === 0 && bars[0]![1]! > 45 && bars[1]![1]! > 45);
  assert(Math.abs(bars[1]![0]! + bars[1]![1]! - 100) < 0.1);
  assert.deepEqual(new Timeline([span(0, 4_000)], 0).ticks, ["0", "1.0s", "2.0s", "3.0s", "4.0s"]);
});
