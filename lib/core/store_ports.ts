import type { ChangeCursor, TraceChanges } from "./changes.ts";
import type { SpanFactsPage, UsageFactsRead } from "./facts.ts";
import type { DurableEvent, Trace } from "./event.ts";
import type { LostWrites, VerifyReport } from "./store_health.ts";
import type { ResultPlace } from "./experiment.ts";
import type { Run } from "./run.ts";
import type { RunFilter } from "./run_condition.ts";
import type { Evaluation, Message, SpanKind, Usage } from "./span.ts";

// A store in parts: whoever uses one takes the parts it needs. Every method may throw `StoreError`.

// ---------------------------------------------------------------------------------------------- writing

/** Text streamed so far by a model call that has not ended. Coalesced; gone when the span ends. */
export interface PartialOutput {
  readonly traceId: string;
  readonly spanId: string;
  readonly text: string;
  readonly reasoning: string;
  readonly updatedAtUs: number;
}

export interface WriteOptions {
  /** Runs that begin with these events are this process's from the same moment, as if claimed. */
  readonly claim?: boolean;
}

/** What runs write while they are at work. */
export interface RunJournal {
  /** Atomic and durable: when it resolves, all events are kept, in order, and other processes can see them. */
  write(events: readonly DurableEvent[], options?: WriteOptions): Promise<void>;
  /** Replaces what the call has streamed so far. Not durable; the caller writes at most 20 a second. */
  writePartial(partial: PartialOutput): Promise<void>;
}

/** The beginning of a run that another one takes over. */
export interface RunPrefix {
  readonly traceId: string;
  /** The last step that is copied. */
  readonly throughStep: number;
  /** Added to every copied time, so that the copy ends when its continuation begins. */
  readonly shiftUs: number;
}

/** Families of runs. */
export interface ForkStore {
  /** Writes a run that begins with another run's steps, and what else it begins with, all or nothing. */
  forkRun(run: Run, from: RunPrefix, events?: readonly DurableEvent[], options?: WriteOptions): Promise<void>;
  /** Runs that began with steps of one of these, or repeat it; oldest first. */
  forksOf(runIds: readonly string[]): Promise<readonly Run[]>;
}

/** A difference of two runs as it was found. */
export interface StoredDiff {
  readonly diffId: string;
  readonly leftRunId: string;
  readonly rightRunId: string;
  readonly createdAtUs: number;
  /** What was changed on purpose. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly leftOutput: string | null;
  readonly rightOutput: string | null;
  /** The whole difference, in the shape of `agentop diff --json`. */
  readonly diff: unknown;
}

/** Differences that were kept. */
export interface DiffStore {
  saveDiff(diff: StoredDiff): Promise<void>;
  /** Those that a run is one side of; oldest first. */
  diffsOf(runId: string): Promise<readonly StoredDiff[]>;
}

// ---------------------------------------------------------------------------------------------- reading

/** Orders of a list of runs; each begins with the most. */
export type RunSort = "newest" | "oldest" | "cost" | "tokens" | "duration" | "steps";

export interface RunsQuery {
  readonly filter?: RunFilter;
  /** @default "newest" */
  readonly sort?: RunSort;
  /** The same order from its end: the last run first. @default false */
  readonly fromEnd?: boolean;
  /** @default 50 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  /** Prompt, output and configuration of each are left out, as empty: they take longer to read than all the rest. @default false */
  readonly withoutTexts?: boolean;
}

export interface RunPage {
  readonly runs: readonly Run[];
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

/** What costs are added up by. */
export type CostKey = "model" | "agent" | "day" | "group" | "user" | "run";

/** What runs with one key cost together. */
export interface CostRow {
  /** Name of the model, agent, …; `YYYY-MM-DD` for days. */
  readonly key: string;
  /** Added up by group: these runs have none, and the key is only what to call them. */
  readonly isUngrouped?: true;
  /** Runs that have calls in it. */
  readonly runs: number;
  /** Model calls. */
  readonly llmCalls: number;
  /** Tokens of these calls. */
  readonly usage: Usage;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** What lost attempts among them may have cost, USD. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
  /** Rows of the store that hold what cannot be, and are in none of these sums. Absent: all could be read. */
  readonly damagedRows?: number;
}

/** What a run and all runs that it handed work to, at any depth, used and cost together. */
export interface TreeTotals {
  /** Runs in it, the one at its root among them. */
  readonly runs: number;
  /** Tokens of their model calls. */
  readonly usage: Usage;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** What lost attempts among them may have cost, USD. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
}

/** What runs are, used and cost together. */
export interface RunSummary {
  readonly runs: number;
  /** Running, waiting or paused. */
  readonly live: number;
  readonly failed: number;
  /** How long it took the slowest of the quickest 95 % of those that ended, without waiting for people. Absent: none ended. */
  readonly p95Ms?: number;
  /** Attempts after the first of each call. */
  readonly retries: number;
  /** Lost to failed attempts and to the waits after them. */
  readonly retryWaitMs: number;
  /** Tokens in and out. */
  readonly tokens: number;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** What lost attempts among them may have cost, USD. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
  /** Runs whose rows hold what cannot be: counted in `runs`, and in nothing else. Absent: all could be read. */
  readonly damagedRuns?: number;
}

export interface StoredMessage {
  /** Content hash of the message and everything before it: 32 hex digits. */
  readonly messageId: string;
  readonly spanId: string;
  readonly message: Message;
  readonly finishReason?: string;
  readonly tokenCount?: number;
  readonly timestampUs: number;
}

/** Runs and what belongs to them. */
export interface RunReader {
  listRuns(query?: RunsQuery): Promise<RunPage>;
  countRuns(filter?: RunFilter): Promise<number>;
  /** The figures of all runs that fit, read in one go. */
  summarizeRuns(filter?: RunFilter): Promise<RunSummary>;
  /**
   * A run id, a unique beginning or end of one (4 characters or more), `last`, `last~N`: the newest run, or one before it, that
   * was not handed over by another. Throws `AgentOpError`.
   */
  resolveRun(reference: string): Promise<Run>;
  getRun(traceId: string): Promise<Run | undefined>;
  /** Runs that a run handed work to; oldest first. */
  childRuns(runId: string): Promise<readonly Run[]>;
  /** These runs and all that they handed work to, or that judged them, at any depth; oldest first. */
  withHandOffs(runIds: readonly string[]): Promise<readonly Run[]>;
  /** The figures of a run together with those of all hand-offs below it; `runs` is 0 for an unknown run. */
  treeTotals(runId: string): Promise<TreeTotals>;
  /** The whole run, as of one moment; throws `AgentOpError` when unknown. */
  loadTrace(traceId: string): Promise<Trace>;
  /** Conversation order, with the span that produced each message; empty for an unknown run. */
  loadMessages(traceId: string): Promise<readonly StoredMessage[]>;
  /** What runs used and cost, dearest first. Days are those of `timeZone`, an IANA name; by default UTC. */
  costBy(key: CostKey, filter?: RunFilter, timeZone?: string): Promise<readonly CostRow[]>;
  /** What the run's open model calls have streamed so far. */
  partials(traceId: string): Promise<readonly PartialOutput[]>;
}

export interface EvaluationQuery {
  /** Of the runs that are judged. */
  readonly filter?: RunFilter;
  /** The scorer's name. */
  readonly name?: string;
  readonly source?: string;
  /** @default 50 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** An evaluation and the run it judges. */
export interface JudgedRun {
  readonly run: Run;
  readonly evaluation: Evaluation;
  /** Absent: no experiment asked for it. */
  readonly result?: ResultPlace;
}

export interface EvaluationPage {
  readonly evaluations: readonly JudgedRun[];
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

/** Evaluations across runs. */
export interface EvaluationReader {
  /** Newest first. */
  listEvaluations(query?: EvaluationQuery): Promise<EvaluationPage>;
}

export interface FactsQuery {
  /** Of the runs. */
  readonly filter?: RunFilter;
  /** Only these, by id; then `filter` says nothing. */
  readonly runIds?: readonly string[];
}

export interface SpanFactsQuery extends FactsQuery {
  /** @default all */
  readonly kinds?: readonly SpanKind[];
  /** @default 10000, the most there can be */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Figures across runs. */
export interface FactsReader {
  usageFacts(query?: FactsQuery): Promise<UsageFactsRead>;
  spanFacts(query?: SpanFactsQuery): Promise<SpanFactsPage>;
}

/** What was written since somebody looked last. */
export interface StoreChanges {
  /** Calls back soon after anybody committed, this process or another one. Returns the way to stop. */
  onChange(listener: () => void): () => void;
  /**
   * What changed in a run since `cursor`, or all of it; `undefined` when there is no such run. Reads only what changed. Fold it
   * with `applyChanges`.
   */
  changesSince(traceId: string, cursor?: ChangeCursor): Promise<TraceChanges | undefined>;
}

// ---------------------------------------------------------------------------------------------- steering

export type ControlAction =
  | "stop"
  | "pause"
  | "resume"
  | "approve"
  | "deny"
  /** A message for the agent: `{ id, text, by }`. */
  | "tell"
  /** Other settings from its next step on: `{ id, settings, by }`. */
  | "set"
  /** One tool call is broken off: `{ spanId, by }`. */
  | "cancel";

export interface ControlRequest {
  readonly id: number;
  readonly traceId: string;
  readonly action: ControlAction;
  /** Approvals: `{ spanId, always? }`. */
  readonly argument: Readonly<Record<string, unknown>>;
  readonly requestedAtUs: number;
}

/** What somebody wants of a run, for the process that works on it. */
export interface RunControl {
  requestControl(traceId: string, action: ControlAction, argument?: Record<string, unknown>): Promise<void>;
  /** Requests not yet taken, oldest first; they are taken now. */
  takeControl(traceId: string): Promise<readonly ControlRequest[]>;
}

/** Which queued runs a worker takes. */
export type QueueFilter = Pick<RunFilter, "agent" | "model" | "group" | "user">;

/** Which process works on which run. A claim is renewed by the store itself for as long as the process lives. */
export interface RunLeases {
  /** Claims a run for this process until it is released. `false` when another live process holds it. */
  claimRun(traceId: string): Promise<boolean>;
  /** Claims the oldest queued run that nobody holds; no two processes get the same one. `undefined` when none waits. */
  claimNext(filter?: QueueFilter): Promise<Run | undefined>;
  releaseRun(traceId: string): Promise<void>;
  /** Marks runs whose process died, also before it began, as `interrupted`, and closes their open spans. Returns how many. */
  recoverInterrupted(): Promise<number>;
}

// ---------------------------------------------------------------------------------------------- upkeep

export interface StoreStats {
  readonly schemaVersion: number;
  readonly bytes: number;
  readonly runs: number;
  readonly spans: number;
  readonly messages: number;
  readonly bodies: number;
  /** Bytes of all message bodies before and after compression. */
  readonly bodyBytes: number;
  readonly storedBodyBytes: number;
  readonly unindexedRuns: number;
}

/** What is deleted: runs that have ended, with all that belongs to them. */
export interface Retention {
  /** Runs that ended before this, µs since the epoch. */
  readonly endedBeforeUs: number;
  /** Runs with evaluations stay. @default true */
  readonly keepScored?: boolean;
  /** Counts and deletes nothing. @default false */
  readonly dryRun?: boolean;
}

/** What deleting did. */
export interface Deleted {
  /** Runs that went; with `dryRun` those that would. */
  readonly runs: number;
  /** Bytes in the store that they took and that are free again. */
  readonly freedBytes: number;
  /** Bytes that the store takes less on the disk. */
  readonly returnedBytes: number;
}

export interface StoreAdministration {
  stats(): Promise<StoreStats>;
  /** Problems that a quick look finds, at most a few; empty when all is well. */
  quickCheck(): Promise<readonly string[]>;
  /**
   * Reads everything: bodies hash to their names, message ids follow from the chain, references lead somewhere, no span or
   * snapshot is missing, totals are the sums of the spans, and runs that have ended, evaluations and differences have the digest
   * that they were given. What cannot be read is a problem and ends no check.
   */
  verify(): Promise<VerifyReport>;
  /** Acknowledged writes that the store does not hold any more, as was noticed when it was opened; until they are forgotten. */
  lostWrites(): Promise<readonly LostWrites[]>;
  /** They are not told of any more. */
  forgetLost(): Promise<void>;
  /** A consistent copy while others write; keys from before they were known only if asked for. Never overwrites; throws `AgentOpError`. */
  backupTo(target: string, options?: { readonly withSecrets?: boolean }): Promise<void>;
  /**
   * Deletes old runs, and gives their space back where nobody else has the store open. A run is kept whole with those it handed
   * work to: it goes when all of them may, and in one transaction with them.
   */
  prune(retention: Retention): Promise<Deleted>;
  /** Deletes these runs, all or none; their space is used again. Throws `AgentOpError` when one is at work. */
  deleteRuns(runIds: readonly string[]): Promise<Deleted>;
  /** Brings the search index up to date; it is also done after each run that ends. */
  indexPending(): Promise<void>;
}

export interface TableCopyOptions {
  /** Only these. */
  readonly runIds?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Runs as tables, for other programs. */
export interface TableStore {
  /**
   * Writes `runs`, `spans`, `messages`, `tool_calls`, `memory_snapshots`, `diffs`, `evaluations`, `experiments` and
   * `experiment_results` as ordinary tables of a new SQLite file at `path`, texts whole, all of one moment. A difference comes
   * along when both of its runs do, an experiment when a result of it does. A file that is not
   * finished is the caller's to remove. Throws `AgentOpError`, and the signal's reason when aborted.
   */
  copyTables(path: string, options?: TableCopyOptions): Promise<void>;
}
