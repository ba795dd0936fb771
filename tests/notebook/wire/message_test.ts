import assert from "node:assert/strict";
import { contentOf, MessageCodec } from "../../../lib/notebook/wire/mod.ts";

const CODEC = new MessageCodec("secret");
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("MessageCodec.decode() gives what encode() made, behind its identities", () => {
  const { id, frames } = CODEC.encode({
    type: "execute_request",
    content: { code: "1" },
    buffers: [bytes("b")],
  });
  const message = CODEC.decode([bytes("who"), ...frames])!;
  assert.equal(message.header.msg_id, id);
  assert.equal(message.header.msg_type, "execute_request");
  assert.deepEqual(contentOf(message), { code: "1" });
  assert.deepEqual(message.identities, [bytes("who")]);
  assert.deepEqual(message.buffers, [bytes("b")]);
  const answer = CODEC.decode(CODEC.encode({ type: "execute_reply", content: {}, parent: message }).frames)!;
  assert.equal(answer.parentId, id);
});

Deno.test("MessageCodec.decode() takes nothing that another key signed, or that was changed", () => {
  const { frames } = CODEC.encode({ type: "execute_request", content: { code: "1" } });
  assert.equal(new MessageCodec("other").decode(frames), undefined);
  for (let at = 1; at < frames.length; at++) {
    const changed = frames.map((it, index) => index === at ? new Uint8Array([...it.slice(0, -1), 33]) : it);
    assert.equal(CODEC.decode(changed), undefined, `frame ${at}`);
    assert.equal(CODEC.decode(frames.slice(0, at)), undefined, `${at} frames`);
  }
});

Deno.test("MessageCodec.decode() takes no message without an id and a type", () => {
  const header = JSON.stringify({ msg_id: "", msg_type: "status", session: "s" });
  const other = CODEC.encode({ type: "x", content: {} }).frames;
  const unsigned = [other[0]!, bytes(""), bytes(header), bytes("{}"), bytes("{}"), bytes("{}")];
  assert.equal(CODEC.decode(unsigned), undefined);
  assert.equal(CODEC.decode(CODEC.encode({ type: "", content: {} }).frames), undefined);
});
