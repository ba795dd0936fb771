import type { Host } from "../../core/mod.ts";
import type { Pace } from "../route.ts";

interface Limit {
  /** Requests a second that a caller may go on making. */
  readonly perSecond: number;
  /** And how many at once after a rest. */
  readonly burst: number;
}

export type PaceLimits = Readonly<Record<Pace | "refused", Limit>>;

/** Of each key, or of each address where no key is asked for. Ingest is held up by the disk and by its own queue. */
export const PACES: PaceLimits = {
  read: { perSecond: 200, burst: 1_000 },
  start: { perSecond: 10, burst: 200 },
  ingest: { perSecond: 5_000, burst: 20_000 },
  /** Requests without a good key, of an address. */
  refused: { perSecond: 1, burst: 60 },
};

/** Callers remembered: the ones that asked longest ago are forgotten, with full buckets. */
const CALLERS_MAX = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets in memory. */
export class Paces {
  readonly #host: Pick<Host, "now">;
  readonly #limits: PaceLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(host: Pick<Host, "now">, limits: Partial<PaceLimits> = {}) {
    this.#host = host;
    this.#limits = { ...PACES, ...limits };
  }

  /** Takes one request of a caller; returns how long to wait when there is none left, in seconds. */
  take(pace: keyof PaceLimits, caller: string): number | undefined {
    const bucket = this.#bucket(pace, caller);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#limits[pace].perSecond));
    bucket.tokens--;
    return undefined;
  }

  #bucket(pace: keyof PaceLimits, caller: string): Bucket {
    const key = `${pace} ${caller}`;
    const { perSecond, burst } = this.#limits[pace];
    const nowMs = this.#host.now();
    const before = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const refilled = before.tokens + Math.max(0, nowMs - before.atMs) / 1000 * perSecond;
    const bucket = { tokens: Math.min(burst, refilled), atMs: nowMs };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket); // the last one of a map is its newest
    if (this.#buckets.size > CALLERS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    return bucket;
  }
}
