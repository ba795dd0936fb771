/**
 * Ways out: what a run or a difference looks like for somebody who has neither the program nor the store. One folder each.
 *
 * @module
 */
export { exportDiffPage, exportRunPage, type PageStore } from "./html/export.ts";
