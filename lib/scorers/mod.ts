/**
 * Judges of finished runs. One file per scorer; `list.ts` is where a new one is added. Most read the trace and nothing else: the
 * same run always gets the same score. What others use besides is in their context.
 *
 * @module
 */
export { defineScorer, passOrFail, type ScorerFactory } from "./define_scorer.ts";
export { loadScorer, loadScorers, SCORER_NAMES } from "./list.ts";
export { parseScorer } from "./parse_scorer.ts";
