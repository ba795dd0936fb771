import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from "kysely";

const STATEMENT_CACHE_MAX = 256;
type Bindings = Parameters<StatementSync["all"]>;

class Statement implements SqliteStatement {
  readonly #statement: StatementSync;
  /** True for SELECT and for anything with RETURNING. */
  readonly reader: boolean;
  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }
  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...(parameters as Bindings));
  }
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...(parameters as Bindings));
  }
  /** Of all rows: the engine's own `iterate` ends silently where a row after the first fails. */
  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.all(parameters).values();
  }
}

/**
 * Takes the write lock at once: a plain `begin` that reads first and writes later fails under contention. What only reads has a
 * snapshot and holds up nobody.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #db: DatabaseSync;
  constructor(config: SqliteDialectConfig, db: DatabaseSync) {
    super(config);
    this.#db = db;
  }
  override async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings = {},
  ): Promise<void> {
    await connection.executeQuery(
      CompiledQuery.raw(accessMode === "read only" ? "begin" : "begin immediate"),
    );
  }
  /** SQLite has rolled back by itself after some errors (a full disk); saying it again would hide that error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#db.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** SQLite rolls table changes back like any other; Kysely assumes that it does not, and would migrate without a transaction. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely on `node:sqlite`, with prepared statements kept. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #db: DatabaseSync;
  constructor(db: DatabaseSync) {
    const cache = new Map<string, Statement>();
    const config: SqliteDialectConfig = {
      database: {
        close: () => db.close(),
        prepare: (sql) => {
          const cached = cache.get(sql);
          if (cached) return cached;
          const statement = new Statement(db.prepare(sql));
          if (cache.size >= STATEMENT_CACHE_MAX) cache.delete(cache.keys().next().value!);
          cache.set(sql, statement);
          return statement;
        },
      },
    };
    super(config);
    this.#config = config;
    this.#db = db;
  }
  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config, this.#db);
  }
}
