import type { RunNow } from "./queries.ts";

/** How much of one answer had arrived at a time. */
export interface Sample {
  readonly spanId: string;
  readonly atUs: number;
  readonly tokens: number;
}

/** Speed is that of the last seconds. */
const WINDOW_US = 5_000_000;
const SAMPLES_MAX = 64;

/** With what has arrived now; another answer begins anew, from when it was asked for. */
export function withSample(
  samples: readonly Sample[],
  streaming: RunNow["streaming"],
): readonly Sample[] {
  if (!streaming) return [];
  const { spanId, sinceUs, atUs, tokens } = streaming;
  const known = samples.at(-1)?.spanId === spanId ? samples : [{ spanId, atUs: sinceUs, tokens: 0 }];
  if (atUs <= known.at(-1)!.atUs) return known;
  const all = [...known, { spanId, atUs, tokens }].slice(-SAMPLES_MAX);
  const from = all.findIndex((sample) => sample.atUs >= atUs - WINDOW_US);
  return all.slice(Math.max(0, Math.min(from, all.length - 2)));
}

/** Tokens a second, an estimate; falls while nothing arrives. `undefined`: nothing is being streamed. */
export function tokensPerSecond(samples: readonly Sample[], nowMs: number): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2) return undefined;
  const quiet = nowMs * 1000 - last.atUs > 1_000_000;
  const us = (quiet ? nowMs * 1000 : last.atUs) - first.atUs;
  return us > 0 ? ((last.tokens - first.tokens) * 1e6) / us : undefined;
}
