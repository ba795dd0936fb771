/**
 * Notebooks about runs: written anew, or with cells added at their end. Loaded with the first use.
 *
 * @module
 */
export { type AddedCells, addToNotebook } from "./add_cells.ts";
export type { Shown } from "./cells.ts";
export { newRunNotebook } from "./run_notebook.ts";
export { NOTEBOOK_ENDING, notebookPath } from "./notebook_path.ts";
