import { withoutEditNote } from "../../agent/mod.ts";
import {
  ATTR,
  canonicalJson,
  hashText,
  isObject,
  jsonText,
  type Message,
  type Part,
  type Span,
  textOf,
  toolCallsOf,
  type Trace,
} from "../../core/mod.ts";
import { createCallIds, createToolNames, writeArguments } from "../../providers/mod.ts";
import { type TrainingAnswer, type TrainingMessage, type TrainingTool, UnfitLine } from "./training_line.ts";

/** What of a run decides how its messages are written. */
export interface ConversationFacts {
  /** Arguments that a person put in the place of the model's, by call id. */
  readonly corrected: ReadonlyMap<string, unknown>;
  /** Answers that a person judged as failed, as `answerKey` writes them. */
  readonly failed: ReadonlySet<string>;
}

/** A conversation as it is trained on, and what of it the format has no place for. */
export interface Conversation {
  readonly messages: readonly TrainingMessage[];
  readonly tools: readonly TrainingTool[];
  /** Texts that stood beside tool calls: the format takes one of the two. */
  readonly textsLeftOut: number;
  /** Messages whose thoughts were left out. */
  readonly thoughtsLeftOut: number;
  /** Calls that have a person's arguments. */
  readonly corrections: number;
}

/** Equal answers have equal keys. */
export function answerKey(message: Message): string {
  return canonicalJson(message.parts);
}

/** What a trace says of its messages: corrections of approvals, and what people said of single answers, last word first. */
export function factsOf(trace: Trace): ConversationFacts {
  const corrected = new Map<string, unknown>();
  const failed = new Set<string>();
  const said = new Map<string, boolean>();
  for (const { spanId, passed, source, value } of trace.evaluations) {
    const verdict = passed ?? (value !== undefined && value >= 0 && value <= 1 ? value >= 0.5 : undefined);
    if (spanId !== undefined && source === "human" && verdict !== undefined) said.set(spanId, verdict);
  }
  for (const span of trace.spans.values()) {
    const callId = span.attributes[ATTR.toolCallId];
    const given = span.attributes[ATTR.approvalArguments];
    if (span.kind === "tool" && typeof callId === "string" && given !== undefined) {
      corrected.set(callId, given);
    }
    if (said.get(span.spanId) === false) {
      for (const message of span.outputMessages ?? []) failed.add(answerKey(message));
    }
  }
  return { corrected, failed };
}

/** Model calls that came back whole, in the order in which they began. */
export function answeredCalls(trace: Trace): readonly Span[] {
  return [...trace.spans.values()]
    .filter((it) =>
      it.kind === "llm" && it.status === "ok" && (it.outputMessages?.length ?? 0) > 0 &&
      (it.inputMessages?.length ?? 0) > 0
    )
    .toSorted((a, b) => a.startTimeUs - b.startTimeUs);
}

/**
 * Writes what one model call saw and said as a training conversation. Ids of tool calls are made anew from the first question, so
 * that equal conversations are equal, whatever the server called theirs. An answer whose call ended in an error, or that a person
 * judged as failed, has weight 0. Throws `UnfitLine`.
 */
export function conversationOf(span: Span, facts: ConversationFacts): Conversation {
  const messages = [...span.inputMessages ?? [], ...span.outputMessages ?? []];
  const tools = toolsOf(span);
  const names = createToolNames(tools.map((it) => it.function.name));
  const callId = callIds(messages);
  const erred = new Set(
    messages.flatMap(({ parts }) =>
      parts.flatMap((part) => part.type === "tool_call_response" && part.isError ? [part.id] : [])
    ),
  );
  const count = { textsLeftOut: 0, thoughtsLeftOut: 0, corrections: 0 };
  const written = messages.flatMap((message): readonly TrainingMessage[] => {
    if (message.role === "tool") {
      return message.parts.flatMap((part) => part.type === "tool_call_response" ? [resultOf(part)] : []);
    }
    const text = plainText(message);
    if (message.role !== "assistant") return [{ role: message.role, content: text }];
    const calls = toolCallsOf(message);
    if (message.parts.some(({ type }) => type === "reasoning")) count.thoughtsLeftOut++;
    if (calls.length > 0 && text.trim() !== "") count.textsLeftOut++;
    count.corrections += calls.filter(({ id }) => facts.corrected.has(id)).length;
    const isBad = facts.failed.has(answerKey(message)) || calls.some(({ id }) => erred.has(id));
    return [answerOf(text, calls, isBad ? 0 : 1)];
  });

  function resultOf(part: Extract<Part, { type: "tool_call_response" }>): TrainingMessage {
    const given = facts.corrected.get(part.id);
    const text = jsonText(part.response);
    return {
      role: "tool",
      content: given === undefined ? text : withoutEditNote(text, given),
      tool_call_id: callId(part.id),
      ...(part.name === undefined ? {} : { name: names(part.name) }),
    };
  }

  function answerOf(
    text: string,
    calls: ReturnType<typeof toolCallsOf>,
    weight: 0 | 1,
  ): TrainingAnswer {
    if (calls.length === 0) return { role: "assistant", content: text, weight };
    return {
      role: "assistant",
      tool_calls: calls.map((call) => {
        const given = facts.corrected.get(call.id);
        return {
          id: callId(call.id),
          type: "function",
          function: {
            name: names(call.name),
            arguments: given === undefined
              ? writeArguments(call)
              : writeArguments({ type: "tool_call", id: call.id, name: call.name, arguments: given }),
          },
        };
      }),
      weight,
    };
  }

  return { messages: written, tools, ...count };
}

/** Ids in the grammar of the API, by the first question and the order of the calls. */
function callIds(messages: readonly Message[]): (id: string) => string {
  const asked = messages.find(({ role }) => role === "user");
  const seed = hashText(asked ? textOf(asked) : "");
  const order = new Map<string, number>();
  const ids = createCallIds();
  return (id) => {
    if (!order.has(id)) order.set(id, order.size + 1);
    return ids(`${seed}#${order.get(id)}`);
  };
}

/** The text of a message. Throws `UnfitLine` for pictures, files and sound: the validator takes text alone. */
function plainText(message: Message): string {
  if (message.parts.some(({ type }) => type === "blob" || type === "uri" || type === "file")) {
    throw new UnfitLine("pictures, files or sound in a message");
  }
  return textOf(message);
}

/** What the model was told of tools. Received spans hold them in the API's shape, ours flat. */
function toolsOf({ attributes }: Span): readonly TrainingTool[] {
  const given = attributes[ATTR.toolDefinitions];
  if (!Array.isArray(given)) return [];
  return given.flatMap((entry): readonly TrainingTool[] => {
    const tool = isObject(entry) && isObject(entry.function) ? entry.function : entry;
    if (!isObject(tool) || typeof tool.name !== "string") return [];
    return [{
      type: "function",
      function: {
        name: tool.name,
        description: typeof tool.description === "string" ? tool.description : "",
        parameters: isObject(tool.parameters) ? tool.parameters : {},
      },
    }];
  });
}
