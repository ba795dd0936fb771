import type { Expression, Kysely, SqlBool } from "kysely";
import type { LostWrites, PartialOutput, TableCopyOptions } from "../core/mod.ts";
import type { Schema } from "./schema.ts";
import type { Db } from "./statements.ts";

/** What differs between databases. Everything else of a store stands above it. */
export interface Engine {
  readonly db: Kysely<Schema>;
  readonly schemaVersion: number;
  readonly search: TextSearch;
  /** This process ended or scored a run, or reached a part of a budget. */
  readonly onNews: () => void;
  readonly signal: ChangeSignal;
  readonly owners: Owners;
  readonly upkeep: EngineUpkeep;
  readonly acknowledged: AcknowledgedWrites;
  /** Replaces the row of a live span; need not survive a power cut. Must not hold up or be held up by `db` for long. */
  writePartial(partial: PartialOutput): Promise<void>;
  /** In a transaction: its end does not wait for the disk, its caller does, by `flushed`. */
  leaveFlush(): void;
  /** Resolves when all that was committed before is on the disk. Throws `StoreError`. */
  flushed(): Promise<void>;
  /** Throws `StoreError` when what is written would be lost: the store was deleted while it was open, or cannot be flushed. */
  checkIsThere(): void;
  /** What the database threw, as a `StoreError` where it is the store's trouble. `verb` as in "Cannot VERB the store". */
  toStoreError(verb: string, error: unknown): unknown;
  close(): Promise<void>;
}

/** Finds runs by the words in them. */
export interface TextSearch {
  /** Nothing can be searched for in this text: every run fits. */
  isBlank(text: string): boolean;
  /** For each text the condition on `run` that all its terms occur, also in runs that are not indexed yet. */
  conditions(db: Db, texts: readonly string[]): Promise<readonly Expression<SqlBool>[]>;
  /** Indexes at most `limit` finished runs, newest first. Returns how many: with `limit` there may be more. */
  indexPending(limit: number): Promise<number>;
  /** Runs are about to be deleted, in the transaction of `db`. */
  forget(db: Db, runNos: readonly number[]): Promise<void>;
}

/** Tells this process and others that something was committed. */
export interface ChangeSignal {
  /** Moves with every commit of another connection. Costs microseconds. */
  readonly version: number;
  /** After a commit of this store: listeners here at once, other processes a moment later. */
  announce(): void;
  listen(listener: () => void): () => void;
}

/** Who is alive of those that work on runs. */
export interface Owners {
  /** This process. */
  readonly id: string;
  /** Other processes can open the store. */
  readonly areShared: boolean;
  /** From now on until the store is closed this process counts as alive. */
  hold(): Promise<void>;
  isAlive(owner: string): Promise<boolean>;
  /** When it last gave a sign of life, µs since the epoch; `undefined` when nobody knows any more. */
  lastSeenUs(owner: string): Promise<number | undefined>;
}

/** Knows of writes that the database has lost since they were acknowledged. */
export interface AcknowledgedWrites {
  /** The write `seq`, of this run among others, is committed and about to be acknowledged. Costs microseconds, fails never. */
  note(seq: number, traceId: string): void;
  lost(): Promise<readonly LostWrites[]>;
  forget(): Promise<void>;
}

export interface EngineUpkeep {
  sizeBytes(): Promise<number>;
  /** Bytes in use inside the store, and bytes it takes on the disk. */
  space(): Promise<{ readonly usedBytes: number; readonly diskBytes: number }>;
  /** Gives unused space back to the disk, unless somebody is in the way. */
  giveBack(): void;
  /** Problems of the database itself, at most `max`. The quick look leaves out what takes long. */
  problems(max: number, look: "quick" | "whole"): Promise<readonly string[]>;
  backupTo(target: string): Promise<void>;
  /** Every text goes through `redact`. */
  copyTables(
    target: string,
    options: TableCopyOptions & { readonly redact?: (text: string) => string },
  ): Promise<void>;
}
