/** What the tests of this folder share: a request, a context that records, a provider on a fault server. */
import {
  type CallContext,
  type ChatRequest,
  type Message,
  type Provider,
  ProviderError,
  systemHost,
  type TraceEvent,
} from "../../lib/core/mod.ts";
import { createMistralProvider, type MistralOptions } from "../../lib/providers/mod.ts";
import type { FaultServer } from "../support/fault_server.ts";

export const API_KEY = "key-0123456789abcdef";
export const TRACE_ID = "0".repeat(32);
export const LLM_SPAN_ID = "1".repeat(16);

export function user(text: string): Message {
  return { role: "user", parts: [{ type: "text", content: text }] };
}

export function chatRequest(changes: Partial<ChatRequest> = {}): ChatRequest {
  return { model: "mistral-small-latest", messages: [user("hi")], tools: [], parameters: {}, ...changes };
}

export interface RecordingContext extends CallContext {
  readonly events: TraceEvent[];
  readonly abort: (reason?: unknown) => void;
}

export function recordingContext(onEvent?: (event: TraceEvent) => void): RecordingContext {
  const controller = new AbortController();
  const events: TraceEvent[] = [];
  return {
    events,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    emit: (event) => {
      events.push(event);
      onEvent?.(event);
    },
    traceId: TRACE_ID,
    parentSpanId: LLM_SPAN_ID,
  };
}

export function mistralOn(server: Pick<FaultServer, "url">, changes: Partial<MistralOptions> = {}): Provider {
  return createMistralProvider({ host: systemHost(), apiKey: API_KEY, serverUrl: server.url, ...changes });
}

/** The error a call ends in; fails the test when it is anything but a `ProviderError`. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("the call did not fail");
}

export function deltasOf(events: readonly TraceEvent[], channel: string): string[] {
  return events.flatMap((event) => event.type === "delta" && event.channel === channel ? [event.text] : []);
}
