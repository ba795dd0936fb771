import { DatabaseSync } from "node:sqlite";
import { dirname, join } from "node:path";
import { Kysely } from "kysely";
import { StoreError } from "../../core/mod.ts";
import { NodeSqliteDialect, patiently } from "./dialect.ts";
import { Disk, type SyncFile } from "./disk.ts";
import { storeError, toStoreError } from "./errors.ts";
import { fileSystemType, isNetwork } from "./file_system.ts";
import { MEMORY, sideFolder } from "./location.ts";
import { APPLICATION_ID } from "./migrations/0010_identity.ts";
import { SCHEMA_VERSION } from "./migrations/mod.ts";
import { createPrivate } from "./private_file.ts";
import type { Schema } from "../schema.ts";
import { isSomebodyAtWork } from "./ownership.ts";
import { WriteTurns } from "./turns.ts";
import { showWholeViews } from "./views.ts";
import { copyWhole } from "./whole_copy.ts";

/** How long a read waits. */
export const BUSY_TIMEOUT_MS = 5000;
/** How long SQLite may hold this thread while it waits to write. Between such waits others of this process go on. */
export const BLOCKED_MS_MAX = 500;
/** A single write, or the opening, gives up after so long; events of runs wait on (see `Journal`). */
const BUSY_MS_MAX = 60_000;
const PAGE_BYTES = 8192;
const CACHE_KIB = 32_768;

export interface Connection {
  readonly path: string;
  readonly sqlite: DatabaseSync;
  readonly db: Kysely<Schema>;
  readonly turns: WriteTurns;
  readonly disk: Disk;
}

export interface OpenOptions {
  /** How long a store that others hold is waited for. */
  readonly busyMs?: number;
  /** The kind of file system that a folder is on. */
  readonly fileSystemOf?: (folder: string) => number | undefined;
  /** How the write-ahead log gets to the disk. */
  readonly sync?: SyncFile;
  /** Pages kept in memory, KiB: what a look at every run reads fills it. @default 32768 */
  readonly cacheKib?: number;
}

/**
 * Opens a store, creating or migrating it when needed. Any number of processes may do so at the same moment.
 * Throws `StoreError` with one line for: not a database, damaged, newer schema, read-only, missing folder, locked, full.
 */
export async function openConnection(
  path: string,
  { busyMs = BUSY_MS_MAX, fileSystemOf = fileSystemType, sync, cacheKib = CACHE_KIB }: OpenOptions = {},
): Promise<Connection> {
  if (path !== MEMORY && isNetwork(fileSystemOf(dirname(path)))) throw storeError("open", path, "network");
  return await patiently(busyMs, () => open(path, { busyMs, sync, cacheKib }));
}

async function open(
  path: string,
  { busyMs, sync, cacheKib }: { busyMs: number; sync: SyncFile | undefined; cacheKib: number },
): Promise<Connection> {
  let sqlite: DatabaseSync | undefined;
  let folderIsThere = false;
  try {
    if (path !== MEMORY) await checkFolder(path);
    folderIsThere = true;
    if (path !== MEMORY) createPrivate(path);
    sqlite = new DatabaseSync(path, { timeout: Math.min(BLOCKED_MS_MAX, busyMs) });
    const version = userVersion(sqlite);
    checkIdentity(path, sqlite);
    if (version > SCHEMA_VERSION) throw storeError("open", path, "newer_schema");
    if (version < SCHEMA_VERSION || journalMode(sqlite) !== "wal" && path !== MEMORY) {
      await prepareStore(path, sqlite);
    }
    sqlite.exec(`pragma synchronous = full; pragma cache_size = -${cacheKib}; pragma temp_store = memory`);
    showWholeViews(sqlite);
    const turns = new WriteTurns(path);
    const disk = new Disk(path, sync);
    const dialect = new NodeSqliteDialect(sqlite, { path, versionMax: SCHEMA_VERSION, turns, disk, busyMs });
    return { path, sqlite, db: new Kysely<Schema>({ dialect }), turns, disk };
  } catch (error) {
    sqlite?.close();
    const known = toStoreError("open", path, error);
    // The folder is there, and still SQLite cannot open the file or what it keeps beside it: it may not write here.
    if (folderIsThere && known instanceof StoreError && known.code === "missing_folder") {
      if (await isLinkToNothing(path)) throw known;
      throw storeError("open", path, "read_only", error);
    }
    throw known;
  }
}

/** The version a store file is at; 0 for a new one. Throws what SQLite throws for files it cannot read. */
export function userVersion(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare("pragma user_version").get()?.["user_version"] ?? 0);
}

function journalMode(sqlite: DatabaseSync): string {
  return String(sqlite.prepare("pragma journal_mode").get()?.["journal_mode"]);
}

async function checkFolder(path: string): Promise<void> {
  const folder = await Deno.stat(dirname(path)).catch(() => undefined);
  if (!folder?.isDirectory) throw storeError("open", path, "missing_folder");
  const refuse = (reason: string, remedy: string) => {
    throw new StoreError("not_a_database", `Cannot open the store ${path}: ${reason}`, { remedy });
  };
  const file = await Deno.stat(path).catch(() => undefined);
  if (file?.isDirectory) refuse("it is a folder", `a file in it: --store ${join(path, "agentop.db")}`);
  // SQLite would wait for a pipe, and fill what a device leads to.
  if (file && !file.isFile) refuse("it is a pipe, a socket or a device", "choose a file with --store");
}

async function isLinkToNothing(path: string): Promise<boolean> {
  const [own, target] = await Promise.all(
    [Deno.lstat(path), Deno.stat(path)].map((it) => it.catch(() => undefined)),
  );
  return own !== undefined && target === undefined;
}

/** Creates or migrates under a file lock, so that processes starting together take turns. */
async function prepareStore(path: string, sqlite: DatabaseSync): Promise<void> {
  using lock = path === MEMORY ? undefined : await lockFile(path);
  const version = userVersion(sqlite);
  // Pages that deletion frees can be given back one by one: VACUUM attaches a database, which needs more permissions than we have.
  if (version === 0) sqlite.exec(`pragma page_size = ${PAGE_BYTES}; pragma auto_vacuum = incremental`);
  if (path !== MEMORY) sqlite.prepare("pragma journal_mode = wal").get();
  if (version < SCHEMA_VERSION) {
    if (version > 0 && await isSomebodyAtWork(path)) throw storeError("open", path, "older_at_work");
    if (version > 0) await copyWhole(sqlite, `${path}.backup-v${version}-${Date.now()}`);
    const { begin, migrate } = await import("./migrate.ts");
    const begun = isEmpty(sqlite) ? begin(sqlite) : version;
    if (begun < SCHEMA_VERSION) await migrate(path, sqlite);
    // A store whose log is lost is then still this store.
    if (path !== MEMORY) sqlite.prepare("pragma wal_checkpoint(truncate)").get();
  }
  void lock;
}

/** Tables of ours that every release made. */
const OUR_TABLES = ["body", "kysely_migration", "run", "run_message", "span"];

/**
 * Throws for the database of another program, whatever version number it carries. Stores of before files said what they are are
 * known by their tables; one whose first migration was cut short, by the table that notes migrations.
 */
export function checkIdentity(path: string, sqlite: DatabaseSync): void {
  const id = Number(sqlite.prepare("pragma application_id").get()?.["application_id"] ?? 0);
  if (id === APPLICATION_ID) return;
  const names = new Set(
    sqlite.prepare("select name from sqlite_master where type = 'table'").all().map((row) =>
      String(row["name"])
    ),
  );
  const isNew = names.size === 0 && userVersion(sqlite) === 0;
  const isBegun = userVersion(sqlite) === 0 && names.has("kysely_migration");
  const isOurs = isNew || isBegun || OUR_TABLES.every((name) => names.has(name));
  if (id !== 0 || !isOurs) throw storeError("open", path, "foreign");
}

function isEmpty(sqlite: DatabaseSync): boolean {
  return sqlite.prepare("select 1 from sqlite_master limit 1").get() === undefined;
}

async function lockFile(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(sideFolder(path), { recursive: true });
    const file = await Deno.open(`${sideFolder(path)}/migrate.lock`, { create: true, write: true });
    await file.lock(true);
    return file;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || (error as { code?: string }).code === "EROFS") {
      throw storeError("open", path, "read_only", error);
    }
    throw error;
  }
}
