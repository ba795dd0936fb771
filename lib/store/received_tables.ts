import {
  type Host,
  type ImportOutcome,
  isLive,
  nowUs,
  type ReceivedProgress,
  type ReceivedRun,
  type ReceivedStore,
  type Reception,
  type ReceptionReport,
  type Redactor,
  type SentRun,
  type ServerNote,
  type ServerNotes,
  type Trace,
} from "../core/mod.ts";
import type { Engine } from "./engine.ts";
import { AlertTables } from "./alerts/alert_tables.ts";
import type { Apart, RunsAtOnce } from "./journal.ts";
import { noteSent, sentRuns } from "./exported.ts";
import { removeServerNote, saveServerNote, serverNotes } from "./server_notes.ts";
import { importRuns, quietRuns, receive, receivedOf, receivedRuns, unreadRuns } from "./received.ts";

/** The part of a store that keeps what other programs send of their runs, and knows who takes it in. */
export abstract class ReceivedTables extends AlertTables implements ReceivedStore, ServerNotes {
  readonly #engine: Engine;
  readonly #host: Host;
  readonly #redactor: Redactor;

  constructor(engine: Engine, host: Host, redactor: Redactor) {
    super(engine, host, redactor);
    this.#engine = engine;
    this.#host = host;
    this.#redactor = redactor;
  }

  /** Writes whole runs in a transaction of its own; those that are at work then are this process's. */
  protected abstract apart<T>(runs: RunsAtOnce, work: Apart<T>): Promise<T>;

  async receive(receptions: readonly Reception[]): Promise<ReceptionReport> {
    if (receptions.length === 0) return { outdated: [], refused: [] };
    const safe = this.#redactor.value(receptions);
    const ids = (fits: (status: boolean | undefined) => boolean) =>
      safe.filter(({ trace }) => fits(trace && isLive(trace.run.status))).map(({ traceId }) => traceId);
    const runs = {
      all: ids(() => true),
      live: ids((live) => live === true),
      ended: ids((live) => live === false),
    };
    const at = nowUs(this.#host);
    return await this.apart(runs, (db, writer, seq) => receive(db, writer, safe, { seq, nowUs: at }));
  }

  async importRuns(traces: readonly Trace[]): Promise<readonly ImportOutcome[]> {
    if (traces.length === 0) return [];
    const safe = this.#redactor.value(traces);
    const all = safe.map(({ run }) => run.traceId);
    return await this.apart(
      { all, live: [], ended: all },
      (db, writer, seq) => importRuns(db, writer, safe, seq),
    );
  }

  async sentRuns(target: string): Promise<readonly SentRun[]> {
    return await this.#use(() => sentRuns(this.#engine.db, target));
  }

  async noteSent(target: string, runs: readonly SentRun[]): Promise<void> {
    await this.#use(() => noteSent(this.#engine.db, target, runs));
  }

  async receivedOf(traceId: string): Promise<ReceivedRun> {
    return await this.#use(() => receivedOf(this.#engine.db, traceId));
  }

  async unreadRuns(limit: number): Promise<readonly string[]> {
    return await this.#use(() => unreadRuns(this.#engine.db, limit));
  }

  async quietRuns(beforeUs: number): Promise<readonly string[]> {
    return await this.#use(() => quietRuns(this.#engine.db, beforeUs));
  }

  async receivedRuns(limit: number, after?: string): Promise<readonly ReceivedProgress[]> {
    return await this.#use(() => receivedRuns(this.#engine.db, limit, after));
  }

  async saveServerNote(note: ServerNote): Promise<void> {
    const { db, owners, signal } = this.#engine;
    await this.#use(() => saveServerNote(db, owners, this.#redactor.value(note)));
    signal.announce();
  }

  async removeServerNote(url: string): Promise<void> {
    const { db, owners, signal } = this.#engine;
    await this.#use(() => removeServerNote(db, owners, url));
    signal.announce();
  }

  async serverNotes(): Promise<readonly ServerNote[]> {
    return await this.#use(() => serverNotes(this.#engine.db, this.#engine.owners));
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    try {
      return this.#redactor.value(await work());
    } catch (error) {
      throw this.#redactor.error(this.#engine.toStoreError("use", error));
    }
  }
}
