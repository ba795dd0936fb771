/**
 * Notebooks: a Jupyter kernel that keeps its outputs, what runs notebooks without Python, and what results look like in them.
 *
 * @module
 */
export { serveKernel } from "./kernel/serve.ts";
export { type CellResult, KernelClient } from "./client/kernel_client.ts";
export { KERNEL_PERMISSIONS, StartedKernel } from "./client/start_kernel.ts";
export { checkKernel, type KernelCheck } from "./spec/check_kernel.ts";
export { findFrontEnd, type FrontEnd, jupyterPathWith, openLab } from "./spec/front_end.ts";
export { Chart } from "./views/chart.ts";
export { DISPLAY, type Displayed, displayed, type MediaBundle } from "./views/display.ts";
export { comparisonBundle, experimentBundle } from "./views/experiment_views.ts";
export {
  type OnProgress,
  type Progress,
  progressText,
  showProgress,
  stepProgress,
} from "./views/progress.ts";
export {
  chatBundle,
  diffBundle,
  memoryBundle,
  receiptBundle,
  runBundle,
  stepBundle,
} from "./views/run_views.ts";
export { type Table, type TableExtras, type TableLook, tableOf } from "./views/table.ts";
export { kernelSpec, writeKernelSpec } from "./spec/kernel_spec.ts";
export { notebookProblems } from "./client/compare_outputs.ts";
export { runNotebook, type RunNotebookOptions } from "./client/run_notebook.ts";
export {
  type CellOutput,
  KERNEL_NAME,
  type NewCell,
  newNotebook,
  type NotebookCell,
  type NotebookFile,
  notebookText,
  readNotebook,
} from "../documents/mod.ts";
