import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from "kysely";
import { keptText, storedText } from "../kept_text.ts";
import type { DirectAdapter } from "../statements.ts";
import type { Disk } from "./disk.ts";
import { isBusy, isDamage, storeError } from "./errors.ts";
import type { WriteTurns } from "./turns.ts";

const STATEMENT_CACHE_MAX = 256;
type Bindings = Parameters<StatementSync["all"]>;

/** Also texts that are looked for: they stand in the database as they were written. */
function bound(parameters: readonly unknown[]): Bindings {
  return parameters.map((it) => typeof it === "string" ? storedText(it) : it) as Bindings;
}

class Statement implements SqliteStatement {
  readonly #statement: StatementSync;
  #names: readonly string[];
  /** True for SELECT and for anything with RETURNING. */
  readonly reader: boolean;
  /** Running it twice does no harm. */
  readonly #isRead: boolean;
  constructor(statement: StatementSync, isRead: boolean) {
    this.#statement = statement;
    this.#isRead = isRead;
    this.#names = statement.columns().map(({ name }) => name);
    this.reader = this.#names.length > 0;
    // Objects that are made here are quicker, to make and to read, than the engine's own.
    statement.setReturnArrays(true);
  }
  all(parameters: readonly unknown[]): unknown[] {
    const found = this.#rows(bound(parameters));
    const [first] = found;
    if (first === undefined) return [];
    // Another process may have added a column meanwhile.
    if (first.length !== this.#names.length) this.#names = this.#statement.columns().map(({ name }) => name);
    const names = this.#names;
    return found.map((values) => {
      const row: Record<string, unknown> = {};
      for (let at = 0; at < names.length; at++) {
        const value = values[at];
        row[names[at]!] = typeof value === "string" ? keptText(value) : value;
      }
      return row;
    });
  }
  /** One number that no store of ours holds must not hide the rows around it: it reads as `NaN`, which every check refuses. */
  #rows(parameters: Bindings): readonly unknown[][] {
    try {
      return this.#statement.all(...parameters) as unknown as unknown[][];
    } catch (error) {
      if (!(error instanceof RangeError) || !this.#isRead) throw error;
    }
    this.#statement.setReadBigInts(true);
    try {
      const rows = this.#statement.all(...parameters) as unknown as unknown[][];
      return rows.map((values) =>
        values.map((value) => {
          if (typeof value !== "bigint") return value;
          const number = Number(value);
          return Number.isSafeInteger(number) ? number : NaN;
        })
      );
    } finally {
      this.#statement.setReadBigInts(false);
    }
  }
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...bound(parameters));
  }
  /** Of all rows: the engine's own `iterate` ends silently where a row after the first fails. */
  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.all(parameters).values();
  }
}

const READS = /^\s*(?:select|with)\b/i;
const WRITES = /^\s*(?:insert|update|delete|replace|vacuum|create|drop|alter)\b/i;
const NAMES_FIRST = /^\s*with\b/i;
const CHANGES = /\b(?:insert|update|delete|replace)\b/i;
/** Between two tries on a store that something other than our writers holds. */
const RETRY_AFTER_MS = { least: 20, most: 200 } as const;

export interface Patience {
  readonly path: string;
  /** The newest schema that this program can write to. */
  readonly versionMax: number;
  readonly turns: WriteTurns;
  readonly disk: Disk;
  /** A write that the store refuses as busy for so long fails. */
  readonly busyMs: number;
}

/** Asks again while the store is busy, at times that differ between processes. */
export async function patiently<T>(busyMs: number, work: () => Promise<T>): Promise<T> {
  const untilMs = Date.now() + busyMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= untilMs) throw error;
    }
    const { least, most } = RETRY_AFTER_MS;
    await new Promise((resolve) => setTimeout(resolve, least + Math.random() * (most - least)));
  }
}

/** A connection whose single writes take turns with other processes, as its transactions do. */
class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #db: DatabaseSync;
  readonly #patience: Patience;
  constructor(inner: DatabaseConnection, db: DatabaseSync, patience: Patience) {
    this.#inner = inner;
    this.#db = db;
    this.#patience = patience;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { sql } = query;
    const isWrite = WRITES.test(sql) || NAMES_FIRST.test(sql) && CHANGES.test(sql);
    if (this.#db.isTransaction || !isWrite) return await this.#execute<R>(query);
    const { turns, busyMs, disk } = this.#patience;
    await turns.take();
    let result: QueryResult<R>;
    try {
      result = await patiently(busyMs, () => this.#execute<R>(query));
    } finally {
      turns.give();
    }
    await disk.ended({ isCommitted: true });
    return result;
  }
  /** What cannot be read says so in a way that needs no knowledge of SQLite. */
  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#inner.executeQuery<R>(query);
    } catch (error) {
      throw isDamage(error) ? storeError("use", this.#patience.path, "damaged", error) : error;
    }
  }
  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

/**
 * Takes the write lock at once, in turn with other processes: a plain `begin` that reads first and writes later fails under
 * contention. What only reads has a snapshot and holds up nobody.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #db: DatabaseSync;
  #version: StatementSync | undefined;
  #isReading = false;
  readonly #patience: Patience;
  constructor(config: SqliteDialectConfig, db: DatabaseSync, patience: Patience) {
    super(config);
    this.#db = db;
    this.#patience = patience;
  }
  override async acquireConnection(): Promise<DatabaseConnection> {
    return new PatientConnection(await super.acquireConnection(), this.#db, this.#patience);
  }
  override async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings = {},
  ): Promise<void> {
    this.#isReading = accessMode === "read only";
    if (this.#isReading) return void await connection.executeQuery(CompiledQuery.raw("begin"));
    const { turns, busyMs } = this.#patience;
    await turns.take();
    try {
      await patiently(busyMs, () => connection.executeQuery(CompiledQuery.raw("begin immediate")));
      this.#checkVersion();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("rollback");
      turns.give();
      throw error;
    }
  }
  /** A newer version may have changed the tables while this one was at work. */
  #checkVersion(): void {
    this.#version ??= this.#db.prepare("pragma user_version");
    const { versionMax, path } = this.#patience;
    if (Number(this.#version.get()?.["user_version"]) > versionMax) {
      throw storeError("write to", path, "newer_schema");
    }
  }
  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#patience.turns.give();
    if (!this.#isReading) await this.#patience.disk.ended({ isCommitted: true });
  }
  /** SQLite has rolled back by itself after some errors (a full disk); saying it again would hide that error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      if (this.#db.isTransaction) await super.rollbackTransaction(connection);
    } finally {
      this.#patience.turns.give();
      await this.#patience.disk.ended({ isCommitted: false });
    }
  }
}

/** SQLite rolls table changes back like any other; Kysely assumes that it does not, and would migrate without a transaction. */
class NodeSqliteAdapter extends SqliteAdapter implements DirectAdapter {
  readonly #prepare: (sql: string) => SqliteStatement;
  readonly #path: string;
  constructor(prepare: (sql: string) => SqliteStatement, path: string) {
    super();
    this.#prepare = prepare;
    this.#path = path;
  }
  runNow<Row>(sql: string, parameters: readonly unknown[]): { rows: Row[]; changes: bigint } {
    try {
      const statement = this.#prepare(sql);
      if (statement.reader) return { rows: statement.all(parameters) as Row[], changes: 0n };
      return { rows: [], changes: BigInt(statement.run(parameters).changes) };
    } catch (error) {
      throw isDamage(error) ? storeError("use", this.#path, "damaged", error) : error;
    }
  }
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely on `node:sqlite`, with prepared statements kept. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #prepare: (sql: string) => SqliteStatement;
  readonly #db: DatabaseSync;
  readonly #patience: Patience;
  constructor(db: DatabaseSync, patience: Patience) {
    const cache = new Map<string, Statement>();
    const prepare = (sql: string) => {
      const cached = cache.get(sql);
      if (cached) return cached;
      const statement = new Statement(db.prepare(sql), READS.test(sql));
      if (cache.size >= STATEMENT_CACHE_MAX) cache.delete(cache.keys().next().value!);
      cache.set(sql, statement);
      return statement;
    };
    const config: SqliteDialectConfig = { database: { close: () => db.close(), prepare } };
    super(config);
    this.#config = config;
    this.#prepare = prepare;
    this.#db = db;
    this.#patience = patience;
  }
  override createAdapter(): NodeSqliteAdapter {
    return new NodeSqliteAdapter(this.#prepare, this.#patience.path);
  }
  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config, this.#db, this.#patience);
  }
}
