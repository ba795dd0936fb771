import assert from "node:assert/strict";
import { BodyReader, readBody } from "../../lib/providers/read_body.ts";

const { signal } = new AbortController();
const LONG = "é€🙂".repeat(20_000);

Deno.test("readBody() reads what is longer than its room, whatever the platform cuts it into", async () => {
  assert.equal(await readBody(new Response(LONG).body, 1_000_000, { signal }), LONG);
});

Deno.test("readBody() reads a stream that only hands out its own pieces", async () => {
  const pieces = [LONG.slice(0, 70_000), LONG.slice(70_000)].map((it) => new TextEncoder().encode(it));
  const stream = ReadableStream.from(pieces) as ReadableStream<Uint8Array>;
  assert.equal(await readBody(stream, 1_000_000, { signal }), LONG);
});

Deno.test("readBody() cuts within its room, or refuses", async () => {
  const body = () => new Response("x".repeat(50_000)).body;
  assert.equal((await readBody(body(), 20_000, { signal, cut: true })).length, 20_000);
  await assert.rejects(readBody(body(), 20_000, { signal }), /larger than 20000 bytes/);
});

Deno.test("BodyReader ends a read that waits when its signal is aborted", async () => {
  const controller = new AbortController();
  const silent = new ReadableStream<Uint8Array>({ type: "bytes", pull: () => new Promise(() => {}) });
  const reader = new BodyReader(silent, controller.signal);
  const reading = assert.rejects(reader.read(), /enough/);
  controller.abort(new Error("enough"));
  await reading;
});
