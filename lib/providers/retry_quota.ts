import type { Host } from "../core/mod.ts";
import { keyIdOf } from "./endpoint_memory.ts";

/** Retries that may be made at once. As many as AWS's SDKs allow in their standard mode. */
export const RETRY_BURST = 100;
/** What a call adds to the retries that may be made. */
const RETRIES_PER_CALL = 0.1;
/** A retry comes back in this time, so that a process that outlives an outage can retry again. */
const MS_PER_RETRY = 10_000;
/** Endpoints that a process keeps a quota for. */
const QUOTAS_MAX = 100;

/**
 * How much calls to one endpoint may be repeated: a burst of `RETRY_BURST`, then one retry in ten calls (and one in ten seconds). A
 * server that is down or busy is so spared the tries of every run that waits for it.
 */
export class RetryQuota {
  readonly #host: Pick<Host, "now">;
  #left = RETRY_BURST;
  #toldMs: number;

  constructor(host: Pick<Host, "now">) {
    this.#host = host;
    this.#toldMs = host.now();
  }

  /** A call is made, whatever comes of it. */
  called(): void {
    this.#add(RETRIES_PER_CALL);
  }

  /** Takes one retry; `false` when there is none left. */
  take(): boolean {
    const nowMs = this.#host.now();
    this.#add(Math.max(0, nowMs - this.#toldMs) / MS_PER_RETRY);
    this.#toldMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  #add(retries: number): void {
    // Ten tenths are not quite one.
    this.#left = Math.min(RETRY_BURST, Math.round((this.#left + retries) * 1e6) / 1e6);
  }
}

const shared = new Map<string, RetryQuota>();

/** The quota that everything in this process shares at one endpoint with one key. */
export function sharedRetryQuota(
  endpoint: { readonly serverUrl: string; readonly apiKey: string },
  host: Pick<Host, "now">,
): RetryQuota {
  const name = `${keyIdOf(endpoint.apiKey)} ${endpoint.serverUrl}`;
  const quota = shared.get(name) ?? new RetryQuota(host);
  shared.delete(name);
  shared.set(name, quota);
  for (const oldest of shared.keys()) {
    if (shared.size <= QUOTAS_MAX) break;
    shared.delete(oldest);
  }
  return quota;
}
