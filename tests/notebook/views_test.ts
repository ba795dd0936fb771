import assert from "node:assert/strict";
import { diffRuns, memorySteps } from "../../lib/analysis/mod.ts";
import type { StoredMessage, Trace } from "../../lib/core/mod.ts";
import { loadHtml } from "../../lib/exporters/mod.ts";
import {
  DISPLAY,
  displayed,
  progressText,
  showProgress,
  stepProgress,
  tableOf,
} from "../../lib/notebook/mod.ts";
import { PAYLOADS, traceOf, traceWith } from "../support/hostile_run.ts";
import { sampleEvents } from "../support/sample_run.ts";

const ELEMENTS = new Set(
  ("div style p b code strong em u small time pre br hr h1 h2 h3 h4 ol ul li dl dt dd a blockquote details summary table caption " +
    "thead tbody tfoot tr th td svg rect ins del span").split(" "),
);
const ATTRIBUTES =
  /^(?: (?:class|id|scope|dir|role|tabindex|start|datetime|aria-(?:hidden|label|labelledby))="[^"<>]*"| open| href="#[\w-]*"| (?:x|width|height|rx)="[\d.]+%?")*\/?$/;

/** Trusted or not, there is nothing in it that acts: only our tags, with our attributes. */
function assertInert(html: string, payload: string): void {
  const body = html.replace(/<style>[^<]*<\/style>/, "");
  assert(!/url\(|@import|@font-face/.test(html.slice(0, html.indexOf("</style>"))));
  for (const [tag, name, attributes] of body.matchAll(/<\/?([a-z0-9!]*)([^>]*)>/gi)) {
    assert(ELEMENTS.has(name!), `${tag} of ${payload}`);
    assert.match(attributes!, ATTRIBUTES, `${tag} of ${payload}`);
  }
  assert.equal(body.match(/</g)?.length, body.match(/>/g)?.length);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]/.test(html));
}

const stored = (trace: Trace): readonly StoredMessage[] =>
  [...trace.spans.values()].flatMap((span) =>
    (span.outputMessages ?? []).map((message) => ({
      messageId: "m",
      spanId: span.spanId,
      message,
      finishReason: span.errorType ?? "stop",
      timestampUs: 0,
    }))
  );

Deno.test("what a model or a tool said stays text in every notebook output", async () => {
  const { chatHtml, diffHtml, memoryHtml, noteHtml, receiptHtml, runHtml, stepHtml } = await loadHtml();
  const plain = traceOf({ rounds: 2 });
  const when = { nowMs: 0, timeZone: "UTC" };
  for (const payload of PAYLOADS) {
    const trace = traceWith(payload);
    const diff = await diffRuns(plain, trace);
    const rows = [{ runId: payload, name: payload, status: payload, [payload]: payload, n: 1 }];
    const table = await tableOf(rows, undefined, { caption: payload, note: payload })[DISPLAY]();
    const outputs = [
      runHtml({ trace, handedTo: [trace.run], forks: [trace.run], ...when }),
      await diffHtml({ left: plain, right: trace, diff, ...when }, payload),
      receiptHtml(trace),
      stepHtml({ trace, handedTo: [trace.run], nowMs: 0 }, 1),
      await memoryHtml(memorySteps(trace)),
      chatHtml(stored(trace)),
      noteHtml(payload),
      String(table["text/html"]),
    ];
    for (const html of outputs) assertInert(html, payload);
    assert(!/[^\P{Cc}\n]|\u202e/u.test(String(table["text/plain"])));
  }
});

Deno.test("a fragment changes nothing around it, follows the front end's ground, and links within itself", async () => {
  const { runHtml } = await loadHtml();
  const trace = traceOf({ rounds: 3 });
  const html = runHtml({ trace, handedTo: [], forks: [], nowMs: 0, timeZone: "UTC" });
  const style = /<style>([^]*?)<\/style>/.exec(html)![1]!;
  assert(/^(?:\.agentop)+\{/.test(style) && style.endsWith("}"));
  let depth = 0;
  for (const [at, char] of [...style].entries()) {
    if (char === "{") depth++;
    else if (char === "}") depth--;
    // Everything stands inside the one rule.
    assert(depth > 0 || at === style.length - 1 || at < style.indexOf("{"), style.slice(at, at + 40));
  }
  assert.match(style, /\[data-jp-theme-light=false\] &/);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  assert.equal(ids[0], `run-${trace.run.runId}`);
  assert(ids.every((id) => id.startsWith(`run-${trace.run.runId}`)));
  for (const [, target] of html.matchAll(/ href="#([^"]+)"/g)) assert(ids.includes(target!), target!);
});

Deno.test("tableOf() is a plain array with columns, ways out and a look; numbers to the right, runs as links", async () => {
  const runId = "01900000-0000-7000-8000-00000000abcd";
  const rows = [{ runId, model: "m", costUsd: 0.5, calls: 3, at: new Date(0), missing: null }];
  const table = tableOf(rows);
  assert(Array.isArray(table));
  assert.deepEqual(table, rows);
  assert.deepEqual(Object.keys(table), ["0"]);
  assert.equal(JSON.stringify(table), JSON.stringify(rows));
  assert.deepEqual(Object.entries(table.columns).map(([name, { type }]) => `${name} ${type}`), [
    "runId text",
    "model text",
    "costUsd number",
    "calls integer",
    "at time",
    "missing text",
  ]);
  assert.equal((await table.toArrow()).numRows, 1);
  assert.match(
    table.toCSV(),
    /^runId,model,costUsd,calls,at,missing\r\n01900000-.*,m,0\.5,3,1970-01-01T00:00:00\.000Z,\r\n$/,
  );
  const { "text/html": html, "text/plain": plain } = await table[DISPLAY]();
  assert.match(
    String(html),
    new RegExp(`<th scope="row"><a href="#run-${runId}"><code>0000abcd</code></a></th>`),
  );
  assert.match(String(html), /<td class="num">0\.5<\/td><td class="num">3<\/td>/);
  assert(!String(html).includes("missing"));
  assert.match(String(plain), /^RUN ID +MODEL +COST +CALLS +AT\n0000abcd/);
  const none = await tableOf([], {}, { empty: "Nothing was scored." })[DISPLAY]();
  assert.equal(none["text/plain"], "Nothing was scored.");
  assert.match(String(none["text/html"]), /Nothing was scored\./);
  const many = await tableOf(Array.from({ length: 80 }, (_, n) => ({ n })))[DISPLAY]();
  assert.match(String(many["text/plain"]), /50 of 80 rows$/);
});

Deno.test("displayed() leaves a value as it is, and says what cannot be shown", async () => {
  const value = { a: 1 };
  const shown = displayed(value, () => Promise.reject(new Error("the store is closed")));
  assert.equal(shown, value);
  assert.deepEqual(Object.keys(shown), ["a"]);
  const bundle = await (shown as typeof value & { [DISPLAY](): Promise<unknown> })[DISPLAY]();
  assert.deepEqual(bundle, { "text/plain": "Cannot show this: the store is closed" });
  const frozen = displayed(Object.freeze({ a: 1 }), () => Promise.resolve({ "text/plain": "x" }));
  assert.deepEqual(frozen, { a: 1 });
});

Deno.test("stepProgress() counts steps as they begin, to the end", () => {
  const told: string[] = [];
  const listen = stepProgress(({ done, total, text }) => told.push(`${done}/${total} ${text}`), 3);
  for (const event of sampleEvents({ rounds: 2 })) listen(event);
  assert.deepEqual(told, [
    "0/3 step 1: llm chat mistral-small-latest",
    "1/3 step 2: tool execute_tool read_file",
    "2/3 step 3: llm chat mistral-small-latest",
    "3/4 step 4: tool execute_tool read_file",
    "4/4 completed",
  ]);
  // Outside a notebook, and without a terminal, it is silent.
  assert.doesNotThrow(() => showProgress()({ done: 0, total: null, text: "x" }));
  assert.equal(
    progressText({ done: 1, total: 2, text: "half" }),
    `${"█".repeat(12)}${"░".repeat(12)} 1 of 2  half`,
  );
  assert.equal(progressText({ done: 7, total: null, text: "x" }), "7 done  x");
});
