import type { LimitPeriod, LimitUnit } from "../core/mod.ts";

/** A limit that a 429 is about, told in the headers and the words of Mistral's API. */
export interface SimulatedLimit {
  readonly of: LimitUnit;
  readonly per: LimitPeriod;
  readonly limit: number;
  /** @default 0 */
  readonly remaining?: number;
  /** Until all are there again. */
  readonly resetSeconds?: number;
}

/**
 * One way for an answer to go wrong. Counts are stream chunks sent before it happens; an answer that comes whole is cut in
 * the middle of its JSON instead. A fault that needs more chunks than the answer has strikes before the last one.
 */
export type Fault =
  /** An HTTP error. `retryAfter`: seconds, or an HTTP date (sent as it is). `limit`: of a 429, which one was hit. */
  | { readonly status: number; readonly retryAfter?: number | string; readonly limit?: SimulatedLimit }
  /** Never answers; the connection stays open until the client or the simulator closes it. */
  | { readonly hang: true }
  | { readonly hangMidStream: number }
  /** The connection breaks; with 0, before the status line. */
  | { readonly cut: number }
  /** The stream ends as if all were well, without `finish_reason` and `[DONE]`. */
  | { readonly eof: number }
  /** 200 with something that is not JSON. */
  | { readonly badJson: true }
  /** 200 with JSON that is not a completion: in a stream, an error object after this many chunks. */
  | { readonly badChunk: number }
  /** All of the answer, with this wait before every chunk. */
  | { readonly dripMs: number };

export const FAULT_KINDS = [
  "status",
  "hang",
  "hangMidStream",
  "cut",
  "eof",
  "badJson",
  "badChunk",
  "dripMs",
] as const;

/**
 * The `x-agentop-fault` header: `429`, `429:2` (Retry-After 2), `hang`, `hangMidStream:3`, `cut:5`, `eof:3`, `badJson`,
 * `badChunk:2`, `dripMs:50`. `undefined` when it is none of these.
 */
export function parseFault(text: string): Fault | undefined {
  const [word, argument, ...rest] = text.trim().split(":");
  if (rest.length > 0 || word === undefined) return undefined;
  const number = argument === undefined ? undefined : Number(argument);
  if (number !== undefined && !(Number.isFinite(number) && number >= 0)) return undefined;
  if (/^[45]\d\d$/.test(word)) {
    return { status: Number(word), ...(number === undefined ? {} : { retryAfter: number }) };
  }
  const count = Math.floor(number ?? 3);
  switch (word) {
    case "hang":
      return number === undefined ? { hang: true } : undefined;
    case "badJson":
      return number === undefined ? { badJson: true } : undefined;
    case "hangMidStream":
      return { hangMidStream: count };
    case "cut":
      return { cut: count };
    case "eof":
      return { eof: count };
    case "badChunk":
      return { badChunk: count };
    case "dripMs":
      return { dripMs: count };
    default:
      return undefined;
  }
}

/** A fault in a few words, for logs: `429`, `cut:5`, `hang`. */
export function describeFault(fault: Fault): string {
  if ("status" in fault) {
    return fault.retryAfter === undefined ? `${fault.status}` : `${fault.status}:${fault.retryAfter}`;
  }
  const [kind, value] = Object.entries(fault)[0]!;
  return value === true ? kind : `${kind}:${value}`;
}

/** Parts that a dripping document comes in. */
export const DRIP_PARTS = 8;

/** Comes in place of a part of an answer. */
export const STREAM_ERROR = {
  object: "error",
  message: "Simulated trouble while answering.",
  type: "internal_server_error",
  param: null,
  code: "3000",
};

/** Chunks before the fault strikes; `NaN`, which no chunk's number equals, when it never does. */
export function strikeAfter(fault: Fault | undefined): number {
  if (!fault) return NaN;
  if ("cut" in fault) return fault.cut;
  if ("eof" in fault) return fault.eof;
  if ("badChunk" in fault) return fault.badChunk;
  if ("hangMidStream" in fault) return fault.hangMidStream;
  return "badJson" in fault ? 1 : NaN;
}

/** Resolves when the reader, or the server, has gone. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

const MAX_COUNTERS = 4096;

/**
 * Deals out the faults of a step, one per request with the same messages, then the answer, then starts over: whoever
 * repeats the conversation meets the same faults again. Forgets the conversation it has not seen for longest.
 */
export class FaultCounters {
  readonly #dealt = new Map<string, number>();

  /** The next fault for this conversation step, or `undefined` when its turn to answer has come. */
  next(key: string, faults: readonly Fault[]): Fault | undefined {
    const dealt = this.#dealt.get(key) ?? 0;
    this.#dealt.delete(key);
    const fault = faults[dealt];
    if (fault === undefined) return undefined;
    this.#dealt.set(key, dealt + 1);
    if (this.#dealt.size > MAX_COUNTERS) this.#dealt.delete(this.#dealt.keys().next().value!);
    return fault;
  }
}
