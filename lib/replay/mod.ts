/**
 * Runs again: what a run has on record to answer from, providers and tool results that do so, and forks that begin in the middle
 * with something changed. A replay is an ordinary run with other services.
 *
 * @module
 */
export {
  callKey,
  checkReplayable,
  countRounds,
  createRecording,
  inheritedSteps,
  type RecordedModelCall,
  type Recording,
  requestDifference,
} from "./recording.ts";
export {
  createHybridProvider,
  createRecordedProvider,
  type Divergence,
  ReplayLedger,
} from "./replay_provider.ts";
export { createRecall, notRecorded, type Recallable } from "./recall.ts";
export { EventSink } from "./event_sink.ts";
export { resumedRecording } from "./resumed.ts";
export { begunTrace, forkEvents, type ForkPlan, type ForkRequest, planFork } from "./fork.ts";
export { type ReplayMode, resumedServices, type ToolPolicy } from "./hybrid.ts";
export { keepComparison, keepDiff } from "./keep_diff.ts";
export { runRepeater } from "./recorded_process.ts";
export type { ReplayServices, ReplayStore } from "./services.ts";
export { type ReplayOptions, type ReplayResult, replayRun } from "./replay_run.ts";
