import type { Kysely } from "kysely";
import {
  type DurableEvent,
  type Host,
  isFinal,
  type Run,
  type RunPrefix,
  StoreError,
  traceIdOf,
} from "../core/mod.ts";
import { copyPrefix } from "./fork.ts";
import type { Schema } from "./schema.ts";
import { type Db, run as execute } from "./statements.ts";
import { Writer } from "./writer.ts";

/** With this many runs at work, writes wait a moment for each other: one flush to disk then serves several runs. */
export const BUSY_RUNS = 8;
const GATHER_MS = 4;

/** What is written beside events, in the same transaction. */
export type OtherWork = (db: Db, seq: number) => Promise<void>;

/** Work on whole runs, by whoever turns runs into rows. */
export type Apart<T> = (db: Db, writer: Writer, seq: number) => Promise<T>;

/** Trace ids of runs that are written together, at least one; those that are at work then, and those that are not. */
export interface RunsAtOnce {
  readonly all: readonly string[];
  readonly live: readonly string[];
  readonly ended: readonly string[];
}

interface PendingWrite {
  readonly events: readonly DurableEvent[];
  readonly also?: OtherWork | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface JournalOptions {
  readonly host: Host;
  /** Runs that this process works on. */
  readonly runsAtWork: () => number;
  /** Whose a run is that begins. */
  readonly ownerOf: (traceId: string) => string | null;
  /** Throws when the store is not there any more. */
  readonly checkIsThere: () => void;
  /** After each commit, with the runs that ended in it: nobody holds them any more. `isNews`: a run ended or was scored. */
  readonly onCommit: (ended: readonly string[], isNews: boolean) => void;
  readonly toStoreError: (error: unknown) => unknown;
  /** In a transaction: its end does not wait for the disk. */
  readonly leaveFlush: () => void;
  /** Resolves when all that was committed is on the disk. */
  readonly flushed: () => Promise<void>;
  /** After each commit, before anybody hears of it: `seq` with a run that it wrote to. */
  readonly acknowledge: (seq: number, traceId: string) => void;
}

/** Writes of one transaction. */
interface Committed {
  readonly writes: readonly PendingWrite[];
  readonly seq: number;
}

/** Commits events: those that have gathered share a transaction, and each transaction takes the next `seq`. */
export class Journal {
  readonly #db: Kysely<Schema>;
  readonly #options: JournalOptions;
  readonly #writer: Writer;
  #pending: PendingWrite[] = [];
  #draining: Promise<void> | undefined;
  #swept: number | undefined;

  constructor(db: Kysely<Schema>, options: JournalOptions) {
    this.#db = db;
    this.#options = options;
    this.#writer = new Writer(options.ownerOf);
  }

  /** `also` comes after the events, all or nothing with them. */
  write(events: readonly DurableEvent[], also?: OtherWork): Promise<void> {
    if (events.length === 0 && !also) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#pending.push({ events, also, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Writes a run that begins with another run's steps. The copied rows share their bodies with the original. */
  async fork(run: Run, source: RunPrefix, events: readonly DurableEvent[]): Promise<void> {
    await this.settled();
    const seq = await this.#transaction(async (db, seq) => {
      await this.#writer.apply(db, [{ type: "run_start", run }], seq);
      await copyPrefix(db, source, run.traceId, seq);
      this.#writer.forget(run.traceId);
      await this.#writer.apply(db, events, seq);
    });
    await this.#options.flushed();
    this.#options.acknowledge(seq, run.traceId);
    this.#tell(events);
  }

  /** What `work` does, in a transaction of its own; on the disk when it resolves. */
  async apart<T>({ all, ended }: RunsAtOnce, work: Apart<T>): Promise<T> {
    let result: T;
    const seq = await this.#transaction(async (db, seq) => void (result = await work(db, this.#writer, seq)));
    await this.#options.flushed();
    this.#options.acknowledge(seq, all[0]!);
    this.#options.onCommit(ended, true);
    return result!;
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  /** Commits whatever has gathered in one transaction, again and again until nothing is left. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#pending.length > 0) {
      if (this.#options.runsAtWork() >= BUSY_RUNS) await this.#options.host.sleep(GATHER_MS);
      const batch = this.#pending;
      this.#pending = [];
      const committed = await this.#commit(batch);
      await this.#acknowledge(committed);
      this.#tell(batch.flatMap(({ events }) => events));
    }
    this.#draining = undefined;
  }

  /** One writer's mistake must not fail its neighbours: then each is committed on its own. */
  async #commit(batch: readonly PendingWrite[]): Promise<readonly Committed[]> {
    try {
      const events = batch.flatMap((it) => it.events);
      const seq = await this.#transaction(async (db, seq) => {
        await this.#writer.apply(db, events, seq);
        for (const { also } of batch) await also?.(db, seq);
      });
      return [{ writes: batch, seq }];
    } catch (error) {
      if (batch.length > 1) {
        const committed: Committed[] = [];
        for (const one of batch) committed.push(...await this.#commit([one]));
        return committed;
      }
      batch[0]!.reject(error);
      return [];
    }
  }

  /** Nobody hears of a write that is not on the disk. */
  async #acknowledge(committed: readonly Committed[]): Promise<void> {
    const writes = committed.flatMap((it) => it.writes);
    try {
      await this.#options.flushed();
    } catch (error) {
      for (const { reject } of writes) reject(error);
      return;
    }
    for (const { writes, seq } of committed) this.#note(seq, writes.flatMap(({ events }) => events)[0]);
    for (const { resolve } of writes) resolve();
  }

  #tell(events: readonly DurableEvent[]): void {
    this.#options.onCommit(endedRuns(events), events.some(isNews));
  }

  #note(seq: number, event: DurableEvent | undefined): void {
    if (event) this.#options.acknowledge(seq, traceIdOf(event));
  }

  /** A store that others hold makes a run wait, for as long as they do: it never ends one. */
  async #transaction(work: (db: Db, seq: number) => Promise<void>): Promise<number> {
    for (;;) {
      try {
        return await this.#tryTransaction(work);
      } catch (error) {
        if (!(error instanceof StoreError && error.code === "locked")) throw error;
      }
    }
  }

  async #tryTransaction(work: (db: Db, seq: number) => Promise<void>): Promise<number> {
    try {
      this.#options.checkIsThere();
      return await this.#db.transaction().execute(async (db) => {
        const { seq, swept } = await nextSeq(db);
        // Bodies that the writer remembers may have been deleted, by any process.
        if (swept !== this.#swept) this.#writer.reset();
        this.#swept = swept;
        await work(db, seq);
        this.#options.leaveFlush();
        return seq;
      });
    } catch (error) {
      this.#writer.reset();
      throw this.#options.toStoreError(error);
    }
  }
}

/** Takes the next `seq`. Transactions wait for each other here, so that its order is the order of commits. */
export async function nextSeq(db: Db): Promise<{ readonly seq: number; readonly swept: number }> {
  const { rows } = await execute<{ seq: number; swept: number }>(
    db,
    "next seq",
    [1, 1],
    () =>
      db.updateTable("clock").set((eb) => ({ seq: eb("seq", "+", 1) })).where("id", "=", 1)
        .returning(["seq", "swept"]),
  );
  return rows[0]!;
}

/** A run's end, also that its process died, or a score. */
function isNews(event: DurableEvent): boolean {
  const status = event.type === "run_update" ? event.change.status : undefined;
  return event.type === "evaluation" || status !== undefined && (isFinal(status) || status === "interrupted");
}

function endedRuns(events: readonly DurableEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "run_update" && event.change.status !== undefined && isFinal(event.change.status)
      ? [event.traceId]
      : []
  );
}
