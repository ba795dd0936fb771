import type { CallTouch } from "./call_touch.ts";
import type { SpanEnd, TraceEvent } from "./event.ts";
import type { Cost, Message, Usage } from "./span.ts";

/** Everything that differs between a test and the world: network, clock, ids and chance. */
export interface Host {
  /** The network. */
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch, with fractions. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** 32 random lower-case hex digits. */
  newId(): string;
  /** In [0, 1). */
  random(): number;
}

/** An attempt that was sent and did not come back whole. */
export interface LostAttempt {
  /** `ProviderError`, or the signal's reason. */
  readonly error: unknown;
  /** Length of what had arrived: text, reasoning and tool calls, UTF-16 units. */
  readonly streamedChars: number;
}

/** What the span of a lost attempt is to say of its cost. */
export type LostCost = Pick<SpanEnd, "usage" | "cost" | "attributes">;

/** Keeps the money of one model call. Whoever makes its attempts asks before each and tells of each that was lost. */
export interface AttemptMeter {
  /** Throws when there is no money for another attempt: it must then not be sent. */
  begin(): void | Promise<void>;
  /** `undefined`: the attempt is known not to be billed. */
  lost(attempt: LostAttempt): LostCost | undefined;
}

/** What every call below the loop carries. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly emit: (event: TraceEvent) => void;
  readonly traceId: string;
  readonly parentSpanId: string;
  /** Of a model call that is paid for. */
  readonly meter?: AttemptMeter;
}

// ---------------------------------------------------------------------------------------------- models

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the arguments object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A type, not an interface: it is part of configurations, which are stored as JSON objects. */
export type ModelParameters = {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly toolChoice?: "auto" | "none" | "any" | "required";
  readonly parallelToolCalls?: boolean;
  /** A JSON schema the answer must follow. */
  readonly responseSchema?: Readonly<Record<string, unknown>>;
  readonly reasoningEffort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh";
  readonly safePrompt?: boolean;
  /** What the server is told to look for a cached beginning under; `off`: nothing. @default made from the request's beginning */
  readonly promptCacheKey?: string;
};

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly parameters: ModelParameters;
  /** Requests that begin alike have the same: the server may then have read their beginning before. */
  readonly promptCacheKey?: string;
  /** `false` asks for the whole answer at once. @default true */
  readonly stream?: boolean;
}

export interface ChatResponse {
  /** Role `assistant`. A tool call whose arguments are not JSON keeps them as the raw string. */
  readonly message: Message;
  /** `stop | length | tool_calls | model_length | error | ...`, as the API says. */
  readonly finishReason: string;
  readonly responseModel: string;
  readonly responseId?: string;
  /** Absent when the server sent none. */
  readonly usage?: Usage;
  readonly timeToFirstChunkMs?: number;
  /** Status of the HTTP response, where there was one. */
  readonly statusCode?: number;
  /** Parts that were left out of the request because the model cannot take them: how many of each kind. */
  readonly droppedParts?: Readonly<Record<string, number>>;
  /** Taken from an earlier run: it costs nothing. */
  readonly recorded?: true;
}

/**
 * A model API. `chat` streams `delta` events for `context.parentSpanId` through `context.emit` while it runs.
 * Throws `ProviderError` for every failure of the call, and the signal's reason when aborted.
 */
export interface Provider {
  /** The value of `gen_ai.provider.name`. */
  readonly name: string;
  chat(request: ChatRequest, context: CallContext): Promise<ChatResponse>;
}

// ---------------------------------------------------------------------------------------------- prices

export interface PricedCall {
  /** The model asked for. */
  readonly model: string;
  /** The model that answered, where its server says: its price is meant when it is known. */
  readonly answeredBy?: string;
  readonly usage?: Usage;
  /** Units other than tokens, e.g. `{ characters: 1200 }`. */
  readonly quantities?: Readonly<Record<string, number>>;
  readonly atMs: number;
  readonly batch?: boolean;
}

export interface PriceBook {
  /** Never throws and never guesses: an unknown model or unit has `usd: null`. */
  price(call: PricedCall): Cost;
  /** Every name that a model goes by at that time, as given first: itself alone where no other is known. Absent: nobody knows. */
  names?(model: string, atMs: number): readonly string[];
}

// ---------------------------------------------------------------------------------------------- tools

/** What a tool may touch. Empty lists mean nothing of that kind. */
export interface ToolPermissions {
  /** Folders or files it reads. */
  readonly read: readonly string[];
  /** Folders or files it writes. */
  readonly write: readonly string[];
  /** Hosts it reaches. */
  readonly net: readonly string[];
  /** It runs code or a program. */
  readonly run: boolean;
  /** What it reads is private: that is asked for too. */
  readonly isPrivate?: boolean;
}

export const NO_PERMISSIONS: ToolPermissions = Object.freeze({ read: [], write: [], net: [], run: false });

/** Tools that write, execute, reach the network or read what is private ask first. */
export function needsApproval(permissions: ToolPermissions): boolean {
  return permissions.write.length > 0 || permissions.net.length > 0 || permissions.run ||
    permissions.isPrivate === true;
}

export interface ToolContext extends CallContext {
  readonly host: Host;
  /** Output beyond this is cut; the tool should stop producing it. */
  readonly maxOutputBytes: number;
}

export interface ToolResult {
  /** What the model reads. */
  readonly content: string;
  /** The tool ran and failed: the model is told, the run goes on. */
  readonly isError?: boolean;
  /** What the trace records as `error.type` of a failure. @default "tool_error" */
  readonly errorType?: string;
  /** Bytes of output left out because of `maxOutputBytes`. */
  readonly truncatedBytes?: number;
  /** Billed units, e.g. `{ model: "eleven_v3", quantities: { characters: 120 } }`. */
  readonly billed?: { readonly model: string; readonly quantities: Readonly<Record<string, number>> };
  /** Extra span attributes. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface Tool extends ToolDefinition {
  readonly permissions: ToolPermissions;
  /** Calling it twice with the same arguments does no more than calling it once. */
  readonly idempotent: boolean;
  /** What its arguments mean for who is asked whether it may be called. */
  readonly touches?: readonly CallTouch[];
  /** It keeps a time limit of its own: the loop sets none. @default false */
  readonly limitsItself?: boolean;
  /** One line for people, e.g. `read_file(sales.csv)`. Must not throw, whatever the arguments. */
  summary(args: unknown): string;
  /**
   * Throws `ToolInputError` for arguments that do not fit the schema; other exceptions are the tool's failure.
   * Both are fed back to the model. Must settle soon after `context.signal` is aborted.
   */
  execute(args: unknown, context: ToolContext): Promise<ToolResult>;
}

/** The arguments do not fit the tool's schema. The message is written for the model. */
export class ToolInputError extends Error {
  override readonly name = "ToolInputError";
}
