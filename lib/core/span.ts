/** Names follow OpenTelemetry spans and the GenAI semantic conventions. Times are microseconds since the Unix epoch. */

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
export type SpanKind = (typeof SPAN_KINDS)[number];

/** `unset` while the span is open; `interrupted` when the process that ran it died. */
export type SpanStatus = "unset" | "ok" | "error" | "interrupted";

/** Token counts as billed. `inputTokens` includes the cached ones. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteInputTokens: number;
  readonly reasoningTokens: number;
}

export const NO_USAGE: Usage = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
  reasoningTokens: 0,
});

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteInputTokens: a.cacheWriteInputTokens + b.cacheWriteInputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

export type Role = "system" | "user" | "assistant" | "tool";

/** One piece of a message. `arguments` and `response` are JSON values. */
export type Part =
  | { readonly type: "text"; readonly content: string }
  | { readonly type: "reasoning"; readonly content: string }
  | { readonly type: "tool_call"; readonly id: string; readonly name: string; readonly arguments: unknown }
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

export interface Message {
  readonly role: Role;
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
  readonly usdPerMillion: Readonly<Record<string, number>>;
  /** Factor on the whole amount, e.g. 0.5 for batch calls. @default 1 */
  readonly factor?: number;
}

/** What a call cost. `usd` is `null` when the price is unknown: it is never guessed. */
export interface Cost {
  readonly usd: number | null;
  readonly quantities: Readonly<Record<string, number>>;
  readonly tag?: PriceTag;
}

export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Number of this step in its run, from 1, for direct llm and tool children of the run's agent span. */
  readonly step?: number;
  readonly startTimeUs: number;
  readonly endTimeUs?: number;
  readonly status: SpanStatus;
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly providerName?: string;
  readonly requestModel?: string;
  readonly responseModel?: string;
  readonly responseId?: string;
  readonly finishReasons?: readonly string[];
  readonly timeToFirstChunkMs?: number;
  readonly usage?: Usage;
  readonly cost?: Cost;
  /** The exact context window of a model call, or what an agent was started with. */
  readonly inputMessages?: readonly Message[];
  /** What the span added to the conversation. */
  readonly outputMessages?: readonly Message[];
  /** JSON values under the names in `attributes.ts`, and for imported spans whatever they came with. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Snapshot {
  /** 16 lower-case hex digits. */
  readonly snapshotId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly step: number;
  readonly createdAtUs: number;
  /** Messages the agent holds at the end of the step. */
  readonly messages: readonly Message[];
  readonly keyValues: Readonly<Record<string, unknown>>;
}

export interface Evaluation {
  readonly evalId: string;
  readonly traceId: string;
  readonly spanId?: string;
  readonly name: string;
  readonly value?: number;
  readonly label?: string;
  readonly explanation?: string;
  readonly source: string;
  readonly scorerVersion?: string;
  readonly createdAtUs: number;
}

/** The text parts of a message, joined. */
export function textOf(message: Message): string {
  let text = "";
  for (const part of message.parts) if (part.type === "text") text += part.content;
  return text;
}

export function toolCallsOf(message: Message): readonly Extract<Part, { type: "tool_call" }>[] {
  return message.parts.filter((part) => part.type === "tool_call");
}
