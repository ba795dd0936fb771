import assert from "node:assert/strict";
import { applyEvent, diffRuns, type StoredMessage, type Trace } from "../../lib/core/mod.ts";
import { diffPage, runPage } from "../../lib/cli/html_export.ts";
import { CliHome } from "../support/cli.ts";
import { sampleEvents } from "../support/sample_run.ts";

const CODES = ["alert(1)", "fetch('//evil.example')", "location='//evil.example'"];
const PAYLOADS = CODES.flatMap((code) => [
  `<script>${code}</script>`,
  `</pre><script>${code}</script>`,
  `<img src=x onerror="${code}">`,
  `<svg onload=${code}>`,
  `<svg><script>${code}</script></svg>`,
  `<iframe src="javascript:${code}"></iframe>`,
  `<a href="javascript:${code}">x</a>`,
  `<body onload=${code}>`,
  `"><script>${code}</script>`,
  `' onmouseover='${code}`,
  `" autofocus onfocus="${code}`,
  `</style><script>${code}</script>`,
  `</title><script>${code}</script>`,
  `<!--><script>${code}</script>-->`,
  `<math><mtext><style><img src=x onerror=${code}></style></mtext></math>`,
  `<meta http-equiv=refresh content="0;url=javascript:${code}">`,
  `<base href="//evil.example/">`,
  `<form action="javascript:${code}"><button>x</button></form>`,
  `<details open ontoggle=${code}>`,
  `\u0000<\u0000script>${code}\u202e`,
]);

/** A run that says the payload wherever text from outside can stand. */
function traceWith(payload: string, rounds = 2): { trace: Trace; messages: StoredMessage[] } {
  let trace: Trace | undefined;
  const options = { rounds, agent: payload, model: payload, prompt: payload, text: () => payload };
  for (const event of sampleEvents(options)) trace = applyEvent(trace, event);
  const spans = new Map([...trace!.spans].map(([id, span]) => [id, {
    ...span,
    errorType: payload,
    errorMessage: payload,
    attributes: {
      ...span.attributes,
      "gen_ai.tool.call.arguments": { [payload]: payload },
      [payload]: payload,
    },
  }]));
  const run = { ...trace!.run, output: payload, config: { [payload]: payload } };
  const messages = trace!.snapshots.at(-1)!.messages.map((message): StoredMessage => ({
    messageId: "0",
    spanId: "0",
    message,
    timestampUs: 0,
  }));
  return { trace: { ...trace!, run, spans }, messages };
}

const ELEMENTS = new Set(
  ("html head meta title style body main h1 h2 div span b code pre dl dt dd details summary ins del footer p")
    .split(" "),
);

/** Every tag of the page must be one that this program writes, with its attributes. */
function assertInert(page: string, payload: string): void {
  const body = page.slice(page.indexOf("</style>"));
  for (const [tag, name, attributes] of body.matchAll(/<\/?([a-z0-9!]*)([^>]*)>/gi)) {
    assert(ELEMENTS.has(name!), `${tag} of ${payload}`);
    assert.match(attributes!, /^(?: class="[a-z]*"| open)*$/, `${tag} of ${payload}`);
  }
  assert.equal(body.match(/</g)?.length, body.match(/>/g)?.length);
  assert.equal(page.match(/<\/style>/g)!.length, 1);
  assert.equal(page.match(/<title>/g)!.length, 1);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00\u202a-\u202e]/.test(page));
  assert.match(
    page,
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'/,
  );
  const head = page.slice(0, page.indexOf("</style>"));
  const inHead = [...head.matchAll(/<([a-z!/]+)/gi)].map(([, name]) => name);
  assert.deepEqual([...new Set(inHead)].sort(), [
    "!doctype",
    "/title",
    "head",
    "html",
    "meta",
    "style",
    "title",
  ]);
  assert(!/url\(|@import/.test(head.slice(head.indexOf("<style>"))));
}

Deno.test("an exported page holds no active content, whatever a model or a tool said", async () => {
  assert.equal(PAYLOADS.length, 60);
  const plain = traceWith("harmless", 3).trace;
  for (const payload of PAYLOADS) {
    const { trace, messages } = traceWith(payload);
    const page = runPage(trace, messages);
    assertInert(page, payload);
    assert(page.includes("&#60;") || !payload.includes("<"));
    assertInert(await diffPage(await diffRuns(plain, trace)), payload);
  }
});

Deno.test("export html writes one page of a run or of a difference", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2 }, { rounds: 3 });
  const run = await home.run(["export", "html", "last", "--output", "-"]);
  assert.match(run.stdout, /^<!doctype html>[^]*done after 3 rounds[^]*<\/html>\n$/);
  const diff = await home.run(["export", "html", "last~1", "last", "--output", "d.html", "--json"]);
  assert.equal(diff.json().path, "d.html");
  const page = await Deno.readTextFile(`${home.path}/d.html`);
  assert.equal(new TextEncoder().encode(page).length, diff.json().bytes);
  assert.match(page, /<del>2<\/del><ins>3<\/ins>/);
  const bad = await home.run(["export", "html", "last", "--output", "no/such/folder/x.html"]);
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /^agentop: Cannot write no\/such\/folder\/x\.html: [^\n]*\n$/);
});
