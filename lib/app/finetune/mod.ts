/**
 * Runs as training data, and models trained on them.
 *
 * @module
 */
export {
  exportFinetune,
  FINETUNE_FORMATS,
  type FinetuneExportOptions,
  type FinetuneFormat,
  type FinetuneReport,
} from "./export_finetune.ts";
export type { FinetuneFile } from "./training_set.ts";
export type { LinesPer } from "./examples.ts";
export { checkUpload, JOBS_RETIRED, uploadFinetune } from "./upload.ts";
export { lineProblem, loadSchemaCheck } from "./validate_line.ts";
export {
  registerTrained,
  resumeTraining,
  type TrainingHooks,
  type TrainingOrder,
  trainModel,
} from "./train.ts";
export { type TrainingAttempt, type TrainingJob, TrainingJobs, type TrainingStatus } from "./training_job.ts";
export {
  type Candidate,
  evaluateTrained,
  type HeldAgainst,
  heldAgainst,
  type TrainedReport,
} from "./evaluate_trained.ts";
export { loadTrainingFile, type TrainingFile } from "./training_file.ts";
export { type Template, templateFiles, TEMPLATES } from "./templates.ts";
export { forgetModel, type RegisteredModel, registeredModels } from "../registered_models.ts";
export { type TrainingLog, trainingLogs } from "./training_logs.ts";
