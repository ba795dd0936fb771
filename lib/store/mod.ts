/**
 * The one place that touches a database: one SQLite file that holds every run. Spans are the truth, messages a
 * content-addressed chain per run, totals are kept with each run, and search is indexed afterwards. Files of this folder know no
 * database by name; what is SQLite's lies in `sqlite/` and reaches them as an `Engine`.
 *
 * What needs the query builder is loaded when it is called: what only draws has its store on another thread.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { BudgetWindows, Host, Redactor, RepairReport, Store } from "../core/mod.ts";
import type { StoreHints } from "./sqlite/hints.ts";
import type { StoreStanding } from "./sqlite/standing.ts";

export type { StoreStanding } from "./sqlite/standing.ts";
export type { RunHint, SharedValue, StoreHints } from "./sqlite/hints.ts";
export { MEMORY } from "./sqlite/location.ts";
export { openStoreInWorker } from "./sqlite/remote_store.ts";
export { type LazyStore, lazyStore } from "./lazy_store.ts";
export { checkStorePath, type StorePlace } from "./store_path.ts";

/**
 * Opens the store in the SQLite file at `path`, creating it when it does not exist (its folder must). `:memory:` keeps it in
 * this process. `onNews` is called when this process ended or scored a run, or reached a part of a budget. Throws `StoreError`.
 */
export async function openStore(
  path: string,
  options: { readonly host?: Host; readonly redactor?: Redactor; readonly onNews?: () => void } = {},
): Promise<Store> {
  return await (await import("./sqlite/store.ts")).openStore(path, options);
}

/** A connection that can only read, for queries that people write. Throws `StoreError`. */
export async function openReadOnly(path: string): Promise<DatabaseSync> {
  return (await import("./sqlite/read_only.ts")).openReadOnly(path);
}

/** A look into the file at `path` for what to offer while somebody types. Throws when there is no store. */
export async function openHints(path: string): Promise<StoreHints> {
  return new (await import("./sqlite/hints.ts")).StoreHints(path);
}

/** A look into the file at `path` for a status line. Throws when there is no store. */
export async function storeStanding(
  path: string,
  windows: BudgetWindows,
  nowUs: number,
): Promise<StoreStanding> {
  return (await import("./sqlite/standing.ts")).storeStanding(path, windows, nowUs);
}

/**
 * Copies every run that can be read from the store at `path` into a new one at `target`, and says what was lost of each. The damaged
 * one stays as it is. Throws `AgentOpError`.
 */
export async function repairStore(path: string, target: string, host?: Host): Promise<RepairReport> {
  return await (await import("./sqlite/repair.ts")).repairStore(path, target, host);
}

/** The schema version of the file at `path`. Throws `StoreError`. */
export async function storeVersion(path: string): Promise<number> {
  return await (await import("./sqlite/read_only.ts")).storeVersion(path);
}

/** What `agentop sql` can read: tables with the names and types of their columns. */
export async function storeViews() {
  const { viewsOf } = await import("./sqlite/views.ts");
  return viewsOf("whole").map(({ name, columns }) => ({
    name,
    columns: columns.map(([name, type]) => ({ name, type })),
  }));
}
