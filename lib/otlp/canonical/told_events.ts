import { type Evaluation, isObject, type Message } from "../../core/mod.ts";
import type { LogRecord, OtlpSpan } from "../types.ts";
import { messagesIn } from "./messages_in.ts";
import { jsonOf, numberOf, plainAttributes, plainValue } from "./span_reader.ts";

/** What events and log records tell of a span. */
export interface Told {
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly instructions?: unknown;
  readonly finishReasons: readonly string[];
  readonly scores: readonly Score[];
}

export type Score = Pick<Evaluation, "name" | "value" | "label" | "explanation">;

/** An event or a log record: they say the same in two ways. */
interface Telling {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function tellings(span: OtlpSpan | undefined, logs: readonly LogRecord[]): Telling[] {
  const events = (span?.events ?? []).map(({ name, attributes }) => ({
    name,
    fields: plainAttributes(attributes),
  }));
  const records = logs.toSorted((a, b) => Number(timeOf(a) - timeOf(b))).map((record) => {
    const attributes = plainAttributes(record.attributes);
    const body = plainValue(record.body);
    const fields: Record<string, unknown> = Object.create(null);
    for (const [name, value] of Object.entries(attributes)) fields[name] = value;
    for (const [name, value] of Object.entries(isObject(body) ? body : {})) fields[name] = value;
    return { name: record.eventName || String(attributes["event.name"] ?? ""), fields };
  });
  return [...events, ...records];
}

const timeOf = ({ timeUnixNano, observedTimeUnixNano }: LogRecord) =>
  timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano;

const MESSAGE = /^gen_ai\.(system|user|assistant|tool)\.message$/;

export function toldOf(span: OtlpSpan | undefined, logs: readonly LogRecord[]): Told {
  const input: Message[] = [];
  const output: Message[] = [];
  const finishReasons: string[] = [];
  const scores: Score[] = [];
  let instructions: unknown;
  for (const { name, fields } of tellings(span, logs)) {
    const role = MESSAGE.exec(name)?.[1];
    if (role !== undefined) input.push(...messagesIn(chatMessage(fields, role), "user"));
    else if (name === "gen_ai.choice") {
      const message = jsonOf(fields["message"] ?? fields["content"]);
      output.push(
        ...messagesIn(isObject(message) ? chatMessage(message, "assistant") : message, "assistant"),
      );
      if (typeof fields["finish_reason"] === "string") finishReasons.push(fields["finish_reason"]);
    } else if (name === "gen_ai.evaluation.result") scores.push(...scoreOf(fields));
    else {
      input.push(...messagesIn(fields["gen_ai.input.messages"] ?? fields["gen_ai.prompt"], "user"));
      output.push(
        ...messagesIn(fields["gen_ai.output.messages"] ?? fields["gen_ai.completion"], "assistant"),
      );
      instructions ??= fields["gen_ai.system_instructions"];
    }
  }
  return {
    input,
    output,
    finishReasons,
    scores,
    ...(instructions === undefined ? {} : { instructions }),
  };
}

function chatMessage(fields: Readonly<Record<string, unknown>>, role: string): Record<string, unknown> {
  const toolCalls = jsonOf(fields["tool_calls"]);
  return {
    role: fields["role"] ?? role,
    content: jsonOf(fields["content"]) ?? "",
    ...(Array.isArray(toolCalls) ? { tool_calls: toolCalls } : {}),
    ...(role === "tool" ? { tool_call_id: fields["id"] ?? fields["tool_call_id"] ?? "" } : {}),
    ...(fields["name"] === undefined ? {} : { name: fields["name"] }),
  };
}

const TEXT_MAX = 10_000;

function scoreOf(fields: Readonly<Record<string, unknown>>): Score[] {
  const text = (name: string) => {
    const value = fields[`gen_ai.evaluation.${name}`];
    return typeof value === "string" && value !== "" ? value.slice(0, TEXT_MAX) : undefined;
  };
  const name = text("name");
  const value = numberOf(fields["gen_ai.evaluation.score.value"]);
  const [label, explanation] = [text("score.label"), text("explanation")];
  if (name === undefined || value === undefined && label === undefined) return [];
  return [{
    name,
    ...(value === undefined ? {} : { value }),
    ...(label === undefined ? {} : { label }),
    ...(explanation === undefined ? {} : { explanation }),
  }];
}
