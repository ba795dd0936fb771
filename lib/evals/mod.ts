/**
 * Judging runs: what says that a run is good, and the search for the change that made one bad.
 *
 * @module
 */
export { type BisectResult, bisectRuns } from "./bisect.ts";
export { type AgentVersion, bisectHistory, type HistoryResult } from "./bisect_history.ts";
export { type BisectOptions, BisectSearch, type BisectTrial } from "./bisect_search.ts";
export { applyConfigEdits, type ConfigEdit, configEdits } from "./config_edits.ts";
export { chosenCases } from "./experiment/plan.ts";
export { prepare as prepareExperiment } from "./experiment/prepare.ts";
export { type ReadyVariant, readyVariants } from "./experiment/variants.ts";
export { needsRival } from "./experiment/case_run.ts";
export { type ChangeServices, setConcurrency } from "./experiment/live_changes.ts";
export { judgingOf } from "./experiment/judging.ts";
export { runExperiment } from "./experiment/run_experiment.ts";
export type { EvalOptions, EvalProgress, EvalServices } from "./experiment/services.ts";
export { FILE_MAX_BYTES, type LoadedSuite, loadSuite, type SuiteSources } from "./suite/load_suite.ts";
export { findSuite, suiteNames } from "./suite/find_suite.ts";
export { checkCase, type SuiteOfRuns, suiteOfRuns } from "./suite/suite_of_runs.ts";
export type { Suite, SuiteCase, SuiteGate, SuiteVariant } from "./suite/suite.ts";
export { suiteChanges } from "./watch/changes.ts";
export { KnownResults, type LeftToRun } from "./watch/known_results.ts";
export type { SuiteState, WatchedVariant } from "./watch/state.ts";
export {
  BASELINE_CHECKS,
  type BaselineCheck,
  type BaselineFinding,
  type BaselineReport,
  type BaselineRules,
  checkBaseline,
} from "./check_baseline.ts";
export { annotations } from "./reports/annotations.ts";
export { junitReport, type ReportSource } from "./reports/junit.ts";
export { markdownReport, type MarkdownSource } from "./reports/markdown.ts";
/** The schema of suite files, loaded with the first use. */
export const loadSuiteSchema = () => import("./suite/schema.ts");
export { createJudge, type Judge, type Verdict } from "./judge.ts";
export { evaluationOf, scoreRun } from "./score.ts";
export { drawnOrder, type KeptReview, keptReview, REVIEW_NAME, reviewScores, SEED_MAX } from "./review.ts";
export {
  handEvaluations,
  type HandScore,
  type HandScoring,
  parseHandScore,
  parseHandScores,
  scoreByHand,
} from "./score_by_hand.ts";
export {
  createScoring,
  type ScoredCase,
  type Scoring,
  type ScoringOptions,
  type ScoringServices,
} from "./scoring.ts";
