import { isObject, type Message, type Part, readCount, type Usage } from "../../core/mod.ts";
import { messagesIn } from "../../otlp/mod.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a request to Mistral's conversations asks for: the server keeps what was said before. */
export interface ConversationAsked {
  /** The conversation it goes on with; absent where it begins one. */
  readonly conversationId?: string;
  readonly messages: readonly Message[];
  /** `temperature`, `max_tokens`, …, as other requests have them at their top. */
  readonly parameters: Json;
}

const ID_MAX_CHARS = 200;
const CONNECTORS_MAX = 16;
const PATH = /^\/v1\/conversations(?:\/([^/]+)(?:\/restart)?)?$/;

/** `undefined` for other paths, and for what cannot be read. */
export function conversationAsked(path: string, body: Json): ConversationAsked | undefined {
  const match = PATH.exec(path);
  const { inputs, instructions, completion_args: parameters } = body;
  if (!match || (inputs === undefined && match[1] === undefined)) return undefined;
  return {
    ...(match[1] === undefined ? {} : { conversationId: match[1].slice(0, ID_MAX_CHARS) }),
    messages: [
      ...(typeof instructions === "string" ? messagesIn(instructions, "system") : []),
      ...(Array.isArray(inputs) ? inputs.flatMap(messagesOf) : messagesIn(inputs, "user")),
    ],
    parameters: isObject(parameters) ? parameters : {},
  };
}

function messagesOf(entry: unknown): Message[] {
  if (!isObject(entry)) return messagesIn(entry, "user");
  const { type, tool_call_id: id, result } = entry;
  if (type === "function.result") {
    return [{
      role: "tool",
      parts: [{ type: "tool_call_response", id: textIn(id), response: result ?? "" }],
    }];
  }
  const parts = partsOf(entry);
  if (parts) return [{ role: "assistant", parts }];
  const { role, content } = entry;
  return messagesIn(content, role === "assistant" || role === "system" ? role : "user");
}

/** What a model said or did; `undefined` for other entries. */
function partsOf(entry: Json): Part[] | undefined {
  const { type, id, tool_call_id: callId, name, arguments: args, info, content } = entry;
  switch (type) {
    case "message.output":
      return said(content);
    case "function.call":
      return messagesIn([{ type: "tool_call", id: textIn(callId), name, arguments: args }], "assistant")
        .flatMap(({ parts }) => parts);
    case "tool.execution": // the server ran it itself
      return [
        ...messagesIn([{ type: "tool_call", id: textIn(id), name, arguments: args }], "assistant")
          .flatMap(({ parts }) => parts),
        { type: "tool_call_response", id: textIn(id), response: info ?? {} },
      ];
    case "agent.handoff":
      return [];
    default:
      return undefined;
  }
}

/** Without marks of where it was found: they are no words. */
function said(content: unknown): Part[] {
  const isMark = (it: unknown) => isObject(it) && it["type"] === "tool_reference";
  return [content].flat().filter((it) => !isMark(it)).flatMap((it) => messagesIn(it, "assistant"))
    .flatMap(({ parts }) => parts);
}

/** What an answer with entries says; `undefined` for other answers. */
export function answerOf(
  { outputs }: Json,
): { readonly message?: Message; readonly responseModel?: string } | undefined {
  if (!Array.isArray(outputs)) return undefined;
  const entries = outputs.filter(isObject);
  const parts = entries.flatMap((entry) => partsOf(entry) ?? []);
  const model = entries.map(({ model }) => model).findLast((it) => typeof it === "string");
  return {
    ...(parts.length > 0 ? { message: { role: "assistant", parts } } : {}),
    ...(typeof model === "string" ? { responseModel: model.slice(0, ID_MAX_CHARS) } : {}),
  };
}

/** An event of a conversation's stream as a chunk of a chat's. */
export function chunkOf(event: Json): Json {
  const { type, content, output_index: index, tool_call_id: id, name, arguments: args } = event;
  if (type === "message.output.delta") {
    return { ...event, id: undefined, choices: [{ delta: { content: said(content) } }] };
  }
  if (type !== "function.call.delta") return event;
  const call = { index, id, function: { name, arguments: args } };
  return { ...event, id: undefined, choices: [{ delta: { tool_calls: [call] } }] };
}

/** Tools that the server ran are billed each; what they read counts as input. */
export function withConnectors(
  usage: Usage,
  { connector_tokens: tokens, connectors }: Json,
): { readonly usage: Usage; readonly quantities?: Readonly<Record<string, number>> } {
  const ran = isObject(connectors) ? Object.entries(connectors).slice(0, CONNECTORS_MAX) : [];
  const counted = ran.flatMap(([name, told]) => {
    const count = readCount(told);
    return count ? [[`connector ${name.slice(0, ID_MAX_CHARS)}`, count] as const] : [];
  });
  return {
    usage: { ...usage, inputTokens: usage.inputTokens + (readCount(tokens) ?? 0) },
    ...(counted.length > 0 ? { quantities: Object.fromEntries(counted) } : {}),
  };
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value.slice(0, ID_MAX_CHARS) : "";
}
