import {
  AgentOpError,
  explain,
  type Explanation,
  isDurable,
  type TraceEvent,
  traceIdOf,
} from "../../core/mod.ts";
import type { RunPlace } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { readRun } from "./read_run.ts";
import { SentLedger } from "./unsent.ts";
import { openWandb } from "./wandb_place.ts";

const INTERVAL_MS = 3_000;
/** W&B takes a run for dead that says nothing for some minutes. */
const HEARTBEAT_MS = 30_000;
/** Reading a run takes this share of the time at most. */
const SHARE_MAX = 0.02;
/** A run that is told of while it goes waits for no server: one that is slow or away is left for the end. */
const TIMEOUT_MS = 10_000;
const ATTEMPTS_MAX = 2;
/** What the end may take, all together. */
const END_MAX_MS = 30_000;

export interface LiveOptions {
  /** Between two looks at what is new. @default 3000 */
  readonly intervalMs?: number;
  /** What the end may take. @default 30000 */
  readonly endMaxMs?: number;
}

interface LiveRun {
  at?: RunPlace;
  /** Rows of history that are there. */
  lines: number;
}

type Opened = Awaited<ReturnType<typeof openWandb>>;

/**
 * Tells Weights & Biases of runs while they go. It only notes which run something happened to, and looks it up in the store from time
 * to time: nothing queues up, and no run waits or fails for it. What could not be told is told at the end, or said there, once.
 */
export class LiveWandb {
  readonly #app: App;
  readonly #options: Required<LiveOptions>;
  readonly #stop = new AbortController();
  readonly #runs = new Map<string, LiveRun>();
  readonly #news = new Set<string>();
  #opened: Promise<Opened> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #spentMs = 0;

  constructor(app: App, { intervalMs = INTERVAL_MS, endMaxMs = END_MAX_MS }: LiveOptions = {}) {
    this.#app = app;
    this.#options = { intervalMs, endMaxMs };
  }

  /** For the listeners of a runner: never waits and never throws. */
  readonly listen = (event: TraceEvent): void => {
    if (!isDurable(event) || this.#hasFailed) return;
    this.#news.add(traceIdOf(event));
    if (!this.#runs.has(traceIdOf(event))) this.#runs.set(traceIdOf(event), { lines: 0 });
    this.#look(this.#options.intervalMs);
  };

  /** Sends what is left, with traces and costs. Gives what a person has to be told, once. */
  async end(): Promise<Explanation | undefined> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#news.clear();
    const timeout = setTimeout(() => this.#stop.abort(), this.#options.endMaxMs);
    try {
      await this.#sending;
      await this.#sendWhole();
      return undefined;
    } catch (error) {
      const { message, remedy } = explain(
        this.#stop.signal.aborted
          ? new AgentOpError(`Cannot export wandb: it took longer than ${this.#options.endMaxMs / 1000} s`)
          : error,
      );
      return { message, remedy: remedy ?? "agentop export wandb last" };
    } finally {
      clearTimeout(timeout);
      this.#stop.abort();
    }
  }

  #look(afterMs: number): void {
    if (this.#hasFailed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#sending.then(() => this.#sendNews()).catch(() => {
        this.#hasFailed = true; // the end tries again, and says why
      });
    }, Math.max(afterMs, this.#spentMs / SHARE_MAX));
  }

  async #sendNews(): Promise<void> {
    const news = [...this.#news];
    this.#news.clear();
    const wandb = await this.#open();
    this.#spentMs = 0;
    for (const traceId of news) await this.#sendLines(wandb, traceId, this.#runs.get(traceId)!);
    if (news.length === 0) {
      for (const { at } of this.#runs.values()) if (at) await wandb.api.fileStream(at, {});
    }
    this.#look(this.#news.size > 0 ? this.#options.intervalMs : HEARTBEAT_MS);
  }

  async #sendLines(wandb: Opened, traceId: string, live: LiveRun): Promise<void> {
    const began = performance.now();
    const changes = await readRun(await this.#app.store(), { traceId });
    if (typeof changes === "string") return;
    const run = wandb.read(changes);
    this.#spentMs += performance.now() - began;
    live.at ??= await wandb.api.upsertRun({ ...wandb.place, run: run.id }, run.facts);
    const content = run.history.slice(live.lines);
    await wandb.api.fileStream(live.at, {
      files: {
        ...(content.length > 0 ? { "wandb-history.jsonl": { offset: live.lines, content } } : {}),
        "wandb-summary.json": { offset: 0, content: [run.summary] },
      },
    });
    live.lines = run.history.length;
  }

  async #sendWhole(): Promise<void> {
    if (this.#runs.size === 0) return;
    if (this.#hasFailed) this.#opened = undefined;
    const wandb = await this.#open();
    const store = await this.#app.store();
    const ledger = await SentLedger.open(store, wandb.target);
    try {
      for (const traceId of this.#runs.keys()) {
        const changes = await readRun(store, { traceId });
        if (typeof changes === "string") continue;
        await wandb.send(changes);
        await ledger.note({ traceId, seq: changes.cursor.seq });
      }
    } finally {
      await ledger.flush();
    }
  }

  #open(): Promise<Opened> {
    return this.#opened ??= openWandb(this.#app, {
      signal: this.#stop.signal,
      timeoutMs: TIMEOUT_MS,
      attemptsMax: ATTEMPTS_MAX,
    });
  }
}
