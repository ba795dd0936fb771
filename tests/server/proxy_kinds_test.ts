import assert from "node:assert/strict";
import { ATTR } from "../../lib/core/mod.ts";
import { MODEL, Passage } from "./passage.ts";

const post = async (it: Passage, path: string, body: unknown) =>
  await fetch(it.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const near = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-12, `${found}`);
const OCR = {
  model: "mistral-ocr-4-1",
  document: { type: "document_url", document_url: "https://a.test/b.pdf" },
};

async function callOf(it: Passage, run: number) {
  const { traceId } = (await it.runs())[run]!;
  const { spans } = await it.store.loadTrace(traceId);
  return [...spans.values()].find(({ kind }) => kind === "llm")!;
}

Deno.test("pages that were read are paid by the page, annotated ones by their own price, and are words that can be found", async () => {
  await using it = await Passage.open();
  const answer = {
    pages: [{ index: 0, markdown: "# One" }, { index: 1, markdown: "two" }],
    model: "mistral-ocr-4-1",
    usage_info: { pages_processed: 2, doc_size_bytes: 9 },
  };
  const bytes = JSON.stringify(answer, undefined, 1);
  it.answer = () => new Response(bytes, { headers: { "content-type": "application/json" } });
  assert.equal(await (await post(it, "/v1/ocr", OCR)).text(), bytes);
  await (await post(it, "/v1/ocr", { ...OCR, bbox_annotation_format: { type: "json_schema" } })).text();
  const [plain, annotated, ...rest] = await it.runs();
  assert.deepEqual([plain!.prompt, plain!.output, plain!.status, rest.length], [
    "https://a.test/b.pdf",
    "# One\n\ntwo",
    "completed",
    0,
  ]);
  assert.deepEqual([plain!.totals.llmCalls, plain!.totals.unknownCostCalls, it.notes], [1, 0, []]);
  near(plain!.totals.costUsd, 2 * 0.004);
  near(annotated!.totals.costUsd, 2 * 0.005);
  assert.deepEqual((await callOf(it, 0)).cost?.quantities, { pages: 2 });
});

Deno.test("pages that nobody counted, or that have no price, cost an unknown amount", async () => {
  await using it = await Passage.open();
  const answer = (usageInfo: unknown, model = OCR.model) =>
    it.answer = () => Response.json({ pages: [], model, usage_info: usageInfo });
  answer({});
  await (await post(it, "/v1/ocr", OCR)).text();
  answer({ pages_processed: 0 });
  await (await post(it, "/v1/ocr", { ...OCR, pages: [0, 1, 2] })).text();
  answer({ pages_processed: 2 }, "somebodys-ocr");
  await (await post(it, "/v1/ocr", { ...OCR, model: "somebodys-ocr" })).text();
  const runs = await it.runs();
  assert.deepEqual(
    runs.map(({ totals }) => [totals.costUsd, totals.unknownCostCalls, totals.estimatedCostUsd]),
    [[0, 1, undefined], [0, 1, 0.012], [0, 1, undefined]],
  );
});

Deno.test("speech is paid by the characters of its text, and its sound passes as it is, streamed or not", async () => {
  await using it = await Passage.open({ mode: "cache" });
  const asked = { model: "voxtral-mini-tts-2603", input: "Good day 🙂", voice_id: "v" };
  const sound = Uint8Array.from({ length: 2000 }, (_, at) => (at * 37) % 256);
  it.answer = () => new Response(sound, { headers: { "content-type": "audio/mpeg" } });
  for (let times = 0; times < 2; times++) {
    const response = await post(it, "/v1/audio/speech", asked);
    assert.deepEqual(await response.bytes(), sound);
    assert.equal(
      response.headers.get("x-agentop-cache"),
      null,
      "sound that is no text cannot be given again",
    );
    await it.runs();
  }
  const streamed = 'event: speech.audio.delta\ndata: {"type":"speech.audio.delta","audio_data":"AAAA"}\n\n' +
    'event: speech.audio.done\ndata: {"type":"speech.audio.done","usage":{"prompt_tokens":4,"total_tokens":4}}\n\n';
  it.answer = () => new Response(streamed, { headers: { "content-type": "text/event-stream" } });
  assert.equal(await (await post(it, "/v1/audio/speech", { ...asked, stream: true })).text(), streamed);
  await it.runs();
  const again = await post(it, "/v1/audio/speech", { ...asked, stream: true });
  assert.deepEqual([await again.text(), again.headers.get("x-agentop-cache")], [streamed, "hit"]);
  const runs = await it.runs();
  assert.deepEqual(
    runs.map(({ status, prompt }) => [status, prompt]),
    Array(4).fill(["completed", asked.input]),
  );
  for (const { totals } of runs.slice(0, 3)) near(totals.costUsd, 10 * 16 / 1e6);
  assert.equal(runs[3]!.totals.costUsd, 0);
  it.answer = () => new Response(streamed.slice(0, 80), { headers: { "content-type": "text/event-stream" } });
  await (await post(it, "/v1/audio/speech", { ...asked, input: "More", stream: true })).text();
  const cut = (await it.runs()).at(-1)!;
  assert.deepEqual([cut.status, cut.totals.unknownCostCalls], ["failed", 1]);
  near(cut.totals.estimatedCostUsd!, 4 * 16 / 1e6);
});

Deno.test("a budget holds pages and characters too: as many as a document may have where the request names none", async () => {
  await using it = await Passage.open();
  it.answer = () => Response.json({ pages: [], model: OCR.model, usage_info: { pages_processed: 3 } });
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  assert.equal((await post(it, "/v1/ocr", OCR)).status, 402);
  const listed = await post(it, "/v1/ocr", { ...OCR, pages: [0, 1, 2] });
  assert.equal(listed.status, 200);
  await listed.text();
  const speech = (input: string) => post(it, "/v1/audio/speech", { model: "voxtral-mini-tts-2603", input });
  const short = await speech("hi");
  assert.equal(short.status, 200);
  await short.text();
  assert.equal((await speech("a".repeat(70_000))).status, 402);
  assert.equal(it.asked.length, 2);
});

const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
const said = (content: unknown) => ({
  type: "message.output",
  id: "m",
  role: "assistant",
  model: MODEL,
  content,
});
const conversation = (outputs: readonly unknown[], usage: unknown = USAGE, id = "conv_1") => ({
  object: "conversation.response",
  conversation_id: id,
  outputs,
  usage,
});

Deno.test("a conversation that the server keeps is one run, with its tools between the calls", async () => {
  await using it = await Passage.open();
  const call = {
    type: "function.call",
    id: "f",
    tool_call_id: "abcdefghi",
    name: "add",
    arguments: '{"a": 1}',
  };
  it.answer = () => Response.json(conversation([{ ...call, model: MODEL }]));
  const asked = {
    model: MODEL,
    inputs: "1 and 2?",
    instructions: "Add.",
    completion_args: { temperature: 0.1 },
  };
  await (await post(it, "/v1/conversations", asked)).text();
  assert.equal((await it.runs())[0]!.status, "running", "its program is expected to come back");
  it.answer = () =>
    Response.json(conversation([said([{ type: "text", text: "3" }, { type: "tool_reference" }])]));
  const inputs = [{ type: "function.result", tool_call_id: "abcdefghi", result: "three" }];
  await (await post(it, "/v1/conversations/conv_1", { inputs })).text();
  it.answer = () => Response.json(conversation([said("4")], USAGE, "conv_2"));
  await (await post(it, "/v1/conversations/conv_1/restart", { inputs: "2 and 2?", from_entry_id: "m" }))
    .text();
  await (await post(it, "/v1/conversations/conv_2", { inputs: "sure?" })).text();
  it.answer = () => Response.json(conversation([said("3")], USAGE, "conv_3"));
  await (await post(it, "/v1/conversations", asked)).text();
  const [run, other, ...rest] = await it.runs();
  assert.deepEqual([
    run!.prompt,
    run!.model,
    run!.status,
    run!.output,
    run!.totals.llmCalls,
    run!.totals.toolCalls,
  ], [
    "1 and 2?",
    MODEL,
    "completed",
    "4",
    4,
    1,
  ]);
  assert.deepEqual([other!.output, rest.length, it.notes], ["3", 0, []]);
  assert.ok(run!.totals.costUsd > 0 && run!.totals.unknownCostCalls === 0);
  near(run!.totals.costUsd, other!.totals.costUsd * 4);
  const spans = [...(await it.store.loadTrace(run!.traceId)).spans.values()];
  assert.deepEqual(
    spans.filter(({ kind }) => kind === "llm").map(({ requestModel }) => requestModel),
    Array(4).fill(MODEL),
  );
  assert.equal(spans.find(({ kind }) => kind === "llm")!.attributes[ATTR.requestTemperature], 0.1);
});

Deno.test("a conversation of a stream is told while it comes, and the server's own error or a cut ends it badly", async () => {
  await using it = await Passage.open();
  const event = (type: string, more: unknown) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more as object })}\n\n`;
  const delta = (content: unknown) =>
    event("message.output.delta", {
      id: "m",
      output_index: 0,
      content_index: 0,
      role: "assistant",
      model: MODEL,
      content,
    });
  const started = event("conversation.response.started", { conversation_id: "conv_1" });
  const done = event("conversation.response.done", { usage: USAGE });
  const call = (args: string) =>
    event("function.call.delta", {
      output_index: 1,
      id: "f",
      tool_call_id: "abcdefghi",
      name: "add",
      arguments: args,
    });
  const stream = async (text: string, path: string, inputs: unknown) => {
    it.answer = () => new Response(text, { headers: { "content-type": "text/event-stream" } });
    assert.equal(await (await post(it, path, { inputs, stream: true, agent_id: "ag_1" })).text(), text);
  };
  await stream(
    started + delta("ha") + delta({ type: "text", text: "llo" }) + call('{"a"') + call(": 1}") + done,
    "/v1/conversations",
    "hi",
  );
  const [waiting] = await it.runs();
  assert.deepEqual([waiting!.status, waiting!.totals.usage.inputTokens], ["running", 100]);
  await stream(started + delta("three") + done, "/v1/conversations/conv_1", [
    { type: "function.result", tool_call_id: "abcdefghi", result: "3" },
  ]);
  const [run] = await it.runs();
  assert.deepEqual([run!.status, run!.output, run!.totals.toolCalls, run!.totals.unknownCostCalls], [
    "completed",
    "three",
    1,
    0,
  ]);
  const broken = started + delta("ha") +
    event("conversation.response.error", { message: "no more", code: 3001 });
  await stream(broken, "/v1/conversations/conv_1", "again");
  const [failed] = await it.runs();
  assert.deepEqual([failed!.status, failed!.error, failed!.totals.unknownCostCalls], [
    "failed",
    { type: "3001", message: "no more" },
    1,
  ]);
  await stream(started + delta("ha"), "/v1/conversations", "cut");
  const runs = await it.runs();
  assert.deepEqual([runs.length, runs[1]!.status, runs[1]!.error?.type], [2, "failed", "stream_cut"]);
});

Deno.test("tools that the server ran are no calls that wait, and what they cost is unknown", async () => {
  await using it = await Passage.open();
  const ran = { type: "tool.execution", id: "t", name: "web_search", arguments: "{}", info: {} };
  const usage = { ...USAGE, connector_tokens: 1000, total_tokens: 1110, connectors: { web_search: 2 } };
  it.answer = () => Response.json(conversation([ran, said("found")], usage));
  await (await post(it, "/v1/conversations", {
    agent_id: "ag_1",
    inputs: [{ role: "user", content: "look" }],
  })).text();
  const [run] = await it.runs();
  assert.deepEqual([run!.status, run!.output, run!.prompt, run!.totals.usage.inputTokens], [
    "completed",
    "found",
    "look",
    1100,
  ]);
  assert.deepEqual([run!.totals.costUsd, run!.totals.unknownCostCalls], [0, 1]);
  assert.ok(run!.totals.estimatedCostUsd! > 0);
});

Deno.test("a budget counts what a conversation holds already, and lets none go on whose past nobody knows", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  const usage = { prompt_tokens: 50_000_000, completion_tokens: 1, total_tokens: 50_000_001 };
  it.answer = () => Response.json(conversation([said("a")]));
  const ask = async (path: string) => {
    const response = await post(it, path, {
      inputs: "hi",
      ...(path === "/v1/conversations" ? { model: MODEL } : {}),
    });
    await response.text();
    return response.status;
  };
  assert.deepEqual([
    await ask("/v1/conversations"),
    await ask("/v1/conversations/conv_1"),
    await ask("/v1/conversations/other"),
  ], [200, 200, 402]);
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 9 });
  it.answer = () => Response.json(conversation([said("a")], usage));
  assert.deepEqual([await ask("/v1/conversations/conv_1"), await ask("/v1/conversations/conv_1")], [
    200,
    402,
  ]);
});
