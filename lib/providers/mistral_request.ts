import type { AssistantMessage } from "@mistralai/mistralai/models/components/assistantmessage.js";
import type {
  ChatCompletionStreamRequest,
  ChatCompletionStreamRequestMessage,
} from "@mistralai/mistralai/models/components/chatcompletionstreamrequest.js";
import type { ContentChunk } from "@mistralai/mistralai/models/components/contentchunk.js";
import {
  type ChatRequest,
  jsonText,
  type Message,
  type ModelParameters,
  type Part,
  toolCallsOf,
} from "../core/mod.ts";
import { writeArguments } from "./call_arguments.ts";
import { createCallIds } from "./call_ids.ts";
import { createToolNames } from "./tool_names.ts";

type WithRole<T> = T & { role: "assistant" };

/** Ids and names in the grammar of the API, the same throughout one request. */
interface WireNames {
  readonly callId: (id: string) => string;
  readonly tool: (name: string) => string;
}

function wireNames({ tools }: ChatRequest): WireNames {
  return { callId: createCallIds(), tool: createToolNames(tools.map(({ name }) => name)) };
}

/**
 * Writes our request the way the SDK wants it. Ids and names of tool calls are mapped to the form Mistral's API takes; parts that
 * a model may not take are the caller's to leave out.
 */
export function toMistralRequest(request: ChatRequest): ChatCompletionStreamRequest {
  const names = wireNames(request);
  return {
    model: request.model,
    messages: request.messages.flatMap((message) => toMistralMessages(message, names)),
    ...toParameters(request.parameters),
    ...(request.promptCacheKey === undefined ? {} : { promptCacheKey: request.promptCacheKey }),
    ...(request.tools.length === 0 ? {} : {
      tools: request.tools.map(({ name, description, parameters }) => ({
        type: "function" as const,
        function: { name, description, parameters },
      })),
      ...(request.parameters.toolChoice === undefined ? {} : { toolChoice: request.parameters.toolChoice }),
      ...(request.parameters.parallelToolCalls === undefined
        ? {}
        : { parallelToolCalls: request.parameters.parallelToolCalls }),
    }),
  };
}

function toParameters(parameters: ModelParameters): Partial<ChatCompletionStreamRequest> {
  const { temperature, topP, maxTokens, seed, stop, responseSchema, reasoningEffort, safePrompt } =
    parameters;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === undefined ? {} : { randomSeed: seed }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: [...stop] }),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    ...(safePrompt === undefined ? {} : { safePrompt }),
    ...(responseSchema === undefined ? {} : {
      responseFormat: {
        type: "json_schema" as const,
        jsonSchema: {
          name: schemaName(responseSchema),
          schemaDefinition: { ...responseSchema },
          strict: true,
        },
      },
    }),
  };
}

function schemaName(schema: Readonly<Record<string, unknown>>): string {
  const title = schema["title"];
  return (typeof title === "string" && title.replace(/[^a-zA-Z0-9_-]+/g, "_").slice(0, 64)) || "answer";
}

function toMistralMessages(
  message: Message,
  names: WireNames,
): ChatCompletionStreamRequestMessage[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: joinText(message.parts) }];
    case "user":
      return [{ role: "user", content: toContent(message.parts) }];
    case "assistant":
      return [toAssistant(message, names)];
    case "tool":
      return message.parts.flatMap((part) =>
        part.type === "tool_call_response"
          ? [{
            role: "tool" as const,
            toolCallId: names.callId(part.id),
            content: jsonText(part.response),
            ...(part.name === undefined ? {} : { name: names.tool(part.name) }),
          }]
          : []
      );
  }
}

function toAssistant(message: Message, names: WireNames): WithRole<AssistantMessage> {
  const calls = toolCallsOf(message);
  return {
    role: "assistant",
    content: toContent(message.parts),
    ...(calls.length === 0 ? {} : {
      toolCalls: calls.map((call, index) => ({
        id: names.callId(call.id),
        type: "function" as const,
        index,
        function: { name: names.tool(call.name), arguments: writeArguments(call) },
      })),
    }),
  };
}

/** A plain string where possible: every server takes that. */
function toContent(parts: readonly Part[]): string | ContentChunk[] {
  const chunks = parts.map(toChunk).filter((chunk) => chunk !== undefined);
  return chunks.every((chunk) => chunk.type === "text") ? joinText(parts) : chunks;
}

function toChunk(part: Part): ContentChunk | undefined {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.content };
    case "reasoning":
      return { type: "thinking", thinking: [{ type: "text", text: part.content }] };
    case "blob":
      if (part.mimeType.startsWith("audio/")) return { type: "input_audio", inputAudio: part.data };
      return media(part.mimeType, `data:${part.mimeType};base64,${part.data}`);
    case "uri":
      return media(part.mimeType ?? "", part.uri);
    case "file":
      return { type: "file", fileId: part.fileId };
    case "tool_call":
    case "tool_call_response":
      return undefined;
  }
}

function media(mimeType: string, url: string): ContentChunk {
  return mimeType.startsWith("image/")
    ? { type: "image_url", imageUrl: url }
    : { type: "document_url", documentUrl: url };
}

function joinText(parts: readonly Part[]): string {
  return parts.map((part) => part.type === "text" ? part.content : "").join("");
}
