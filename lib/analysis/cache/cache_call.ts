import type { BreakCause, PromptBreak } from "./prompt_break.ts";

/** Why tokens were paid in full that could have come from a cache. */
export type MissCause = BreakCause | "model" | "server" | "key" | "no_key" | "pause" | "silent" | "elsewhere";

/**
 * `first`: nothing went before that it could share. `hit`: what it could share came from the cache, but for a block. `broken`: the
 * beginning was edited. `missed`: it was the same, and yet it was paid in full. `short`: less than a block could be shared.
 */
export type CacheVerdict = "first" | "hit" | "broken" | "missed" | "short";

/** A model call, held against the one before it. */
export interface CacheCall {
  readonly runId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly agent: string;
  /** Number of the step. */
  readonly step: number;
  readonly model: string;
  /** µs since the epoch. */
  readonly startTimeUs: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** The prompt as text, and how much of its beginning was sent with the call before; UTF-8. */
  readonly promptBytes: number;
  readonly sharedBytes: number;
  readonly verdict: CacheVerdict;
  readonly cause?: MissCause;
  readonly broken?: PromptBreak;
  /** Tokens that could have come from a cache and did not: an estimate, in whole blocks. */
  readonly lostTokens: number;
  /** What they cost more, USD; `null`: the price is unknown. */
  readonly lostUsd: number | null;
  /** What the cached tokens cost less, USD; `null`: the price is unknown. */
  readonly savedUsd: number | null;
}

/** Calls together. */
export interface CacheFigures {
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** Estimated. */
  readonly lostTokens: number;
  /** Of calls with known prices, USD; estimated. */
  readonly lostUsd: number;
  /** Of calls with known prices, USD. */
  readonly savedUsd: number;
  /** Calls that lost or saved tokens of unknown price. */
  readonly unpricedCalls: number;
}

/** The calls of an agent. */
export interface AgentCache extends CacheFigures {
  readonly agent: string;
}

/** The calls at one place of an agent's runs. */
export interface StepCache extends AgentCache {
  /** Number of the step. */
  readonly step: number;
}

/** What one cause did to one agent. */
export interface CacheLoss {
  readonly agent: string;
  readonly cause: MissCause;
  readonly calls: number;
  readonly lostTokens: number;
  /** Of calls with known prices, USD. */
  readonly lostUsd: number;
  readonly unpricedCalls: number;
  /** The call that lost most. */
  readonly example: CacheCall;
}

/** What a prompt cache did for some runs, and what it could have done. */
export interface CacheReport extends CacheFigures {
  readonly runs: number;
  /** The most lost first. */
  readonly agents: readonly AgentCache[];
  /** By agent, then step; the first steps of each. */
  readonly steps: readonly StepCache[];
  /** The most lost first. */
  readonly losses: readonly CacheLoss[];
  /** In the order they were sent; no more than are kept. */
  readonly callList: readonly CacheCall[];
}
