/**
 * Runs that other programs, or other stores, have written into files. One file for each format.
 *
 * @module
 */
export { isOwnRow, runOfRow } from "./own_run.ts";
