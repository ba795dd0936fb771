import { explain } from "../../core/mod.ts";
import type { Effect, Msg, ScreenId } from "../contract/message.ts";

type Load = Extract<Effect, { type: "load" }>;

interface Lane {
  busy: boolean;
  waiting: Load | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  startedMs: number;
  tookMs: number;
}

/** Refreshes take at most a twentieth of the time, so that a slow store leaves room for keys. */
const REST_FACTOR = 20;
const REST_MS_MAX = 10_000;

/**
 * Runs queries off the key path: one under way per screen and slot, the newest waits, and refreshes keep their distance. A
 * query without `minIntervalMs` starts as soon as its lane is free.
 */
export class Loader {
  readonly #lanes = new Map<string, Lane>();
  readonly #answer: (screen: ScreenId, slot: string, query: unknown) => Promise<unknown>;
  readonly #deliver: (screen: ScreenId, msg: Msg) => void;
  #closed = false;

  constructor(
    answer: (screen: ScreenId, slot: string, query: unknown) => Promise<unknown>,
    deliver: (screen: ScreenId, msg: Msg) => void,
  ) {
    this.#answer = answer;
    this.#deliver = deliver;
  }

  load(screen: ScreenId, effect: Load): void {
    if (this.#closed) return;
    const key = `${screen}/${effect.slot}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { busy: false, waiting: undefined, timer: undefined, startedMs: -Infinity, tookMs: 0 };
      this.#lanes.set(key, lane);
    }
    const before = lane.waiting;
    lane.waiting = before ? atPaceOf(before, effect) : effect;
    // The same refresh once more: a store that changes all the time sets no timer each time.
    const isDue = lane.timer !== undefined && before?.minIntervalMs === lane.waiting.minIntervalMs;
    if (!isDue) this.#next(screen, lane);
  }

  /** True when no query is under way or waiting. */
  get idle(): boolean {
    return [...this.#lanes.values()].every((lane) => !lane.busy && !lane.waiting);
  }

  close(): void {
    this.#closed = true;
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
    this.#lanes.clear();
  }

  #next(screen: ScreenId, lane: Lane): void {
    const effect = lane.waiting;
    if (lane.busy || !effect || this.#closed) return;
    clearTimeout(lane.timer);
    lane.timer = undefined;
    const restMs = effect.minIntervalMs === undefined
      ? 0
      : Math.max(effect.minIntervalMs, Math.min(REST_MS_MAX, lane.tookMs * REST_FACTOR));
    // Real time, not the host's clock: this is about load, not about anything shown.
    const waitMs = lane.startedMs + restMs - performance.now();
    // Never at once: what the key changed is painted before a query takes the thread.
    lane.timer = setTimeout(() => this.#begin(screen, lane), Math.max(0, waitMs));
  }

  #begin(screen: ScreenId, lane: Lane): void {
    const effect = lane.waiting;
    lane.timer = undefined;
    if (lane.busy || !effect || this.#closed) return;
    lane.waiting = undefined;
    lane.busy = true;
    lane.startedMs = performance.now();
    this.#run(screen, lane, effect).catch((error: unknown) => {
      queueMicrotask(() => {
        throw error;
      });
    });
  }

  async #run(screen: ScreenId, lane: Lane, { slot, ticket, query }: Load): Promise<void> {
    let msg: Msg;
    try {
      msg = { type: "answer", slot, ticket, answer: await this.#answer(screen, slot, query) };
    } catch (error) {
      msg = { type: "no_answer", slot, ticket, failure: explain(error) };
    }
    lane.tookMs = performance.now() - lane.startedMs;
    lane.busy = false;
    if (this.#closed) return;
    this.#deliver(screen, msg);
    this.#next(screen, lane);
  }
}

/** A refresh in place of a question that somebody waits for is waited for as well. */
function atPaceOf(waiting: Load, effect: Load): Load {
  if (waiting.minIntervalMs !== undefined || effect.minIntervalMs === undefined) return effect;
  const { minIntervalMs: _, ...urgent } = effect;
  return urgent;
}
