import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Run, Trace } from "../../../lib/core/mod.ts";
import { diffRuns } from "../../../lib/analysis/mod.ts";
import { diffPage } from "../../../lib/exporters/html/diff.ts";
import { runPage } from "../../../lib/exporters/html/run.ts";
import { CliHome } from "../../support/cli.ts";
import { PAYLOADS, traceOf, traceWith, withRun, withSpans } from "../../support/hostile_run.ts";

function pageOf(
  trace: Trace,
  more: { readonly handedTo?: readonly Run[]; readonly forks?: readonly Run[] } = {},
) {
  return runPage({ trace, handedTo: [], forks: [], nowMs: Date.UTC(2026, 1, 1), timeZone: "UTC", ...more });
}

async function diffPageOf(left: Trace, right: Trace, overrides?: Record<string, unknown>) {
  const diff = await diffRuns(left, right);
  return await diffPage({
    left,
    right,
    diff,
    nowMs: 0,
    timeZone: "UTC",
    ...(overrides ? { overrides } : {}),
  });
}

const ELEMENTS = new Set(
  ("html head meta title style body main header footer nav section h1 h2 h3 h4 div span b strong em s u small time code pre p " +
    "br hr ol ul li dl dt dd a blockquote details summary table caption thead tbody tfoot tr th td svg rect ins del")
    .split(" "),
);
const ATTRIBUTES = new RegExp(
  '^(?: (?:class|id|scope|dir|role|tabindex|start|datetime|aria-(?:hidden|label|labelledby))="[^"<>]*"| open' +
    '| href="#[\\w-]+"| (?:x|width|height|rx)="[\\d.]+%?")*/?$',
);

/** Every tag of the page must be one that this program writes, with its attributes; only its own style may apply. */
function assertInert(page: string, payload: string): void {
  const style = /<style>([^]*?)<\/style>/.exec(page)![1]!;
  const hash = createHash("sha256").update(style).digest("base64");
  const head = page.slice(0, page.indexOf("<style>"));
  assert(head.includes(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; sandbox">`,
  ));
  assert.deepEqual([...head.matchAll(/<([a-z!/]+)/gi)].map(([, name]) => name), [
    "!DOCTYPE",
    "html",
    "head",
    ...Array(6).fill("meta"),
    "title",
    "/title",
  ]);
  assert(!/url\(|@import|@font-face/.test(style));
  const body = page.slice(page.indexOf("</style>"));
  for (const [tag, name, attributes] of body.matchAll(/<\/?([a-z0-9!]*)([^>]*)>/gi)) {
    assert(ELEMENTS.has(name!), `${tag} of ${payload}`);
    assert.match(attributes!, ATTRIBUTES, `${tag} of ${payload}`);
  }
  assert.equal(body.match(/</g)?.length, body.match(/>/g)?.length);
  assert.equal(page.match(/<\/style>/g)!.length, 1);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]/.test(page));
}

Deno.test("an exported page holds no active content, whatever a model or a tool said", async () => {
  assert.equal(PAYLOADS.length, 60);
  const plain = traceOf({ rounds: 3, agent: "harmless" });
  for (const payload of PAYLOADS) {
    const trace = traceWith(payload);
    const page = await pageOf(trace, { handedTo: [trace.run], forks: [trace.run] });
    assertInert(page, payload);
    assert(page.includes("&#60;") || !payload.includes("<"));
    assertInert(
      await diffPageOf(plain, trace, { [payload]: payload, edits: { [payload]: payload } }),
      payload,
    );
  }
});

Deno.test("the page of a run says what it was, and every step can be linked to", async () => {
  const trace = withRun(traceOf({ rounds: 5, prompt: "How many rows?" }), {
    forkedFrom: { runId: "01a20523-e813-7b8a-abdf-e8a0c4d1296a", step: 3 },
    output: "There are **24** rows.",
    config: { instructions: "Be exact.", baseDir: "/home/someone/secret-project" },
  });
  const page = await pageOf(trace);
  for (
    const words of [
      trace.run.runId,
      "completed",
      "mistral-small-latest",
      "2026-01-01 00:00:00",
      "Times are UTC.",
      "How many rows?",
      "There are <strong>24</strong> rows.",
      "Be exact.",
      "fork of <code>c4d1296a</code> from step 3",
      "all prices known",
      "16ms lost to retries",
      "2 attempts",
      "price: test, 2026-01-01",
      '<h2 id="memory-title">Memory</h2>',
    ]
  ) assert(page.includes(words), words);
  for (let step = 1; step <= 10; step++) assert(page.includes(`id="step-${step}"`), `step ${step}`);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [, target] of page.matchAll(/ href="#([^"]+)"/g)) assert(ids.includes(target!), target!);
  assert(!page.includes("secret-project"));
});

Deno.test("the receipt shows quantity, price and sum, and says what is unknown", async () => {
  const page = await pageOf(traceOf({ rounds: 2 }));
  assert.match(
    page,
    /input tokens<\/th><td class="num">114<\/td><td class="num">\$0\.10<\/td><td class="num">\$0\.0000114</,
  );
  assert.match(page, /total<\/th>.*?\$0\.0000144</);
  const unknown = withSpans(
    traceOf({ rounds: 2 }),
    (span) => span.cost ? { cost: { usd: null, quantities: { input_tokens: 7 } } } : {},
  );
  const totals = { ...unknown.run.totals, costUsd: 0, unknownCostCalls: 2 };
  const text = await pageOf(withRun(unknown, { totals }));
  assert.match(text, /<dt>Cost<\/dt><dd>\?<small><span class="warn">the price of 2 calls is unknown/);
  assert.match(text, /no price is known for this model/);
  assert(!text.includes("all prices known"));
});

Deno.test("a failed run shows its error first, and an unfinished one that it is", async () => {
  const failed = withRun(traceOf({ rounds: 1 }), {
    status: "failed",
    error: { type: "401", message: "no <key>" },
  });
  assert.match(
    await pageOf(failed),
    /class="badge failed".*?<b class="error">401<\/b><pre dir="auto">no &#60;key&#62;/s,
  );
  assert.match(await pageOf(traceOf({ rounds: 1, open: true })), /had not ended when the page was written/);
});

Deno.test("long texts keep their beginning and end, and the page says how much is missing", async () => {
  const text = `BEGIN ${"data ".repeat(200_000)} END`;
  const page = await pageOf(traceOf({ rounds: 2, text: (round) => round === 1 ? text : "short" }));
  assert(page.length < 200_000, String(page.length));
  assert(page.includes("BEGIN") && page.includes("END</pre>"));
  assert.match(page, /2 texts too long for this page: 1,9\d\d,\d{3} characters are left out/);
  assert.match(page, /… 98\d,\d{3} characters are left out here …/);
});

Deno.test("a page stays bounded however much its runs said", async () => {
  const trace = traceOf({ rounds: 600, text: () => "x".repeat(15_000) });
  const page = await pageOf(trace);
  assert(page.length < 12_000_000, String(page.length));
  assert.match(page, /\d+ texts too long for this page/);
  const many = await pageOf(traceOf({ rounds: 1_010 }));
  assert.match(many, /… and 20 steps more/);
});

Deno.test("a message that many calls were sent stands on the page once", async () => {
  const trace = traceOf({ rounds: 120, text: (round) => `said-in-round-${round}.` });
  const page = await pageOf(trace);
  assert(page.split("said-in-round-7.").length - 1 <= 4);
  assert.match(page, /Input: 238 messages/);
  assert.match(page, /<a href="#step-237">assistant, step 237<\/a>/);
});

Deno.test("the page of a difference shows deltas, changed words, paths and overrides, and folds equal steps", async () => {
  const left = withRun(traceOf({ rounds: 4 }), { output: "The total is 36,034 euro.\n-- signed" });
  const right = withRun(traceOf({ rounds: 5, model: "mistral-large-latest" }), {
    output: "The total is 36,035 euro.\nsigned",
  });
  const page = await diffPageOf(left, right, { model: "mistral-large-latest", edits: { 3: "Say it." } });
  assert.match(page, /4 steps changed, 2 steps added, another answer<\/b>; 4 steps equal/);
  assert.match(page, /<dt>Tokens out<\/dt><dd>\+5/);
  assert.match(page, /<del>36,034<\/del>.*<ins>36,035<\/ins>/s);
  assert.match(page, /removed: <\/span>(?:<del>)?-- /);
  assert.match(
    page,
    /<dt><code>\/model<\/code><\/dt><dd><pre dir="auto">mistral-<del>small<\/del><ins>large<\/ins>-latest/,
  );
  assert.match(page, /= 1 equal step: read_file</);
  assert.match(page, /<dt>what step 3 said instead<\/dt><dd><code>Say it\.<\/code>/);
});

Deno.test("the page of two equal runs says so", async () => {
  const page = await diffPageOf(traceOf({ rounds: 3 }), traceOf({ rounds: 3 }));
  assert.match(page, /The two runs are the same: 6 steps, answer and status\./);
  assert.match(page, /= 6 equal steps/);
  assert(!/<(?:ins|del)>/.test(page));
});

Deno.test("export html writes one page of a run or of a difference", async () => {
  await using home = await CliHome.create();
  const [left, right] = await home.seed({ rounds: 2 }, { rounds: 3 });
  await home.withStore((store) =>
    store.saveDiff({
      diffId: "d1",
      leftRunId: left!,
      rightRunId: right!,
      createdAtUs: 1,
      overrides: { temperature: "0.9" },
      leftOutput: null,
      rightOutput: null,
      diff: {},
    })
  );
  const run = await home.run(["export", "html", "last", "--out", "-"]);
  assert.match(run.stdout, /^<!DOCTYPE html>[^]*done after 3 rounds[^]*<\/html>\n$/);
  const diff = await home.run(["export", "html", "last~1", "last", "--out", "d.html", "--json"]);
  assert.equal(diff.json().path, "d.html");
  const page = await Deno.readTextFile(`${home.path}/d.html`);
  assert.equal(new TextEncoder().encode(page).length, diff.json().bytes);
  assert.match(page, /<del>2<\/del>.*<ins>3<\/ins>/s);
  assert.match(page, /<dt>temperature<\/dt><dd><code>0\.9<\/code>/);
});

Deno.test("export html never leaves half a file, and overwrites only when told to", async () => {
  await using home = await CliHome.create();
  const [id] = await home.seed({ rounds: 1 });
  const name = `agentop-${id!.slice(-8)}.html`;
  const file = `${home.path}/${name}`;
  const first = await home.run(["export", "html", "last"]);
  assert.match(first.stdout, new RegExp(`^Wrote ${name}, \\d+(?:\\.\\d)? kB`));
  await Deno.writeTextFile(file, "mine");
  const refused = async (args: readonly string[], reason: RegExp) => {
    const { code, stdout, stderr } = await home.run(["export", "html", ...args]);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, reason);
    assert.match(stderr, /^agentop: Cannot [^\n]*\n$/);
  };
  await refused(["last"], /agentop-\w+\.html: it exists\. Try: --force/);
  assert.equal(await Deno.readTextFile(file), "mine");
  await refused(["last", "--out", "no/such/x.html"], /there is no folder no\/such/);
  await refused(["last", "--out", `${name}/x.html`], /is no folder/);
  await refused(["last", "--out", ""], /the name is empty/);
  await refused(["last", "--out", "-", "--json"], /--out FILE with --json/);
  await refused(["nobody"], /Cannot find run "nobody"/);
  await refused(["last", "nobody"], /Cannot find run "nobody"/);
  assert.equal((await home.run(["export", "html", "last", "--force"])).code, 0);
  assert.match(await Deno.readTextFile(file), /<\/html>\n$/);
  await Deno.mkdir(`${home.path}/pages`);
  const inside = await home.run(["export", "html", "last", "--out", "pages", "--json"]);
  assert.equal(inside.json().path, `pages/${name}`);
  const left = [...Deno.readDirSync(home.path)].map((it) => it.name).filter((it) => /html|part/.test(it));
  assert.deepEqual(left, [name]);
});
