/**
 * Judging runs: what says that a run is good, and the search for the change that made one bad.
 *
 * @module
 */
export { type BisectResult, bisectRuns } from "./bisect.ts";
export { type AgentVersion, bisectHistory, type HistoryResult } from "./bisect_history.ts";
export { type BisectOptions, BisectSearch, type BisectTrial } from "./bisect_search.ts";
export { applyConfigEdits, type ConfigEdit, configEdits } from "./config_edits.ts";
export { createJudge, type Judge, type Verdict } from "./judge.ts";
export { evaluationOf, scoreRun } from "./score.ts";
export {
  createScoring,
  type ScoredCase,
  type Scoring,
  type ScoringOptions,
  type ScoringServices,
} from "./scoring.ts";
