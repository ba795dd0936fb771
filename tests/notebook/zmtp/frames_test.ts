import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeMessage, FrameReader, WireClosed, WireError } from "../../../lib/notebook/zmtp/frames.ts";

/** A connection that gives `bytes` in pieces of at most `step`. */
function wireOf(bytes: Uint8Array, step = bytes.length) {
  let at = 0;
  return {
    read(into: Uint8Array) {
      if (at >= bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(at, at + Math.min(step, into.length));
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length);
    },
    write: (data: Uint8Array) => Promise.resolve(data.length),
  };
}

Deno.test("FrameReader reads what encodeMessage wrote, however it is cut", async () => {
  const frame = fc.uint8Array({ maxLength: 600 });
  const messages = fc.array(fc.array(frame, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(messages, fc.integer({ min: 1, max: 700 }), async (sent, step) => {
      const bytes = sent.map(encodeMessage).reduce(
        (all, it) => new Uint8Array([...all, ...it]),
        new Uint8Array(),
      );
      const reader = new FrameReader(wireOf(bytes, step));
      for (const message of sent) assert.deepEqual(await reader.message(), message);
      await assert.rejects(reader.message(), WireClosed);
    }),
    { numRuns: 60 },
  );
});

Deno.test("FrameReader reads large frames", async () => {
  const large = crypto.getRandomValues(new Uint8Array(65_000));
  const frame = new Uint8Array(65_000 * 5).map((_, at) => large[at % large.length]!);
  assert.deepEqual(await new FrameReader(wireOf(encodeMessage([frame]), 10_000)).message(), [frame]);
});

Deno.test("FrameReader refuses what is larger than a message may be before it is read", async () => {
  const head = new Uint8Array([2, 0, 0, 0, 0, 0xff, 0, 0, 0]);
  await assert.rejects(new FrameReader(wireOf(head)).message(), WireError);
  const frames = Array.from({ length: 300 }, () => new Uint8Array(1));
  await assert.rejects(new FrameReader(wireOf(encodeMessage(frames))).message(), WireError);
  await assert.rejects(new FrameReader(wireOf(new Uint8Array([0xff, 1, 2]))).message(), WireError);
});
