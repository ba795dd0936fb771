import {
  AgentOpError,
  type ChangeCursor,
  type ControlAction,
  type ControlRequest,
  type CostKey,
  type CostRow,
  type Deleted,
  type DurableEvent,
  type EndpointNote,
  type EvaluationPage,
  type EvaluationQuery,
  type FactsQuery,
  type Host,
  lostSentence,
  type LostWrites,
  NO_SECRETS,
  nowUs,
  type PartialOutput,
  type QueueFilter,
  type Redactor,
  type Retention,
  type Run,
  type RunFilter,
  type RunPage,
  type RunPrefix,
  type RunsQuery,
  type RunSummary,
  type SpanFactsPage,
  type SpanFactsQuery,
  type Store,
  type StoredDiff,
  type StoredMessage,
  type StoreStats,
  type TableCopyOptions,
  type Trace,
  type TraceChanges,
  type TreeTotals,
  type UsageFactsRead,
  type VerifyReport,
  type WriteOptions,
} from "../core/mod.ts";
import { changesSince } from "./changes.ts";
import { bytes } from "./codec.ts";
import type { AskedOf } from "./conditions.ts";
import { ControlRequests } from "./control.ts";
import { endpointNotes, saveEndpointNote } from "./endpoints.ts";
import type { Engine } from "./engine.ts";
import { listEvaluations } from "./evaluations.ts";
import { spanFacts, usageFacts } from "./facts.ts";
import { childRuns, diffsOf, forksOf, saveDiff, treeTotals, withHandOffs } from "./families.ts";
import { holdsOf } from "./budgets.ts";
import { interruption } from "./interrupted.ts";
import { type Apart, BUSY_RUNS, Journal, type OtherWork, type RunsAtOnce } from "./journal.ts";
import { Leases } from "./leases.ts";
import { clearPartials, partialsOf } from "./partials.ts";
import { costBy, countRuns, listRuns, resolveRun } from "./queries.ts";
import { holdsSecrets } from "./old_secrets.ts";
import { loadMessages, loadTrace, runsOf } from "./reader.ts";
import { ReceivedTables } from "./received_tables.ts";
import { deleteRuns, prune } from "./retention.ts";
import { countRows } from "./stats.ts";
import { summarizeRuns } from "./summary.ts";
import { verify } from "./verify.ts";

const INDEX_SLICE = 64;
const INDEX_BUSY_MS = 500;
const QUICK_PROBLEMS_MAX = 3;

/**
 * A store in a SQL database. One per process: writes of all its runs share transactions. Secrets are neither written nor read:
 * an older version or another program may have left some in it.
 */
export class SqlStore extends ReceivedTables implements Store {
  readonly #engine: Engine;
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #leases: Leases;
  readonly #control: ControlRequests;
  readonly #redactor: Redactor;
  #indexing: Promise<void> | undefined;
  #closed = false;
  readonly #closing = new AbortController();

  constructor(engine: Engine, host: Host, redactor: Redactor = NO_SECRETS) {
    super(engine, host, redactor);
    this.#engine = engine;
    this.#redactor = redactor;
    this.#host = host;
    this.#leases = new Leases(engine.db, engine.owners);
    this.#control = new ControlRequests(engine.db, engine.signal);
    this.#journal = new Journal(engine.db, {
      host,
      runsAtWork: () => this.#leases.count,
      checkIsThere: () => engine.checkIsThere(),
      leaveFlush: () => engine.leaveFlush(),
      flushed: () => engine.flushed(),
      ownerOf: (traceId) => this.#leases.ownerOf(traceId),
      toStoreError: (error) => engine.toStoreError("write to", error),
      acknowledge: (seq, traceId) => engine.acknowledged.note(seq, traceId),
      onCommit: (ended, isNews) => {
        engine.signal.announce();
        if (isNews) engine.onNews();
        this.#leases.forget(ended);
        if (ended.length > 0) this.#indexSoon();
      },
    });
  }

  // -------------------------------------------------------------------------------------------- writing

  async write(events: readonly DurableEvent[], { claim = false }: WriteOptions = {}): Promise<void> {
    const safe = this.#redactor.value(events);
    if (!claim) return await this.#journal.write(safe);
    const begun = safe.flatMap((event) => event.type === "run_start" ? [event.run.traceId] : []);
    await this.#claiming(begun, () => this.#control.begin(begun, () => this.#journal.write(safe)));
  }

  async writePartial(partial: PartialOutput): Promise<void> {
    await this.#use(() => this.#engine.writePartial(this.#redactor.value(partial)));
    this.#engine.signal.announce();
  }

  async forkRun(
    run: Run,
    source: RunPrefix,
    events: readonly DurableEvent[] = [],
    { claim = false }: WriteOptions = {},
  ): Promise<void> {
    const safe = this.#redactor.value({ run, events });
    await this.#claiming(claim ? [run.traceId] : [], () => this.#journal.fork(safe.run, source, safe.events));
  }

  async #claiming(traceIds: readonly string[], write: () => Promise<void>): Promise<void> {
    if (traceIds.length > 0) await this.#use(() => this.#leases.begin(traceIds));
    try {
      await write();
    } catch (error) {
      this.#leases.forget(traceIds);
      throw error;
    }
  }

  async saveEndpointNote(note: EndpointNote): Promise<void> {
    await this.#use((db) => saveEndpointNote(db, this.#redactor.value(note)));
  }

  async saveDiff(diff: StoredDiff): Promise<void> {
    await this.#use((db) => saveDiff(db, this.#redactor.value(diff)));
    this.#engine.signal.announce();
  }

  // -------------------------------------------------------------------------------------------- reading

  async listRuns(query: RunsQuery = {}): Promise<RunPage> {
    return await this.#use((db) => listRuns(db, this.#asked(), query));
  }

  async endpointNotes(): Promise<readonly EndpointNote[]> {
    return await this.#use((db) => endpointNotes(db));
  }

  async countRuns(filter?: RunFilter): Promise<number> {
    return await this.#use((db) => countRuns(db, this.#asked(), filter));
  }

  async summarizeRuns(filter?: RunFilter): Promise<RunSummary> {
    return await this.#use((db) => summarizeRuns(db, this.#asked(), filter));
  }

  async resolveRun(reference: string): Promise<Run> {
    return await this.#use((db) => resolveRun(db, reference));
  }

  async getRun(traceId: string): Promise<Run | undefined> {
    return await this.#use(async (db) => {
      const rows = await db.selectFrom("run").selectAll().where("trace_id", "=", bytes(traceId)).execute();
      return (await runsOf(db, rows))[0];
    });
  }

  async childRuns(runId: string): Promise<readonly Run[]> {
    return await this.#use((db) => childRuns(db, runId));
  }

  async withHandOffs(runIds: readonly string[]): Promise<readonly Run[]> {
    return await this.#use((db) => withHandOffs(db, runIds));
  }

  async treeTotals(runId: string): Promise<TreeTotals> {
    return await this.#use((db) => treeTotals(db, runId));
  }

  async forksOf(runIds: readonly string[]): Promise<readonly Run[]> {
    return await this.#use((db) => forksOf(db, runIds));
  }

  async loadTrace(traceId: string): Promise<Trace> {
    return await this.#use((db) => loadTrace(db, traceId));
  }

  async loadMessages(traceId: string): Promise<readonly StoredMessage[]> {
    return await this.#use((db) => loadMessages(db, traceId));
  }

  async costBy(key: CostKey, filter?: RunFilter, timeZone?: string): Promise<readonly CostRow[]> {
    return await this.#use((db) => costBy(db, this.#asked(), key, filter, timeZone));
  }

  async partials(traceId: string): Promise<readonly PartialOutput[]> {
    return await this.#use((db) => partialsOf(db, traceId));
  }

  async diffsOf(runId: string): Promise<readonly StoredDiff[]> {
    return await this.#use((db) => diffsOf(db, runId));
  }

  async listEvaluations(query: EvaluationQuery = {}): Promise<EvaluationPage> {
    return await this.#use((db) => listEvaluations(db, this.#asked(), query));
  }

  async usageFacts(query?: FactsQuery): Promise<UsageFactsRead> {
    return await this.#use((db) => usageFacts(db, this.#asked(), query));
  }

  async spanFacts(query?: SpanFactsQuery): Promise<SpanFactsPage> {
    return await this.#use((db) => spanFacts(db, this.#asked(), query));
  }

  onChange(listener: () => void): () => void {
    return this.#engine.signal.listen(listener);
  }

  async changesSince(traceId: string, cursor?: ChangeCursor): Promise<TraceChanges | undefined> {
    return await this.#use((db) => changesSince(db, traceId, cursor));
  }

  // -------------------------------------------------------------------------------------------- steering

  async requestControl(
    traceId: string,
    action: ControlAction,
    argument: Record<string, unknown> = {},
  ): Promise<void> {
    const requestedAtUs = nowUs(this.#host);
    const request = this.#redactor.value({ traceId, action, argument, requestedAtUs });
    await this.#use(() => this.#control.request(request));
    this.#engine.signal.announce();
  }

  async takeControl(traceId: string): Promise<readonly ControlRequest[]> {
    return await this.#use(() => this.#control.take(traceId));
  }

  async claimRun(traceId: string): Promise<boolean> {
    return await this.#use(() => this.#leases.claim(traceId));
  }

  async claimNext(filter: QueueFilter = {}): Promise<Run | undefined> {
    const traceId = await this.#use(() => this.#leases.claimNext(filter));
    return traceId === undefined ? undefined : await this.getRun(traceId);
  }

  async releaseRun(traceId: string): Promise<void> {
    this.#control.forget(traceId);
    await this.#use(() => this.#leases.release(traceId));
  }

  override async recoverInterrupted(): Promise<number> {
    return await this.#use((db) =>
      this.#leases.recover(async (traceId, seenUs) => {
        const partials = await partialsOf(db, traceId);
        const held = await holdsOf(db, traceId);
        await this.write(interruption(await loadTrace(db, traceId), { partials, held, seenUs }));
        await clearPartials(db, traceId);
      })
    );
  }

  // -------------------------------------------------------------------------------------------- upkeep

  async stats(): Promise<StoreStats> {
    const { schemaVersion, upkeep } = this.#engine;
    return await this.#use(async (db) => ({
      schemaVersion,
      bytes: await upkeep.sizeBytes(),
      ...(await countRows(db)),
    }));
  }

  async quickCheck(): Promise<readonly string[]> {
    return await this.#use(() => this.#engine.upkeep.problems(QUICK_PROBLEMS_MAX, "quick"));
  }

  async verify(): Promise<VerifyReport> {
    const lost = (await this.lostWrites()).map(lostSentence);
    return await this.#use((db) => verify(db, this.#engine.upkeep, lost));
  }

  async lostWrites(): Promise<readonly LostWrites[]> {
    return await this.#use(() => this.#engine.acknowledged.lost());
  }

  async forgetLost(): Promise<void> {
    await this.#use(() => this.#engine.acknowledged.forget());
  }

  async backupTo(target: string, { withSecrets = false } = {}): Promise<void> {
    if (!withSecrets && await this.#use((db) => holdsSecrets(db, this.#redactor))) {
      throw new AgentOpError(
        `Cannot back up to ${target}: the store holds a key from before it was known, and so would the copy`,
        { remedy: "agentop db backup FILE --with-secrets, or delete the runs that hold it" },
      );
    }
    await this.#use(() => this.#engine.upkeep.backupTo(target));
  }

  async copyTables(target: string, options: TableCopyOptions = {}): Promise<void> {
    const redact = this.#redactor.isIdle ? {} : { redact: (text: string) => this.#redactor.text(text) };
    await this.#use(() => this.#engine.upkeep.copyTables(target, { ...options, ...redact }));
  }

  async prune(retention: Retention): Promise<Deleted> {
    return await this.#deleting(async (db) => {
      const runs = await prune(db, this.#engine.search, retention);
      if (!retention.dryRun) this.#engine.upkeep.giveBack();
      return runs;
    });
  }

  async deleteRuns(runIds: readonly string[]): Promise<Deleted> {
    return await this.#deleting((db) => deleteRuns(db, this.#engine.search, runIds));
  }

  async #deleting(work: (db: Engine["db"]) => Promise<number>): Promise<Deleted> {
    await this.#indexing;
    const deleted = await this.#use(async (db) => {
      const before = await this.#engine.upkeep.space();
      const runs = await work(db);
      const after = await this.#engine.upkeep.space();
      return {
        runs,
        freedBytes: Math.max(0, before.usedBytes - after.usedBytes),
        returnedBytes: Math.max(0, before.diskBytes - after.diskBytes),
      };
    });
    this.#engine.signal.announce();
    return deleted;
  }

  async indexPending(): Promise<void> {
    while (await this.#use(() => this.#engine.search.indexPending(INDEX_SLICE)) === INDEX_SLICE);
  }

  #indexSoon(): void {
    this.#indexing ??= (async () => {
      try {
        // Each slice is a flush to disk: many runs at work share some.
        if (this.#leases.count >= BUSY_RUNS) await this.#host.sleep(INDEX_BUSY_MS, this.#closing.signal);
        while (!this.#closed && await this.#engine.search.indexPending(INDEX_SLICE) === INDEX_SLICE);
      } catch { /* the index is rebuilt from the rows: search reads unindexed runs directly until then */ }
      this.#indexing = undefined;
    })();
  }

  #asked(): AskedOf {
    return { search: this.#engine.search, nowUs: nowUs(this.#host) };
  }

  protected override async commit(events: readonly DurableEvent[], also: OtherWork): Promise<void> {
    await this.#journal.write(events, also);
    this.#indexSoon(); // a run that was judged while it was read for the index is read again
  }

  protected override async apart<T>(runs: RunsAtOnce, work: Apart<T>): Promise<T> {
    let result: T;
    const write = async () => void (result = await this.#journal.apart(runs, work));
    await this.#claiming(runs.live, write);
    return result!;
  }

  /** Whatever the database throws becomes the store's error. */
  async #use<T>(work: (db: Engine["db"]) => Promise<T>): Promise<T> {
    try {
      return this.#redactor.value(await work(this.#engine.db));
    } catch (error) {
      throw this.#redactor.error(this.#engine.toStoreError("use", error));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closing.abort();
    await this.#journal.settled();
    this.#closed = true;
    await this.#indexing;
    await this.#leases.releaseAll();
    await this.#engine.close();
  }
}
