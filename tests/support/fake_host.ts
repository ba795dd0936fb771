import type { Host } from "../../lib/core/mod.ts";

/** A host whose clock moves only by sleeping, whose ids count up and whose chance is fixed. */
export interface FakeHost extends Host {
  /** Every wait asked for, ms. */
  readonly waits: number[];
  advance(ms: number): void;
}

export function fakeHost(
  options: { random?: () => number; startMs?: number; fetch?: typeof fetch } = {},
): FakeHost {
  let clockMs = options.startMs ?? Date.UTC(2026, 0, 1);
  let ids = 0;
  const waits: number[] = [];
  return {
    waits,
    advance: (ms) => void (clockMs += ms),
    fetch: options.fetch ?? fetch,
    now: () => clockMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      clockMs += ms;
      await Promise.resolve();
      signal?.throwIfAborted();
    },
    newId: () => (++ids).toString(16).padStart(8, "0").repeat(4),
    random: options.random ?? (() => 0.5),
  };
}
