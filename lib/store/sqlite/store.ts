import {
  type ControlAction,
  type ControlRequest,
  type CostKey,
  type CostRow,
  type DiffStore,
  type DurableEvent,
  type ForkStore,
  type Host,
  isFinal,
  LIVE_STATUSES,
  nowUs,
  type PartialOutput,
  type Run,
  type RunFilter,
  type RunPage,
  type RunPrefix,
  type RunSort,
  type Store,
  type StoredDiff,
  type StoredMessage,
  systemHost,
  type Trace,
} from "../../core/mod.ts";
import { ChangeFeed } from "./change_feed.ts";
import { bytes, hex } from "../codec.ts";
import { askFor, takeWaiting } from "../control.ts";
import { toStoreError } from "./errors.ts";
import { copyPrefix } from "../fork.ts";
import { backupTo, stats, type StoreStats, verify, type VerifyReport } from "./maintenance.ts";
import { MEMORY } from "./location.ts";
import { type Connection, openConnection } from "./open.ts";
import { Ownership } from "./ownership.ts";
import { clearPartials, partialsOf, writePartial } from "./partials.ts";
import { costBy, countRuns, listRuns, resolveRun } from "../queries.ts";
import { loadMessages, loadTrace, runsOf } from "../reader.ts";
import { diffOf, diffRow } from "../rows.ts";
import { indexPending } from "./search.ts";
import { Writer } from "../writer.ts";

const INDEX_SLICE = 20;
/** With this many runs at work, writes wait a moment for each other: one flush to disk then serves several runs. */
const BUSY_RUNS = 8;
const GATHER_MS = 4;
const CHILD_RUNS_MAX = 1000;
const DIFFS_MAX = 1000;

interface PendingWrite {
  readonly events: readonly DurableEvent[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The store in one SQLite file. One per process: writes of all its runs share transactions. */
export class SqliteStore implements Store, ForkStore, DiffStore {
  readonly #connection: Connection;
  readonly #host: Host;
  readonly #writer = new Writer();
  readonly #feed: ChangeFeed;
  readonly #owner: Ownership | undefined;
  readonly #claimed = new Set<string>();
  readonly #controlLooks = new Map<string, string>();
  #controlsMade = 0;
  #pending: PendingWrite[] = [];
  #draining: Promise<void> | undefined;
  #indexing: Promise<void> | undefined;
  #closed = false;

  constructor(connection: Connection, host: Host) {
    this.#connection = connection;
    this.#host = host;
    this.#feed = new ChangeFeed(connection.path, connection.sqlite);
    this.#owner = connection.path === MEMORY ? undefined : new Ownership(connection.path, host.newId());
  }

  /** The open database, for the read-only SQL console and for tests. */
  get connection(): Connection {
    return this.#connection;
  }

  write(events: readonly DurableEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#pending.push({ events, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Commits whatever has gathered in one transaction, again and again until nothing is left. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#pending.length > 0) {
      if (this.#claimed.size >= BUSY_RUNS) await this.#host.sleep(GATHER_MS);
      const batch = this.#pending;
      this.#pending = [];
      const failed = await this.#commit(batch).catch((error) => error ?? new Error("write failed"));
      if (failed === undefined) {
        for (const { resolve } of batch) resolve();
        this.#feed.announce();
        if (batch.some(({ events }) => events.some(endsRun))) this.#indexSoon();
      } else if (batch.length === 1) {
        batch[0]!.reject(failed);
      } else {
        // One writer's mistake must not fail its neighbours: each on its own.
        for (const one of batch) {
          await this.#commit([one]).then(one.resolve, one.reject);
        }
        this.#feed.announce();
      }
    }
    this.#draining = undefined;
  }

  async #commit(batch: readonly PendingWrite[]): Promise<void> {
    const { db, path } = this.#connection;
    try {
      await db.transaction().execute(async (transaction) => {
        const { seq } = await transaction.updateTable("clock").set((eb) => ({ seq: eb("seq", "+", 1) }))
          .where("id", "=", 1).returning("seq").executeTakeFirstOrThrow();
        await this.#writer.apply(transaction, batch.flatMap((it) => it.events), seq);
      });
    } catch (error) {
      this.#writer.reset();
      throw toStoreError("write to", path, error);
    }
  }

  /**
   * Writes a run that begins with another run's steps, and what else it begins with, in one transaction. The copied rows share
   * their bodies with the original.
   */
  async forkRun(run: Run, source: RunPrefix, events: readonly DurableEvent[] = []): Promise<void> {
    const { db, path } = this.#connection;
    await this.#draining;
    try {
      await db.transaction().execute(async (transaction) => {
        const { seq } = await transaction.updateTable("clock").set((eb) => ({ seq: eb("seq", "+", 1) }))
          .where("id", "=", 1).returning("seq").executeTakeFirstOrThrow();
        await this.#writer.apply(transaction, [{ type: "run_start", run }], seq);
        await copyPrefix(transaction, source, run.traceId);
        this.#writer.forget(run.traceId);
        await this.#writer.apply(transaction, events, seq);
      });
    } catch (error) {
      this.#writer.reset();
      throw toStoreError("write to", path, error);
    }
    this.#feed.announce();
  }

  /** Runs that began with steps of one of these, or repeat it; oldest first. */
  async forksOf(runIds: readonly string[]): Promise<readonly Run[]> {
    return await this.#read(async () => {
      const { db } = this.#connection;
      const rows = await db.selectFrom("run").selectAll().where("forked_run_id", "in", runIds)
        .orderBy("id").limit(CHILD_RUNS_MAX).execute();
      return await runsOf(db, rows);
    });
  }

  async saveDiff(diff: StoredDiff): Promise<void> {
    await this.#read(() => this.#connection.db.insertInto("diff").values(diffRow(diff)).execute());
    this.#feed.announce();
  }

  /** Stored differences that a run is one side of; oldest first. */
  async diffsOf(runId: string): Promise<readonly StoredDiff[]> {
    const rows = await this.#read(() =>
      this.#connection.db.selectFrom("diff").selectAll()
        .where((eb) => eb.or([eb("left_run_id", "=", runId), eb("right_run_id", "=", runId)]))
        .orderBy("created_us").limit(DIFFS_MAX).execute()
    );
    return rows.map(diffOf);
  }

  #indexSoon(): void {
    this.#indexing ??= (async () => {
      try {
        while (!this.#closed && await indexPending(this.#connection.db, INDEX_SLICE) === INDEX_SLICE);
      } catch { /* the index is rebuilt from the rows: search reads unindexed runs directly until then */ }
      this.#indexing = undefined;
    })();
  }

  async listRuns(
    query: { filter?: RunFilter; sort?: RunSort; limit?: number; cursor?: string } = {},
  ): Promise<RunPage> {
    return await this.#read(() => listRuns(this.#connection.db, query));
  }

  async countRuns(filter?: RunFilter): Promise<number> {
    return await this.#read(() => countRuns(this.#connection.db, filter));
  }

  async resolveRun(reference: string): Promise<Run> {
    return await this.#read(() => resolveRun(this.#connection.db, reference));
  }

  async getRun(traceId: string): Promise<Run | undefined> {
    return await this.#read(async () => {
      const { db } = this.#connection;
      const rows = await db.selectFrom("run").selectAll().where("trace_id", "=", bytes(traceId)).execute();
      return (await runsOf(db, rows))[0];
    });
  }

  async childRuns(runId: string): Promise<readonly Run[]> {
    return await this.#read(async () => {
      const { db } = this.#connection;
      const rows = await db.selectFrom("run").selectAll().where("parent_run_id", "=", runId)
        .orderBy("start_us").limit(CHILD_RUNS_MAX).execute();
      return await runsOf(db, rows);
    });
  }

  async loadTrace(traceId: string): Promise<Trace> {
    return await this.#read(() => loadTrace(this.#connection.db, traceId));
  }

  async loadMessages(traceId: string): Promise<readonly StoredMessage[]> {
    return await this.#read(() => loadMessages(this.#connection.db, traceId));
  }

  async costBy(key: CostKey, filter?: RunFilter): Promise<readonly CostRow[]> {
    return await this.#read(() => costBy(this.#connection.db, key, filter));
  }

  /** Brings the search index up to date; `write` does so by itself after each run that ends. */
  async indexPending(): Promise<void> {
    while (await this.#read(() => indexPending(this.#connection.db, INDEX_SLICE)) === INDEX_SLICE);
  }

  async verify(): Promise<VerifyReport> {
    return await this.#read(() => verify(this.#connection));
  }

  async backupTo(target: string): Promise<void> {
    await this.#read(() => backupTo(this.#connection, target));
  }

  async stats(): Promise<StoreStats> {
    return await this.#read(() => stats(this.#connection));
  }

  async writePartial(partial: PartialOutput): Promise<void> {
    await this.#read(() => writePartial(this.#connection, partial));
    this.#feed.announce();
  }

  async partials(traceId: string): Promise<readonly PartialOutput[]> {
    return await this.#read(() => partialsOf(this.#connection.db, traceId));
  }

  async requestControl(
    traceId: string,
    action: ControlAction,
    argument: Record<string, unknown> = {},
  ): Promise<void> {
    const request = { traceId, action, argument, requestedAtUs: nowUs(this.#host) };
    await this.#read(() => askFor(this.#connection.db, request));
    this.#controlsMade++;
    this.#feed.announce();
  }

  async takeControl(traceId: string): Promise<readonly ControlRequest[]> {
    // Runs look often: nobody can have asked for anything while neither this nor another connection wrote.
    const look = `${this.#feed.version} ${this.#controlsMade}`;
    if (this.#controlLooks.get(traceId) === look) return [];
    const requests = await this.#read(() => takeWaiting(this.#connection.db, traceId));
    this.#controlLooks.set(traceId, look);
    return requests;
  }

  async claimRun(traceId: string): Promise<boolean> {
    if (!this.#owner) return true;
    const owner = this.#owner;
    await owner.hold();
    return await this.#read(async () => {
      const { db } = this.#connection;
      const key = bytes(traceId);
      const row = await db.selectFrom("run").select("owner").where("trace_id", "=", key).executeTakeFirst();
      const holder = row?.owner ?? null;
      if (holder !== null && holder !== owner.id && await owner.isAlive(holder)) return false;
      const { numUpdatedRows } = await db.updateTable("run").set({ owner: owner.id }).where(
        "trace_id",
        "=",
        key,
      )
        .where("owner", holder === null ? "is" : "=", holder).executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) return false;
      this.#claimed.add(traceId);
      return true;
    });
  }

  async releaseRun(traceId: string): Promise<void> {
    this.#controlLooks.delete(traceId);
    if (!this.#owner || !this.#claimed.delete(traceId)) return;
    await this.#read(() =>
      this.#connection.db.updateTable("run").set({ owner: null }).where("trace_id", "=", bytes(traceId))
        .execute()
    );
  }

  async recoverInterrupted(): Promise<number> {
    if (!this.#owner) return 0;
    const { db } = this.#connection;
    const rows = await this.#read(() =>
      db.selectFrom("run").select(["trace_id", "owner"]).where("status", "in", [...LIVE_STATUSES]).execute()
    );
    let recovered = 0;
    for (const row of rows) {
      const traceId = hex(row.trace_id);
      if (row.owner !== null && await this.#owner.isAlive(row.owner)) continue;
      if (!await this.claimRun(traceId)) continue;
      await this.#closeInterrupted(traceId);
      await this.releaseRun(traceId);
      recovered++;
    }
    return recovered;
  }

  async #closeInterrupted(traceId: string): Promise<void> {
    const { spans, run } = await this.loadTrace(traceId);
    const open = [...spans.values()].filter((span) => span.endTimeUs === undefined);
    const lastUs = [...spans.values()].reduce(
      (last, span) => Math.max(last, span.endTimeUs ?? span.startTimeUs),
      run.startTimeUs,
    );
    await this.write([
      ...open.map((span): DurableEvent => ({
        type: "span_end",
        traceId,
        spanId: span.spanId,
        endTimeUs: lastUs,
        status: "interrupted",
        errorType: "interrupted",
      })),
      { type: "run_update", traceId, change: { status: "interrupted", endTimeUs: lastUs } },
    ]);
    await this.#read(() => clearPartials(this.#connection.db, traceId));
  }

  onChange(listener: () => void): () => void {
    return this.#feed.listen(listener);
  }

  async #read<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      throw toStoreError("use", this.#connection.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    await this.#draining;
    this.#closed = true;
    await this.#indexing;
    for (const traceId of [...this.#claimed]) await this.releaseRun(traceId).catch(() => {});
    this.#feed.close();
    await this.#owner?.release();
    await this.#connection.db.destroy();
  }
}

function endsRun(event: DurableEvent): boolean {
  return event.type === "run_update" && event.change.status !== undefined && isFinal(event.change.status);
}

/**
 * Opens the store in the SQLite file at `path`, creating it when it does not exist (its folder must). `:memory:` keeps it in
 * this process.
 */
export async function openStore(path: string, options: { host?: Host } = {}): Promise<SqliteStore> {
  return new SqliteStore(await openConnection(path), options.host ?? systemHost());
}
