import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { parseFault } from "../../lib/simulator/mod.ts";
import { completion, MODEL, Passage, user } from "./passage.ts";

const faults = (...texts: string[]) => texts.map((text) => parseFault(text)!);

const delta = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ model: MODEL, choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;

function streamed(): Response {
  const events = ["one ", "two ", "three ", "four"].map((it) => delta(it));
  const last = [delta("", "stop"), "data: [DONE]\n\n"];
  return new Response([...events, ...last].join(""), { headers: { "content-type": "text/event-stream" } });
}

Deno.test("a request meets its faults in turn, then its answer, and the model server hears of the last try only", async () => {
  await using it = await Passage.open({ mode: "fault", faults: faults("429:2", "503") });
  const ask = () => it.chat([user("hello")]);
  const first = await ask();
  assert.deepEqual([first.status, first.headers.get("retry-after"), (await first.json()).object], [
    429,
    "2",
    "error",
  ]);
  assert.equal((await ask().then((it) => (it.body?.cancel(), it))).status, 503);
  assert.equal(it.asked.length, 0);
  assert.equal((await (await ask()).json()).choices[0].message.content, "hello");
  assert.equal(it.asked.length, 1);
  assert.equal((await ask().then((it) => (it.body?.cancel(), it))).status, 429, "and so on");
  const [run] = await it.runs();
  const { spans } = await it.store.loadTrace(run!.traceId);
  const calls = [...spans.values()].filter(({ kind }) => kind === "llm").map(({ status, errorType }) => [
    status,
    errorType,
  ]);
  assert.deepEqual(calls.slice(0, 3), [["error", "429"], ["error", "503"], ["ok", undefined]]);
});

Deno.test("a stream breaks where the fault says, and what came of it is on record", async () => {
  await using it = await Passage.open({ mode: "fault", faults: faults("cut:2", "eof:3", "badChunk:1") });
  it.answer = streamed;
  const ask = () => it.chat([user("count")], { more: { stream: true } });
  const got: string[] = [];
  await assert.rejects(async () => {
    for await (const text of (await ask()).body!.pipeThrough(new TextDecoderStream())) got.push(text);
  });
  assert.equal(got.join(""), delta("one ") + delta("two "));
  assert.equal(await (await ask()).text(), delta("one ") + delta("two ") + delta("three "));
  assert.match(await (await ask()).text(), /^data: .*one .*\n\ndata: .*"object":"error".*\n\ndata: \[DONE\]/);
  const whole = await ask();
  assert.equal(await whole.text(), await streamed().text(), "byte for byte again");
  const [run] = await it.runs();
  const { spans } = await it.store.loadTrace(run!.traceId);
  const calls = [...spans.values()].filter(({ kind }) => kind === "llm");
  assert.deepEqual(calls.slice(0, 2).map(({ status, errorType }) => [status, errorType]), [
    ["error", "stream_cut"],
    ["error", "stream_cut"],
  ]);
  assert.equal(calls.at(-1)!.status, "ok");
});

Deno.test("what a fault made of an answer is never given from the record", async () => {
  await using it = await Passage.open({ mode: "fault", faults: faults("badJson") });
  const text = await (await it.chat([user("hello")])).text();
  assert.throws(() => JSON.parse(text));
  const [run] = await it.runs();
  const { spans } = await it.store.loadTrace(run!.traceId);
  const hash = [...spans.values()].find(({ kind }) => kind === "llm")!.attributes["agentop.request.hash"];
  assert.equal(await it.store.findExchange(String(hash)), undefined);
});

Deno.test("a request packed with gzip goes on as it is, and is read for the record", async () => {
  await using it = await Passage.open();
  it.answer = () => Response.json(completion("unpacked"));
  const packed = gzipSync(JSON.stringify({ model: MODEL, messages: [user("packed?")] }));
  const response = await fetch(`${it.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: packed,
  });
  assert.equal((await response.json()).choices[0].message.content, "unpacked");
  const arrived = it.asked[0]!.bytes;
  assert.deepEqual([arrived, it.asked[0]!.headers.get("content-encoding")], [new Uint8Array(packed), "gzip"]);
  assert.deepEqual((await it.runs()).map(({ prompt, output }) => [prompt, output]), [[
    "packed?",
    "unpacked",
  ]]);
});

Deno.test("a body that cannot be read passes, and that it is not recorded is said once", async () => {
  await using it = await Passage.open();
  for (let i = 0; i < 2; i++) {
    const response = await fetch(`${it.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-encoding": "br" },
      body: new Uint8Array([1, 2, 3]),
    });
    await response.body?.cancel();
  }
  assert.deepEqual([it.asked.length, it.notes], [2, ["/v1/chat/completions"]]);
  assert.deepEqual(await it.runs(), []);
});
