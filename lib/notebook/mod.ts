/**
 * Notebooks: a Jupyter kernel that keeps its outputs, and what runs notebooks without Python.
 *
 * @module
 */
export { serveKernel } from "./kernel/serve.ts";
export { type CellOutput, type CellResult, KernelClient } from "./client/kernel_client.ts";
export { KERNEL_PERMISSIONS, StartedKernel } from "./client/start_kernel.ts";
export { findFrontEnd, type FrontEnd, jupyterPathWith, openLab } from "./spec/front_end.ts";
export { KERNEL_NAME, kernelSpec, writeKernelSpec } from "./spec/kernel_spec.ts";
