import type { Pace } from "./delivery.ts";

export interface Demo {
  /** The name of a bundled agent. */
  readonly agent: string;
  readonly prompt: string;
  /** What there is to see, in a few words. */
  readonly about: string;
}

export const DEMOS: readonly Demo[] = [
  {
    agent: "researcher",
    prompt: "How many rows in sales.csv and what is the total revenue?",
    about: "tools: lists files, reads one, calculates",
  },
  {
    agent: "editor",
    prompt: "Write a two-sentence product note about the new kettle.",
    about: "two agents: the editor hands the draft to the writer",
  },
  {
    agent: "flaky",
    prompt: "Explain why a retry should wait.",
    about: "retries: a 429, a 503 and a broken stream, then the answer",
  },
];

/** Slow enough to watch, fast enough not to wait. */
export const DEMO_PACE: Pace = { latencyMs: 120, tokensPerSecond: 80 };
