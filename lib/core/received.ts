import type { Run } from "./run.ts";
import type { Trace } from "./event.ts";

// What other programs send of their runs is kept as it came, beside the run that was read out of it: who reads better later reads
// it again.

/** One delivery of a run's spans or log records, in OpenTelemetry's protobuf. */
export interface ReceivedPart {
  readonly signal: "traces" | "logs";
  readonly data: Uint8Array;
  /** The same packed with gzip, where it came so: it is kept like that, which takes no time and more room. */
  readonly gzip?: Uint8Array;
}

/** All that was received of a run. */
export interface ReceivedRun {
  /** In the order in which they came. */
  readonly parts: readonly ReceivedPart[];
  /** The run that was read out of them; absent while there is none, as when only log records came. */
  readonly run?: Run;
}

/** What came of one run, and how it reads together with what was there before. */
export interface Reception {
  readonly traceId: string;
  /** What is new. A part that is kept already is not kept twice. */
  readonly parts: readonly ReceivedPart[];
  /** How many parts were kept when `trace` was read: with another number of them the store takes nothing. Absent: any, without `trace`. */
  readonly basis?: number;
  /** All of it, read; it takes the place of what was read before. Absent: read later. */
  readonly trace?: Trace;
  /** How it was read. */
  readonly readingVersion: number;
}

/** What became of receptions. */
export interface ReceptionReport {
  /** Somebody else has written more of these runs meanwhile: nothing of them was taken. */
  readonly outdated: readonly string[];
  /** These are runs that were made here, or came from a file: nobody may write over them. Nothing of them was taken. */
  readonly refused: readonly string[];
}

/** How a run that was received was read last; 0: not yet. */
export interface ReceivedProgress {
  readonly traceId: string;
  readonly readingVersion: number;
}

/** `known`: a run that was made here, or received, has that id, and stays as it is. */
export type ImportOutcome = "written" | "unchanged" | "known";

/** A run as a collector has it. */
export interface SentRun {
  readonly traceId: string;
  /** The run's last write then, as the store counts its writes. */
  readonly seq: number;
}

/** Runs that other programs send, and runs that are sent to others. */
export interface ReceivedStore {
  /** Everything in one transaction, on the disk when it resolves. */
  receive(receptions: readonly Reception[]): Promise<ReceptionReport>;
  /** Whole runs from a file, all or none; one that was imported before is written over when it says something else now. */
  importRuns(traces: readonly Trace[]): Promise<readonly ImportOutcome[]>;
  /** What was sent to that collector. */
  sentRuns(target: string): Promise<readonly SentRun[]>;
  noteSent(target: string, runs: readonly SentRun[]): Promise<void>;
  receivedOf(traceId: string): Promise<ReceivedRun>;
  /** Trace ids of runs with parts that were not read, those that wait longest first. */
  unreadRuns(limit: number): Promise<readonly string[]>;
  /** All that were received, ordered by trace id, those behind `after`. */
  receivedRuns(limit: number, after?: string): Promise<readonly ReceivedProgress[]>;
  /** Trace ids of runs that were received and are at work, and of which nothing came after `beforeUs`. */
  quietRuns(beforeUs: number): Promise<readonly string[]>;
}
