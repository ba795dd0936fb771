import assert from "node:assert/strict";
import fc from "fast-check";
import { WholeCharacters } from "../../lib/providers/whole_characters.ts";
import { chunk, finish, sse, startFaultServer } from "../support/fault_server.ts";
import { chatRequest, deltasOf, mistralOn, recordingContext } from "./calls.ts";

Deno.test("WholeCharacters never ends a piece within a character, and loses nothing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 30 }), fc.array(fc.nat(30)), (text, cuts) => {
    const at = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b);
    const pieces = [...at, text.length].map((cut, i) => text.slice(at[i - 1] ?? 0, cut));
    const characters = new WholeCharacters();
    const told = pieces.map((piece) => characters.push(piece));
    assert.equal(told.join("") + characters.end(), text);
    assert.ok(told.every((piece) => piece.isWellFormed()));
  }));
});

Deno.test("chat() tells of an emoji whose halves come in two deltas as one, of each channel apart", async () => {
  const thinking = (text: string) =>
    chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text }] }] });
  const call = (args: string) => ({ index: 0, id: "abcDEF123", function: { name: "f", arguments: args } });
  await using server = await startFaultServer(sse(
    thinking("hm \ud83d"),
    thinking("\ude00"),
    chunk({ content: "a \ud83d" }),
    chunk({ content: "\ude00 b \ud83d" }),
    chunk({ tool_calls: [call('{"x":"\ud83d')] }),
    chunk({ tool_calls: [call('\ude00"}')] }),
    finish("tool_calls"),
  ));
  const context = recordingContext();
  const { message } = await mistralOn(server).chat(chatRequest(), context);
  assert.deepEqual(deltasOf(context.events, "reasoning"), ["hm ", "😀"]);
  assert.deepEqual(deltasOf(context.events, "text"), ["a ", "😀 b ", "\ud83d"]);
  assert.deepEqual(deltasOf(context.events, "tool_call").join(""), 'f {"x":"😀"}');
  assert.deepEqual(message.parts.map((part) => "content" in part ? part.content : undefined), [
    "hm 😀",
    "a 😀 b \ud83d",
    undefined,
  ]);
});
