import assert from "node:assert/strict";
import { Passage } from "./passage.ts";

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
