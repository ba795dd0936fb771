import {
  type Host,
  isLive,
  nowUs,
  type PriceBook,
  type ReceivedStore,
  type Reception,
  type Redactor,
  type Trace,
} from "../../core/mod.ts";
import {
  canonicalSpans,
  type PartialSuccess,
  READING_VERSION,
  type ScopeLogs,
  type ScopeSpans,
} from "../../otlp/mod.ts";
import { IngestBusyError } from "./busy_error.ts";
import { grown, type KnownTrace, KnownTraces } from "./known_traces.ts";
import { type Delivery, type Packed, type Sorted, sortLogs, sortSpans } from "./sorted.ts";

/** Waiting for the store, in bytes of protobuf; what comes then is to come again. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
/** Spans and log records written in one transaction: others wait for it. */
const BATCH_MAX = 4096;
/** A trace of fewer is read anew with everything that comes; a larger one when it has grown by a part of itself. */
const READ_AT_ONCE_MAX = 256;
const GROWTH_MIN = 0.25;
/** Another process may write the same trace meanwhile, and once more. */
const TRIES_MAX = 5;
/** Nothing came of a trace for so long: its root will not come, and what is open will not end. */
const QUIET_MS = 60_000;
const CHECK_MS = 2_000;
const UNREAD_PER_CHECK = 64;
/** Of what waits together: more is put on the disk first, and read into its runs when there is time. */
const PRESSED_BYTES = 1024 * 1024;
/** There is time when no more than that has come for so long, */
const CALM_MS = 200;
/** and so often in any case, for one run. */
const READ_ANYWAY_MS = 500;
/** At its end it reads what it left unread for so long; the rest is for who comes next. */
const CLOSE_READ_MS = 3_000;

export interface IngestServices {
  readonly store: ReceivedStore;
  readonly host: Host;
  readonly redactor: Redactor;
  readonly prices: PriceBook & { prepare(models: readonly string[]): Promise<void> };
}

export interface IngestOptions {
  /** Nothing more of these traces is expected, as in a file. @default false */
  readonly isSettled?: boolean;
}

interface Waiting {
  readonly deliveries: readonly Delivery[];
  readonly bytes: number;
  readonly resolve: (refused: readonly string[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes in what other programs tell of their runs. What came is on the disk when a call resolves, and the run that it belongs to is
 * read from all of it: whatever order it comes in, however often, also after the run has ended.
 */
export class Ingest implements AsyncDisposable {
  readonly #services: IngestServices;
  readonly #isSettled: boolean;
  readonly #known: KnownTraces;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #draining: Promise<void> | undefined;
  #watching: Promise<void> | undefined;
  readonly #closing = new AbortController();
  readonly #models = new Set<string>();
  /** Traces that this one has left unread or open. */
  readonly #later = new Set<string>();
  #spans = 0;
  /** When more came than could be read. */
  #pressedMs = -Infinity;
  #isBehind = false;
  #wake = new AbortController();

  constructor(services: IngestServices, { isSettled = false }: IngestOptions = {}) {
    this.#services = services;
    this.#isSettled = isSettled;
    this.#known = new KnownTraces(services.store);
  }

  /** Spans and log records taken so far. */
  get taken(): number {
    return this.#spans;
  }

  /** Resolves when all is on the disk, with what was not taken. Throws `IngestBusyError` and `StoreError`. */
  async spans(sent: readonly ScopeSpans[], came?: Packed): Promise<PartialSuccess | undefined> {
    return await this.#take(sortSpans(sent, this.#services.redactor, came));
  }

  /** The same for log records, which belong to spans. */
  async logs(sent: readonly ScopeLogs[]): Promise<PartialSuccess | undefined> {
    return await this.#take(sortLogs(sent, this.#services.redactor));
  }

  async #take({ deliveries, rejected, reason }: Sorted): Promise<PartialSuccess | undefined> {
    const bytes = deliveries.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > WAITING_BYTES_MAX) throw new IngestBusyError();
    const refused = deliveries.length === 0 ? [] : await new Promise<readonly string[]>((resolve, reject) => {
      this.#waiting.push({ deliveries, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#draining ??= this.#drain();
    });
    this.#spans += deliveries.reduce((sum, it) => sum + it.count, 0);
    const foreign = deliveries.filter(({ traceId }) => refused.includes(traceId));
    const count = rejected + foreign.reduce((sum, it) => sum + it.count, 0);
    if (count === 0) return undefined;
    const why = [
      ...(reason === undefined ? [] : [reason]),
      ...(foreign.length === 0 ? [] : ["spans of runs that were not received over OpenTelemetry"]),
    ];
    return { rejected: count, message: `Cannot take ${count} of them: ${why.join("; ")}` };
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      await this.#answer(batch);
      this.#waitingBytes -= batch.reduce((sum, it) => sum + it.bytes, 0);
    }
    this.#draining = undefined;
  }

  /** What is wrong with one delivery must not fail its neighbours: then each is written on its own. */
  async #answer(batch: readonly Waiting[]): Promise<void> {
    try {
      const refused = await this.#write(batch.flatMap((it) => it.deliveries));
      for (const { resolve } of batch) resolve(refused);
    } catch (error) {
      for (const { deliveries } of batch) for (const { traceId } of deliveries) this.#known.forget(traceId);
      if (batch.length === 1) return batch[0]!.reject(error);
      for (const one of batch) await this.#answer([one]);
    }
  }

  #nextBatch(): Waiting[] {
    let count = 0;
    let length = 0;
    for (const { deliveries } of this.#waiting) {
      count += deliveries.reduce((sum, it) => sum + it.count, 0);
      if (length > 0 && count > BATCH_MAX) break;
      length++;
    }
    return this.#waiting.splice(0, length);
  }

  /** Returns the traces that are not to be written. */
  async #write(deliveries: readonly Delivery[]): Promise<readonly string[]> {
    const byTrace = Map.groupBy(deliveries, ({ traceId }) => traceId);
    const bytes = deliveries.reduce((sum, { data }) => sum + data.length, 0);
    if (!this.#isSettled && this.#isPressed(bytes)) return await this.#keep(byTrace);
    const refused: string[] = [];
    let left = byTrace;
    for (let tries = 0; left.size > 0; tries++) {
      if (tries === TRIES_MAX) throw new IngestBusyError();
      const ready: (readonly [Reception, KnownTrace])[] = [];
      for (const [traceId, own] of left) ready.push(await this.#reception(traceId, own));
      const report = await this.#services.store.receive(ready.map(([reception]) => reception));
      refused.push(...report.refused);
      const outdated = new Set(report.outdated);
      const lost = new Set([...outdated, ...report.refused]);
      for (const [reception, known] of ready) this.#settle(reception, known, lost.has(reception.traceId));
      left = new Map([...left].filter(([traceId]) => outdated.has(traceId)));
    }
    return refused;
  }

  /** More comes, or has just come, than can be read as fast. */
  #isPressed(bytes: number): boolean {
    const nowMs = this.#services.host.now();
    const isPressed = bytes > PRESSED_BYTES || nowMs - this.#pressedMs < CALM_MS;
    if (bytes > PRESSED_BYTES) this.#pressedMs = nowMs;
    return isPressed;
  }

  /** Puts them on the disk as they are; their runs are read from there. Whoever sends faster than can be read waits for no reading. */
  async #keep(byTrace: ReadonlyMap<string, readonly Delivery[]>): Promise<readonly string[]> {
    const { refused } = await this.#services.store.receive(
      Array.from(byTrace, ([traceId, own]) => ({
        traceId,
        parts: own.map(({ signal, data, gzip }) => ({ signal, data, ...(gzip ? { gzip } : {}) })),
        readingVersion: READING_VERSION,
      })),
    );
    for (const traceId of byTrace.keys()) this.#known.forget(traceId);
    this.#isBehind = true;
    this.#wake.abort();
    return refused;
  }

  async #reception(
    traceId: string,
    deliveries: readonly Delivery[],
    isSettled = this.#isSettled,
  ): Promise<readonly [Reception, KnownTrace]> {
    const before = await this.#known.load(traceId);
    const known = deliveries.reduce((known, delivery) => grown(known, delivery), before);
    const { count, unread } = known;
    const isDue = deliveries.length === 0 || isSettled || count <= READ_AT_ONCE_MAX ||
      unread >= count * GROWTH_MIN;
    const trace = isDue && known.spans.length > 0 ? await this.#read(known, isSettled) : undefined;
    const reception: Reception = {
      traceId,
      parts: deliveries.map(({ signal, data }) => ({ signal, data })),
      basis: before.parts,
      readingVersion: READING_VERSION,
      ...(trace ? { trace } : {}),
    };
    return [reception, trace ? { ...known, unread: 0 } : known];
  }

  /** What nobody asked the price of yet is looked up first: the price book loads what it needs. */
  async #read({ spans, logs }: KnownTrace, isSettled: boolean): Promise<Trace | undefined> {
    const { prices } = this.#services;
    const asked = new Set<string>();
    const read = () =>
      canonicalSpans(spans, logs, {
        isSettled,
        prices: {
          price: (call) => {
            for (const model of [call.model, call.answeredBy]) {
              if (model !== undefined && !this.#models.has(model)) asked.add(model);
            }
            return prices.price(call);
          },
        },
      })[0];
    const trace = read();
    if (asked.size === 0) return trace;
    await prices.prepare([...asked]);
    for (const model of asked) this.#models.add(model);
    return read();
  }

  #settle({ traceId, parts, trace }: Reception, known: KnownTrace, isLost: boolean): void {
    this.#known.forget(traceId);
    this.#later.delete(traceId);
    if (isLost || trace && !isLive(trace.run.status)) return;
    this.#later.add(traceId);
    // Where a part was kept already there are fewer: the store says so, and how many there are is asked again.
    this.#known.keep(traceId, { ...known, parts: known.parts + parts.length });
  }

  /**
   * From now on it also reads what was left unread, by a process that died too, and settles what has gone quiet. Trouble with that is
   * tried again.
   */
  watch(onTrouble: (error: unknown) => void): void {
    this.#watching ??= this.#watch(onTrouble);
  }

  async #watch(onTrouble: (error: unknown) => void): Promise<void> {
    const { store, host } = this.#services;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      try {
        const isMore = await this.#readBehind(signal);
        await this.readAgain(await store.quietRuns(nowUs(host) - QUIET_MS * 1000), { isSettled: true });
        if (isMore) continue;
      } catch (error) {
        onTrouble(error);
      }
      await host.sleep(CHECK_MS, AbortSignal.any([signal, this.#wake.signal])).catch(() => {});
    }
  }

  /** Reads runs that wait for it, one after the other, while there is time. Returns whether there may be more. */
  async #readBehind(signal: AbortSignal): Promise<boolean> {
    const unread = await this.#services.store.unreadRuns(UNREAD_PER_CHECK);
    for (const traceId of unread) {
      await this.#calm(signal);
      if (signal.aborted) return false;
      await this.readAgain([traceId]);
    }
    return unread.length === UNREAD_PER_CHECK;
  }

  async #calm(signal: AbortSignal): Promise<void> {
    const { host } = this.#services;
    const fromMs = host.now();
    const isPressed = () =>
      (this.#draining !== undefined || host.now() - this.#pressedMs < CALM_MS) &&
      host.now() - fromMs < READ_ANYWAY_MS;
    while (!signal.aborted && isPressed()) await host.sleep(CALM_MS, signal).catch(() => {});
  }

  /** Reads these again from all that was received of them. Returns how many there were to read. */
  async readAgain(
    traceIds: readonly string[],
    { isSettled = this.#isSettled }: IngestOptions = {},
  ): Promise<number> {
    let count = 0;
    for (const traceId of traceIds) {
      await this.#draining;
      this.#known.forget(traceId);
      const [reception, known] = await this.#reception(traceId, [], isSettled);
      if (known.parts === 0) continue;
      const { outdated } = await this.#services.store.receive([reception]);
      this.#settle(reception, known, outdated.length > 0);
      count++;
    }
    return count;
  }

  /** Reads all that was received again where it was not read as it would be now; `all`: wherever. Returns how many runs. */
  async recanonicalise({ all = false }: { readonly all?: boolean } = {}): Promise<number> {
    let count = 0;
    let after: string | undefined;
    for (;;) {
      const page = await this.#services.store.receivedRuns(UNREAD_PER_CHECK, after);
      for (const { traceId, readingVersion } of page) {
        if (!all && readingVersion === READING_VERSION) continue;
        const { run } = await this.#services.store.receivedOf(traceId);
        count += await this.readAgain([traceId], { isSettled: run !== undefined && !isLive(run.status) });
      }
      after = page.at(-1)?.traceId;
      if (page.length < UNREAD_PER_CHECK) return count;
    }
  }

  /** Ends what it was waiting for: nothing more comes here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    await this.#draining;
    await this.readAgain([...this.#later], { isSettled: true });
    if (this.#isBehind) await this.#readLeft();
  }

  /** What came faster than it could be read. */
  async #readLeft(): Promise<void> {
    const { store, host } = this.#services;
    const untilMs = host.now() + CLOSE_READ_MS;
    for (;;) {
      const unread = await store.unreadRuns(UNREAD_PER_CHECK);
      for (const traceId of unread) {
        if (host.now() > untilMs) return;
        await this.readAgain([traceId], { isSettled: true });
      }
      if (unread.length < UNREAD_PER_CHECK) return;
    }
  }
}
