import { PartialWriter } from "../../agent/mod.ts";
import {
  ATTR,
  type DurableEvent,
  messageOf,
  nowUs,
  type Span,
  type SpanEnd,
  type Store,
  textOf,
  totalTokens,
} from "../../core/mod.ts";
import { proxiedCost } from "./proxied_cost.ts";
import { reserveProxied, type SpendServices } from "./proxied_spend.ts";
import {
  attemptEnd,
  attemptSpan,
  type CallOrigin,
  callSpan,
  type OpenRun,
  openRun,
  toolSpans,
} from "./run_spans.ts";
import { Together } from "./together.ts";
import {
  conversationHashes,
  conversationKey,
  placesOf,
  type ProxiedAnswer,
  type ProxiedRequest,
  waitingIn,
} from "./wire_chat.ts";

/** Conversations that a next request may go on from; those that were left longest ago are forgotten. */
const CONVERSATIONS_MAX = 10_000;
/** A run whose program does not come back with the results of its tools has ended. */
const IDLE_MS = 600_000;
/** How often those are looked for: all that are known are looked at. */
const SWEEP_MS = 60_000;
const UNREAD = "unread";

export interface ProxiedCallsOptions extends SpendServices {
  readonly store: Store;
  /** Trouble that no call fails for. */
  readonly onNote?: (note: string) => void;
}

/** How a call that was not answered ended. */
export interface CallFailure {
  readonly errorType: string;
  readonly message: string;
  readonly statusCode?: number;
  /** False for a call that never went on: nothing is paid. @default true */
  readonly isSent?: boolean;
}

/** One call on its way through. */
export interface ProxiedCall {
  readonly traceId: string;
  readonly runId: string;
  /** Sets aside what it can cost, where there is a budget, and puts that on record; before it goes on. Throws `SharedBudgetError`. */
  reserve(): Promise<void>;
  /** Text that has just passed. */
  told(text: string): void;
  answered(answer: ProxiedAnswer, isRecorded?: boolean): void;
  failed(failure: CallFailure, sofar?: ProxiedAnswer): void;
}

/**
 * Makes runs out of model calls that other programs send through: calls that go on from the same conversation are steps of one run,
 * with the results of its tools between them. Nothing here holds a call up: what cannot be stored is noted, and the answer passes.
 */
export class ProxiedCalls implements AsyncDisposable {
  readonly #options: ProxiedCallsOptions;
  readonly #partials: PartialWriter;
  readonly #byKey = new Map<string, OpenRun>();
  /** By the hash of what has been said in them. */
  readonly #byConversation = new Map<string, OpenRun>();
  readonly #written: Together;
  #hasFailed = false;
  #sweptMs = 0;

  constructor(options: ProxiedCallsOptions) {
    this.#options = options;
    this.#partials = new PartialWriter(options.store, options.host);
    this.#written = new Together((events) => this.#write(events), (error) => this.#failedToWrite(error));
  }

  begin(asked: ProxiedRequest, origin: CallOrigin): ProxiedCall {
    const { host } = this.#options;
    const hashes = placesOf(asked, origin.caller);
    const found = this.#find(hashes, origin, asked);
    const request = found ? goneOn(asked, found) : asked;
    const open = found ?? this.#start(request, origin);
    if (origin.runKey !== undefined) this.#byKey.set(keyOf(origin, origin.runKey), open);
    const events: DurableEvent[] = open.isEnded ? this.#reopen(open) : [];
    events.push(...toolSpans(open, request.messages, host));
    open.touchedMs = host.now();
    open.calls++;
    const span = callSpan(open, request, origin, host);
    events.push({ type: "span_start", span });
    const begun = this.#written.add(events);
    const startMs = host.now();
    let firstMs: number | undefined;
    let isDone = false;
    let attempt: Span | undefined;
    const done = (work: (end: SpanEndBase, firstChunkMs: number | undefined) => Ended) => {
      if (isDone) return;
      isDone = true;
      const end = {
        type: "span_end",
        traceId: span.traceId,
        spanId: span.spanId,
        endTimeUs: nowUs(host),
      } as const;
      const { spanEnd, then } = this.#ended(open, end, () => work(end, firstMs));
      void this.#written.add(async () => {
        const ended = await spanEnd().catch((error) => unreadSpan(end, error));
        return [...(attempt ? [attemptEnd(attempt, ended)] : []), ended, ...then];
      });
    };
    return {
      traceId: open.run.traceId,
      runId: open.run.runId,
      reserve: async () => {
        if (!await this.isBudgeted()) return;
        await begun; // money is set aside for what is on record
        const reservedUsd = await reserveProxied(this.#options, request, span);
        if (reservedUsd === null) return;
        const sent = attemptSpan(span, host);
        const attributes = { ...span.attributes, [ATTR.reservedUsd]: reservedUsd };
        await this.#write([
          { type: "span_start", span: { ...span, attributes } },
          { type: "span_start", span: sent },
        ]);
        attempt = sent;
      },
      told: (text) => {
        firstMs ??= host.now() - startMs;
        this.#partials.listen({
          type: "delta",
          traceId: span.traceId,
          spanId: span.spanId,
          channel: "text",
          text,
        });
      },
      answered: (answer, isRecorded = false) =>
        done((end, first) =>
          this.#answered(open, { request, answer, end, first, hashes, isRecorded, caller: origin.caller })
        ),
      failed: (failure, sofar) => done((end) => this.#failed(open, { request, failure, sofar, end, hashes })),
    };
  }

  /** Whether what calls can cost is held against any budget. */
  async isBudgeted(): Promise<boolean> {
    return await this.#options.store.isBudgeted().catch(() => false);
  }

  /** Resolves when all that was said by now is written. */
  async written(): Promise<void> {
    await this.#written.add([]);
  }

  /** Resolves when everything that has passed is written. */
  async settled(): Promise<void> {
    await this.#written.settled();
  }

  /** Runs that wait for nobody end; everything is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweep(Infinity);
    await this.#written.settled();
    this.#partials.close();
  }

  #find(hashes: readonly string[], origin: CallOrigin, { kept }: ProxiedRequest): OpenRun | undefined {
    this.#sweep(this.#options.host.now());
    if (origin.runKey !== undefined) return this.#byKey.get(keyOf(origin, origin.runKey));
    for (const hash of hashes.toReversed()) {
      const open = this.#byConversation.get(hash);
      if (!open) continue;
      if (!kept) this.#byConversation.delete(hash); // another one may begin alike
      return open;
    }
    return undefined;
  }

  #start(request: ProxiedRequest, origin: CallOrigin): OpenRun {
    const open = openRun(request, origin, this.#options.host);
    void this.#written.add([{ type: "run_start", run: open.run }, { type: "span_start", span: open.root }]);
    return open;
  }

  /** The conversation goes on after its answer. */
  #reopen(open: OpenRun): DurableEvent[] {
    open.isEnded = false;
    return [
      {
        type: "run_update",
        traceId: open.run.traceId,
        change: { status: "running", endTimeUs: null, error: null },
      },
      { type: "span_start", span: open.root },
    ];
  }

  /** What follows from a call is known at once: the next request may come before it is written. One that cannot be read harms no other. */
  #ended(open: OpenRun, end: SpanEndBase, work: () => Ended): Ended {
    open.calls--;
    try {
      return work();
    } catch (error) {
      const message = messageOf(error);
      return {
        spanEnd: () => Promise.resolve(unreadSpan(end, error)),
        then: open.calls === 0 && !open.isEnded
          ? this.#ending(open, end.endTimeUs, { status: "failed", error: { type: UNREAD, message } })
          : [],
      };
    }
  }

  #answered(
    open: OpenRun,
    { request, answer, end, first, hashes, isRecorded, caller }: Answered,
  ): Ended {
    const { message, usage, responseModel, responseId, finishReason, conversationId } = answer;
    const calls = message ? waitingIn(message) : [];
    for (const call of calls) open.pending.set(call.id, { call, sinceUs: end.endTimeUs });
    if (request.kept) {
      const id = conversationId ?? request.kept.conversationId;
      if (id !== undefined) this.#remember(conversationKey(caller, id), open);
      if (usage) open.last = { model: responseModel ?? request.model, tokens: totalTokens(usage) };
    } else if (message && !request.units) {
      this.#remember(conversationHashes([...request.messages, message], caller).at(-1)!, open);
    } else if (hashes.length > 0) this.#remember(hashes.at(-1)!, open);
    return {
      spanEnd: async () => ({
        ...end,
        ...(isRecorded
          ? { cost: { usd: 0, quantities: {} }, attributes: { [ATTR.modelSource]: "recorded" } }
          : await proxiedCost(this.#options, request, answer)),
        status: "ok",
        ...(responseModel === undefined ? {} : { responseModel }),
        ...(responseId === undefined ? {} : { responseId }),
        ...(finishReason === undefined ? {} : { finishReasons: [finishReason] }),
        ...(first === undefined ? {} : { timeToFirstChunkMs: first }),
        ...(usage ? { usage } : {}),
        ...(message ? { outputMessages: [message] } : {}),
      }),
      then: calls.length === 0 && open.calls === 0
        ? this.#ending(open, end.endTimeUs, {
          status: "completed",
          ...(message ? { output: textOf(message) } : {}),
          finishReason: finishReason ?? null,
        })
        : [],
    };
  }

  /** A program that tries again sends the same conversation: it is a further step. */
  #failed(open: OpenRun, { request, failure, sofar, end, hashes }: Failed): Ended {
    const { errorType, message, statusCode, isSent = true } = failure;
    const isRefused = statusCode !== undefined && statusCode >= 400;
    const isLost = isSent && !isRefused;
    if (hashes.length > 0) this.#remember(hashes.at(-1)!, open);
    return {
      spanEnd: async () => {
        const { cost, attributes } = isLost
          ? await proxiedCost(this.#options, request, sofar ?? {}, false)
          : {};
        const said = {
          ...attributes,
          ...(statusCode === undefined ? {} : { [ATTR.statusCode]: statusCode }),
        };
        return {
          ...end,
          status: "error",
          errorType,
          errorMessage: message,
          ...(sofar?.usage ? { usage: sofar.usage } : {}),
          ...(cost ? { cost } : {}),
          ...(sofar?.message ? { outputMessages: [sofar.message] } : {}),
          ...(Object.keys(said).length > 0 ? { attributes: said } : {}),
        };
      },
      then: open.calls === 0
        ? this.#ending(open, end.endTimeUs, { status: "failed", error: { type: errorType, message } })
        : [],
    };
  }

  #ending(
    open: OpenRun,
    endTimeUs: number,
    change: Extract<DurableEvent, { type: "run_update" }>["change"],
  ): DurableEvent[] {
    open.isEnded = true;
    const { traceId } = open.run;
    const status = change.status === "completed"
      ? "ok"
      : change.status === "failed"
      ? "error"
      : "interrupted";
    return [
      { type: "span_end", traceId, spanId: open.root.spanId, endTimeUs, status },
      { type: "run_update", traceId, change: { ...change, endTimeUs } },
    ];
  }

  #remember(hash: string, open: OpenRun): void {
    this.#byConversation.delete(hash);
    this.#byConversation.set(hash, open);
    if (this.#byConversation.size > CONVERSATIONS_MAX) {
      this.#byConversation.delete(this.#byConversation.keys().next().value!);
    }
  }

  /** Runs that nobody has gone on with for long, or at all at the end. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    const isLeft = (open: OpenRun) => open.calls === 0 && nowMs - open.touchedMs > IDLE_MS;
    const left = new Set([...this.#byConversation.values(), ...this.#byKey.values()].filter(isLeft));
    if (left.size === 0) return;
    for (const map of [this.#byConversation, this.#byKey]) {
      for (const [key, open] of map) if (left.has(open)) map.delete(key);
    }
    const endTimeUs = nowUs(this.#options.host);
    void this.#written.add(
      [...left].filter((it) => !it.isEnded).flatMap((it) =>
        this.#ending(it, endTimeUs, { status: "interrupted" })
      ),
    );
  }

  async #write(events: readonly DurableEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#options.store.write(events, { claim: true });
    for (const event of events) this.#partials.listen(event);
  }

  #failedToWrite(error: unknown): void {
    if (!this.#hasFailed) this.#options.onNote?.(`calls pass without being recorded: ${messageOf(error)}`);
    this.#hasFailed = true;
  }
}

function keyOf({ caller }: CallOrigin, runKey: string): string {
  return `${caller}\n${runKey}`;
}

/** What was said to a conversation before is read again. */
function goneOn(request: ProxiedRequest, { last }: OpenRun): ProxiedRequest {
  if (!last || request.kept?.conversationId === undefined) return request;
  return { ...request, model: last.model, kept: { ...request.kept, heldTokens: last.tokens } };
}

/** What a call was cannot be said, nor what it cost. */
function unreadSpan(end: SpanEndBase, error: unknown): SpanEnd {
  const cost = { usd: null, quantities: {} };
  return { ...end, status: "error", errorType: UNREAD, errorMessage: messageOf(error), cost };
}

interface SpanEndBase {
  readonly type: "span_end";
  readonly traceId: string;
  readonly spanId: string;
  readonly endTimeUs: number;
}

/** The end of a call's span, and what its run does thereupon. */
interface Ended {
  readonly spanEnd: () => Promise<SpanEnd>;
  readonly then: readonly DurableEvent[];
}

interface Answered {
  readonly request: ProxiedRequest;
  readonly answer: ProxiedAnswer;
  readonly end: SpanEndBase;
  readonly first: number | undefined;
  readonly hashes: readonly string[];
  readonly isRecorded: boolean;
  readonly caller: string;
}

interface Failed {
  readonly request: ProxiedRequest;
  readonly failure: CallFailure;
  readonly sofar: ProxiedAnswer | undefined;
  readonly end: SpanEndBase;
  readonly hashes: readonly string[];
}
