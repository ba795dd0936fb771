import assert from "node:assert/strict";
import type { Message, ModelParameters, Part } from "../../lib/core/mod.ts";
import { fitParts } from "../../lib/providers/model_parts.ts";

const text = (content: string): Part => ({ type: "text", content });
const THOUGHT: Part = { type: "reasoning", content: "hm" };
const IMAGE: Part = { type: "blob", mimeType: "image/png", data: "iVBO" };
const SOUND: Part = { type: "blob", mimeType: "audio/mpeg", data: "SUQz" };
const CALL: Part = { type: "tool_call", id: "abcDEF123", name: "f", arguments: {} };
const said = (...parts: readonly Part[]): Message => ({ role: "assistant", parts });
const asked = (...parts: readonly Part[]): Message => ({ role: "user", parts });

function fit(
  model: string,
  messages: readonly Message[],
  parameters: ModelParameters = {},
  dialect: "mistral" | "openai" = "mistral",
) {
  const fitted = fitParts({ model, messages, parameters }, dialect);
  return {
    kinds: fitted.messages.map(({ parts }) => parts.map(({ type }) => type)),
    dropped: fitted.dropped,
  };
}

Deno.test("fitParts() keeps reasoning for models that reason or are asked to", () => {
  const conversation = [asked(text("x")), said(THOUGHT, text("y"))];
  const kept = { kinds: [["text"], ["reasoning", "text"]], dropped: {} };
  const left = { kinds: [["text"], ["text"]], dropped: { reasoning: 1 } };
  assert.deepEqual(fit("magistral-small-latest", conversation), kept);
  assert.deepEqual(fit("mistralai/Magistral-Small-2509", conversation), kept);
  assert.deepEqual(fit("mistral-small-latest", conversation, { reasoningEffort: "high" }), kept);
  assert.deepEqual(fit("mistral-small-latest", conversation, { reasoningEffort: "none" }), left);
  assert.deepEqual(fit("mistral-large-latest", conversation), left);
  assert.deepEqual(fit("magistral:24b", conversation, {}, "openai"), left);
});

Deno.test("fitParts() leaves out answers that say nothing any more, and those that said nothing", () => {
  const conversation = [asked(text("x")), said(THOUGHT), said(text("")), said(), said(THOUGHT, CALL)];
  assert.deepEqual(fit("mistral-small-latest", conversation), {
    kinds: [["text"], ["tool_call"]],
    dropped: { reasoning: 2 },
  });
});

Deno.test("fitParts() keeps images and audio from models without eyes and ears, and out of answers", () => {
  const conversation = [asked(text("x"), IMAGE), asked(IMAGE), asked(SOUND), said(text("y"), IMAGE)];
  assert.deepEqual(fit("codestral-latest", conversation), {
    kinds: [["text"], ["text"], ["text"], ["text"]],
    dropped: { image: 3, audio: 1 },
  });
  assert.deepEqual(fit("mistral-small-latest", conversation), {
    kinds: [["text", "blob"], ["blob"], ["blob"], ["text"]],
    dropped: { image: 1 },
  });
  assert.deepEqual(fit("voxtral-small-2507", [asked(text("x"), SOUND)]).dropped, {});
  assert.deepEqual(fit("llava:13b", [asked(text("x"), IMAGE)], {}, "openai").dropped, {});
});
