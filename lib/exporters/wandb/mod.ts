/**
 * Runs for Weights & Biases. Its npm packages do not do: `@wandb/sdk` 0.5 has one run at a time, no summary, tables or artifacts, reads
 * the environment and takes the process's signals for itself; `weave` keeps calls, not runs. So these are the HTTP calls of W&B's
 * own clients.
 *
 * @module
 */
export { type RunPlace, type Send, WandbApi, WandbRefusal } from "./api.ts";
export { historyLines, type RunReadings, type WandbRun, wandbRun } from "./payload.ts";
export { offlineFiles } from "./run_log.ts";
export { type KnownArtifacts, sendWandbRun } from "./send_run.ts";
