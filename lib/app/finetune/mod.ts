/**
 * Runs as training data, and models trained on them.
 *
 * @module
 */
export {
  exportFinetune,
  type FinetuneExportOptions,
  type FinetuneFile,
  type FinetuneReport,
} from "./export_finetune.ts";
export { lineProblem, loadSchemaCheck } from "./validate_line.ts";
