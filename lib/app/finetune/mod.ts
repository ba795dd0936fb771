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
