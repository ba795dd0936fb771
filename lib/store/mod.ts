/**
 * The one place that touches a database: one SQLite file that holds every run. Spans are the truth, messages a
 * content-addressed chain per run, totals are kept with each run, and search is indexed afterwards.
 *
 * @module
 */
export { openStore, SqliteStore } from "./sqlite_store.ts";
export type { ForkSource } from "./fork.ts";
export type { DiffRow } from "./schema.ts";
export { MEMORY } from "./open.ts";
export { openReadOnly, storeVersion } from "./read_only.ts";
export type { StoreStats, VerifyReport } from "./maintenance.ts";
