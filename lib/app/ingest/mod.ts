/**
 * Taking in what other programs tell of their runs.
 *
 * @module
 */
export { IngestBusyError } from "./busy_error.ts";
export { Ingest, type IngestOptions, type IngestServices } from "./ingest.ts";
