/** Names follow OpenTelemetry spans and the GenAI semantic conventions. Times are microseconds since the Unix epoch. */

/** What a span can stand for. */
export const SPAN_KINDS = [
  "agent",
  "llm",
  "tool",
  "attempt",
  "retriever",
  "embedding",
  "chain",
  "guardrail",
  "evaluator",
  "event",
  "http",
] as const;
/** What a span stands for; imported spans of other kinds are read as `chain`. */
export type SpanKind = (typeof SPAN_KINDS)[number];

/** `unset` while the span is open; `interrupted` when the process that ran it died. */
export type SpanStatus = "unset" | "ok" | "error" | "interrupted";

/** Token counts as billed. `inputTokens` includes the cached ones. */
export interface Usage {
  /** Tokens of the prompt, cached ones included. */
  readonly inputTokens: number;
  /** Tokens of the answer, reasoning included. */
  readonly outputTokens: number;
  /** Part of `inputTokens` that came from the provider's prompt cache. */
  readonly cachedInputTokens: number;
  /** Part of `inputTokens` that was written to a prompt cache. */
  readonly cacheWriteInputTokens: number;
  /** Part of `outputTokens` that was spent on thinking, where the provider says. */
  readonly reasoningTokens: number;
}

/** Nothing used. */
export const NO_USAGE: Usage = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
  reasoningTokens: 0,
});

/** Sums, field by field. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteInputTokens: a.cacheWriteInputTokens + b.cacheWriteInputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

/** Who speaks. */
/** In and out together; reasoning is part of the output. */
export function totalTokens({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}

/** Who speaks. */
export type Role = "system" | "user" | "assistant" | "tool";

/** One piece of a message. `arguments` and `response` are JSON values. */
export type Part =
  | { readonly type: "text"; readonly content: string }
  | { readonly type: "reasoning"; readonly content: string }
  | {
    readonly type: "tool_call";
    readonly id: string;
    readonly name: string;
    readonly arguments: unknown;
    /** As the model wrote them, where writing `arguments` again would give another text. */
    readonly argumentsText?: string;
  }
  | {
    readonly type: "tool_call_response";
    readonly id: string;
    readonly name?: string;
    readonly response: unknown;
    readonly isError?: boolean;
  }
  | { readonly type: "blob"; readonly mimeType: string; readonly data: string }
  | { readonly type: "uri"; readonly mimeType?: string; readonly uri: string }
  | { readonly type: "file"; readonly mimeType?: string; readonly fileId: string };

/** One message of a conversation. */
export interface Message {
  /** Who speaks. */
  readonly role: Role;
  /** What is said, in order. */
  readonly parts: readonly Part[];
}

/**
 * The prices one call was billed at, so that `Σ quantity × usdPerMillion / 1e6` can be shown and checked later.
 * Units: `input_tokens` (uncached), `cached_input_tokens`, `output_tokens`, `characters`, `pages`, `audio_seconds`, ...
 */
export interface PriceTag {
  /** The price table's entry that matched, e.g. `mistral-small-2603`. */
  readonly model: string;
  /** Where the price comes from, e.g. `genai-prices 0.1.8`. */
  readonly source: string;
  /** Day the price was known to hold, `YYYY-MM-DD`. */
  readonly date: string;
  /** Where the price of cached input comes from, when some was billed and it has a source of its own. */
  readonly cachedInputFrom?: string;
  /** USD per million units, by unit. */
  readonly usdPerMillion: Readonly<Record<string, number>>;
  /** Factor on the whole amount, e.g. 0.5 for batch calls. @default 1 */
  readonly factor?: number;
}

/** What a call cost. `usd` is `null` when the price is unknown: it is never guessed. */
export interface Cost {
  /** USD, rounded to 1e-12; `null`: unknown. */
  readonly usd: number | null;
  /** What was billed, by unit; see `UNITS`. */
  readonly quantities: Readonly<Record<string, number>>;
  /** The prices it was billed at; absent when they are unknown. */
  readonly tag?: PriceTag;
}

/** A timed piece of a run: a model call, one of its attempts, a tool call, … */
export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** The span it belongs to; absent for a root. */
  readonly parentSpanId?: string;
  /** What people see, e.g. `chat mistral-small-latest`. */
  readonly name: string;
  /** What it stands for. */
  readonly kind: SpanKind;
  /** Number of this step in its run, from 1, for direct llm and tool children of the run's agent span. */
  readonly step?: number;
  /** Microseconds since the Unix epoch. */
  readonly startTimeUs: number;
  /** Microseconds since the Unix epoch; absent while it is open. */
  readonly endTimeUs?: number;
  /** How it ended. */
  readonly status: SpanStatus;
  /** OpenTelemetry's `error.type`: a status code or a short word. */
  readonly errorType?: string;
  /** What went wrong, in words. */
  readonly errorMessage?: string;
  /** OpenTelemetry's `gen_ai.provider.name`. */
  readonly providerName?: string;
  /** The model that was asked for. */
  readonly requestModel?: string;
  /** The model that answered, as the server says. */
  readonly responseModel?: string;
  /** The server's id of the answer. */
  readonly responseId?: string;
  /** Why the model stopped: `stop`, `length`, `tool_calls`, … */
  readonly finishReasons?: readonly string[];
  /** Milliseconds from the request to the first streamed piece. */
  readonly timeToFirstChunkMs?: number;
  /** Tokens, where the span was billed for some. */
  readonly usage?: Usage;
  /** What it cost, where it was billed. */
  readonly cost?: Cost;
  /** The exact context window of a model call, or what an agent was started with. */
  readonly inputMessages?: readonly Message[];
  /** What the span added to the conversation. */
  readonly outputMessages?: readonly Message[];
  /** JSON values under the names in `attributes.ts`, and for imported spans whatever they came with. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What an agent remembers at the end of a step. */
export interface Snapshot {
  /** 16 lower-case hex digits. */
  readonly snapshotId: string;
  /** The run. */
  readonly traceId: string;
  /** The span that ended. */
  readonly spanId: string;
  /** Number of the step; 0 is before the first one. */
  readonly step: number;
  /** Microseconds since the Unix epoch. */
  readonly createdAtUs: number;
  /** Messages the agent holds at the end of the step. */
  readonly messages: readonly Message[];
  /** The agent's key/value memory: JSON values by key. */
  readonly keyValues: Readonly<Record<string, unknown>>;
}

/** A named score on a run or a span. */
export interface Evaluation {
  /** 32 lower-case hex digits. */
  readonly evalId: string;
  /** The run. */
  readonly traceId: string;
  /** The span, when not the whole run was judged. */
  readonly spanId?: string;
  /** What was judged, e.g. `numeric`. */
  readonly name: string;
  /** The score. */
  readonly value?: number;
  /** The score in a word: `pass`, `fail`, or the person's own. */
  readonly label?: string;
  /** Why, in one line. */
  readonly explanation?: string;
  /** Who judged: `scorer`, `bisect`, a person, … */
  readonly source: string;
  /** Version of the scorer; equal versions give equal scores. */
  readonly scorerVersion?: string;
  /** Whether that is good enough, where the scorer says. */
  readonly passed?: boolean;
  /** Why there is no score: the scorer failed. */
  readonly error?: string;
  /** The experiment that asked for it. */
  readonly experimentId?: string;
  /** Microseconds since the Unix epoch. */
  readonly createdAtUs: number;
}

/** The text parts of a message, joined. */
export function textOf(message: Message): string {
  let text = "";
  for (const part of message.parts) if (part.type === "text") text += part.content;
  return text;
}

/** The tool calls that a message asks for, in order. */
export function toolCallsOf(message: Message): readonly Extract<Part, { type: "tool_call" }>[] {
  return message.parts.filter((part) => part.type === "tool_call");
}
