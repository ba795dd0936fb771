import { isObject, type Message, type Role } from "../../core/mod.ts";
import type { Told } from "./told_events.ts";
import { messagesIn } from "./messages_in.ts";
import { toolCall } from "./message_parts.ts";
import type { SpanReader } from "./span_reader.ts";

/** Where one convention keeps messages, and how they are taken from there. */
interface Place {
  readonly read: (span: SpanReader, role: Role) => readonly Message[];
  /** Marks what was read, as it is kept as messages now. */
  readonly use: (span: SpanReader) => void;
}

const attribute = (...names: readonly string[]): Place => ({
  read: (span, role) => {
    for (const name of names) {
      const found = messagesIn(span.value(name), role);
      if (found.length > 0) return found;
    }
    return [];
  },
  use: (span) => span.use(...names),
});

const indexed = (prefix: string): Place => ({
  read: (span, role) => span.has(prefix) ? messagesIn(span.indexed(prefix), role) : [],
  use: (span) => span.useAll(prefix),
});

/** `mastra.model_step.input`, `mastra.agent_run.output`, … */
const mastra = (side: "input" | "output"): Place => {
  const names = (span: SpanReader) =>
    Object.keys(span.attributes).filter((name) => name.startsWith("mastra.") && name.endsWith(`.${side}`));
  return {
    read: (span, role) => names(span).flatMap((name) => messagesIn(span.value(name), role)),
    use: (span) => span.use(...names(span)),
  };
};

/** Traceloop keeps the arguments of the function that it wraps. */
const traceloop: Place = {
  read: (span, role) => {
    const { args, kwargs } = span.object("traceloop.entity.input");
    if (!Array.isArray(args)) return messagesIn(span.value("traceloop.entity.input"), role);
    const given = isObject(kwargs) && Object.keys(kwargs).length > 0 ? [...args, kwargs] : args;
    return given.flatMap((it) => messagesIn(it, role));
  },
  use: (span) => span.use("traceloop.entity.input"),
};

/** A text, calls, thoughts and objects, each in an attribute of its own. */
const aiSdkResponse: Place = {
  read: (span) => {
    const calls = span.json("ai.response.toolCalls", "ai.result.toolCalls");
    const reasoning = span.text("ai.response.reasoning");
    const text = span.text("ai.response.text", "ai.result.text") ??
      span.text("ai.response.object", "ai.result.object");
    const parts: Message["parts"] = [
      ...(reasoning === undefined ? [] : [{ type: "reasoning" as const, content: reasoning }]),
      ...(text === undefined ? [] : [{ type: "text" as const, content: text }]),
      ...(Array.isArray(calls) ? calls.flatMap((it) => (isObject(it) ? toolCall(it) : undefined) ?? []) : []),
    ];
    return parts.length === 0 ? [] : [{ role: "assistant", parts }];
  },
  use: (span) => span.use(...["text", "toolCalls", "reasoning", "object"].map((it) => `ai.response.${it}`)),
};

/** What a span was asked, by the place that says it best. */
const INPUTS: readonly Place[] = [
  attribute("gen_ai.input.messages"),
  indexed("llm.input_messages"),
  indexed("gen_ai.prompt"),
  attribute("ai.prompt.messages", "ai.prompt"),
  attribute("langfuse.observation.input"),
  attribute("gen_ai.prompt", "llm.prompts"),
  mastra("input"),
  attribute("request_data", "pydantic_ai.all_messages", "input.value"),
  traceloop,
];

const OUTPUTS: readonly Place[] = [
  attribute("gen_ai.output.messages"),
  indexed("llm.output_messages"),
  indexed("gen_ai.completion"),
  aiSdkResponse,
  attribute("langfuse.observation.output"),
  attribute("gen_ai.completion"),
  mastra("output"),
  attribute("response_data", "final_result", "output.value", "traceloop.entity.output"),
];

export interface SpanMessages {
  readonly input: readonly Message[];
  readonly output: readonly Message[];
}

function firstOf(places: readonly Place[], span: SpanReader, role: Role) {
  for (const place of places) {
    const messages = place.read(span, role);
    if (messages.length > 0) return { messages, place };
  }
  return undefined;
}

/**
 * What was said to a model and what it said, from the first place that has it: attributes, then what events and log records tell.
 * `keep` leaves the attributes where they are, too.
 */
export function messagesOf(span: SpanReader, told: Told, keep: boolean): SpanMessages {
  const input = firstOf(INPUTS, span, "user");
  const output = firstOf(OUTPUTS, span, "assistant");
  const instructions = messagesIn(span.value("gen_ai.system_instructions") ?? told.instructions, "system");
  if (!keep) {
    input?.place.use(span);
    output?.place.use(span);
    span.use("gen_ai.system_instructions");
    // The same in the words of the API that was called.
    if (input && span.has("llm.input_messages")) span.use("input.value");
    if (output && span.has("llm.output_messages")) span.use("output.value");
  }
  return {
    input: withInstructions(instructions, input?.messages ?? told.input),
    output: output?.messages ?? told.output,
  };
}

function withInstructions(
  instructions: readonly Message[],
  messages: readonly Message[],
): readonly Message[] {
  const saysSystem = messages.some(({ role }) => role === "system");
  return instructions.length === 0 || saysSystem ? messages : [...instructions, ...messages];
}
