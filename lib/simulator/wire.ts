import { type Completion, CREATED_S } from "./completion.ts";

/** The body of an answer that is not streamed. */
export function completionBody(completion: Completion): Readonly<Record<string, unknown>> {
  const text = completion.text.join("");
  const thinking = completion.thinking.join("");
  return {
    id: completion.id,
    object: "chat.completion",
    created: CREATED_S,
    model: completion.model,
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: thinking === ""
          ? text
          : [thinkingChunk(thinking), ...(text === "" ? [] : [{ type: "text", text }])],
        tool_calls: completion.toolCalls.length > 0 ? toolCallsOf(completion) : null,
        prefix: false,
      },
      finish_reason: completion.finishReason,
    }],
    usage: completion.usage,
  };
}

/** The `data:` values of a streamed answer, without the closing `[DONE]`: the last carries finish reason and usage. */
export function* completionChunks(completion: Completion): Generator<Readonly<Record<string, unknown>>> {
  const chunk = (delta: Readonly<Record<string, unknown>>, finishReason: string | null = null) => ({
    id: completion.id,
    object: "chat.completion.chunk",
    created: CREATED_S,
    model: completion.model,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  });
  yield chunk({ role: "assistant", content: "" });
  for (const token of completion.thinking) yield chunk({ content: [thinkingChunk(token)] });
  for (const token of completion.text) yield chunk({ content: token });
  const last = completion.toolCalls.length > 0
    ? { content: "", tool_calls: toolCallsOf(completion) }
    : { content: "" };
  yield { ...chunk(last, completion.finishReason), usage: completion.usage };
}

function thinkingChunk(text: string): Readonly<Record<string, unknown>> {
  return { type: "thinking", thinking: [{ type: "text", text }] };
}

function toolCallsOf(completion: Completion): readonly unknown[] {
  return completion.toolCalls.map((call, index) => ({
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
    index,
  }));
}
