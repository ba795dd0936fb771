import type { ScoreContext } from "../../lib/core/mod.ts";

/** For scorers that use the run alone: whatever else they reach for fails. */
export function scoreContext(change: Partial<ScoreContext> = {}): ScoreContext {
  const refuse = () => Promise.reject(new Error("this test has nothing but the run"));
  return {
    signal: new AbortController().signal,
    vars: {},
    askModel: refuse,
    runCommand: refuse,
    loadRun: refuse,
    ...change,
  };
}
