import type { Host } from "./ports.ts";

/** A timer that is set for longer ends at once; 24 days. */
export const TIMER_MAX_MS = 2 ** 31 - 1;

/** Waits on the real clock, `TIMER_MAX_MS` at most; rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, Math.min(ms, TIMER_MAX_MS));
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** The world as it is: real network, clock, ids and chance. */
export function systemHost(): Host {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => performance.timeOrigin + performance.now(),
    sleep,
    newId: () => crypto.randomUUID().replaceAll("-", ""),
    random: () => Math.random(),
  };
}
