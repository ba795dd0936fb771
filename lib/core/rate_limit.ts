/** What a limit counts. */
export type LimitUnit = "requests" | "tokens";
/** How long it counts before it begins anew. */
export type LimitPeriod = "second" | "minute" | "hour" | "day" | "month";

/** One of the limits a server sets its callers, as one of its answers said. A type, not an interface: it is stored as JSON. */
export type RateLimit = {
  /** Requests or tokens; absent where the server does not say. */
  readonly of?: LimitUnit;
  /** Absent where the server does not say. */
  readonly per?: LimitPeriod;
  /** How many are allowed. */
  readonly limit?: number;
  /** How many were left. */
  readonly remaining?: number;
  /** Time until all are there again, milliseconds after the answer. */
  readonly resetMs?: number;
};

/** What a server has said of itself, for whoever calls it next. */
export interface EndpointNote {
  /** The server's URL, without `/v1`. */
  readonly address: string;
  /** The beginning of a hash of the key; empty where there is none. */
  readonly keyId: string;
  /** Fields of requests that it refuses. */
  readonly refusedFields: readonly string[];
  /** What was left of its limits. */
  readonly limits: readonly RateLimit[];
  /** Microseconds since the Unix epoch. */
  readonly notedAtUs: number;
}

/** What is known of servers, shared by all who use a store. */
export interface EndpointNotes {
  /** Replaces what was noted of that server and key. */
  saveEndpointNote(note: EndpointNote): Promise<void>;
  /** Everything noted, latest first. */
  endpointNotes(): Promise<readonly EndpointNote[]>;
}

/** Which limit: `requests per minute`, `tokens`, `limit per month`. */
export function limitName({ of, per }: RateLimit): string {
  return `${of ?? "limit"}${per === undefined ? "" : ` per ${per}`}`;
}

/** What is left: `0 of 60 left, resets in 12 s`; empty where nothing is known. */
export function limitLeft({ limit, remaining, resetMs }: RateLimit): string {
  const [all, left] = [limit, remaining].map((it) => it?.toLocaleString("en-US"));
  const count = left === undefined
    ? all === undefined ? [] : [`${all} allowed`]
    : [all === undefined ? `${left} left` : `${left} of ${all} left`];
  return [...count, ...(resetMs === undefined ? [] : [`resets in ${wait(resetMs)}`])].join(", ");
}

/** `requests per minute: 0 of 60 left, resets in 12 s`. */
export function limitText(limit: RateLimit): string {
  const left = limitLeft(limit);
  return left === "" ? limitName(limit) : `${limitName(limit)}: ${left}`;
}

/** Rounded up: whoever waits that long has waited long enough. */
function wait(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (ms < 1000) return `${Math.ceil(ms)} ms`;
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} d`;
}

const WORDS: readonly unknown[] = [
  undefined,
  "requests",
  "tokens",
  "second",
  "minute",
  "hour",
  "day",
  "month",
];

/** Whether a value read back from a store is a limit: what another program wrote there may be anything. */
export function isRateLimit(value: unknown): value is RateLimit {
  if (typeof value !== "object" || value === null) return false;
  const { of, per, limit, remaining, resetMs } = value as Record<string, unknown>;
  const isAmount = (it: unknown) =>
    it === undefined || (typeof it === "number" && it >= 0 && Number.isFinite(it));
  return WORDS.includes(of) && WORDS.includes(per) && [limit, remaining, resetMs].every(isAmount);
}
