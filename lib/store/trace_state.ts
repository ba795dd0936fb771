import { type Message, NO_TOTALS, type RunTotals, type Span } from "../core/mod.ts";
import { hashOf, hex } from "./codec.ts";

const EMPTY = new Uint8Array();

interface MessageKey {
  readonly json: string;
  readonly hash: Uint8Array;
  readonly hashHex: string;
}

/** Agents pass the same message objects again with each step: hash each once. */
const keys = new WeakMap<Message, MessageKey>();

export function messageKey(message: Message): MessageKey {
  let key = keys.get(message);
  if (!key) {
    const json = JSON.stringify({ role: message.role, parts: message.parts });
    const hash = hashOf(json);
    key = { json, hash, hashHex: hex(hash) };
    keys.set(message, key);
  }
  return key;
}

export interface OpenSpan {
  readonly kind: Span["kind"];
  readonly model: string;
  readonly startTimeUs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * What the writer must remember of a run in progress: where each message stands in the run's chain, and what open spans said
 * when they started. Loaded from the store for a run that another process began.
 */
export class TraceState {
  /** Of this state's last write. A run row with another `seq` was changed by someone else: load the state anew. */
  seq = 0;
  /** When the run's row was last looked at; as long as nobody else writes, no look is needed. */
  epoch = -1;
  readonly runNo: number;
  /** Positions of the run's spans, in order of start. */
  readonly spans = new Map<string, number>();
  totals: RunTotals = NO_TOTALS;
  readonly openSpans = new Map<string, OpenSpan>();
  readonly #positions = new Map<string, number[]>();
  #next = 0;
  #tip: Uint8Array = EMPTY;

  constructor(runNo: number) {
    this.runNo = runNo;
  }

  /** Registers a stored message; must be called in order of position. */
  load(bodyHashHex: string, messageId: Uint8Array): void {
    this.#remember(bodyHashHex, this.#next);
    this.#next++;
    this.#tip = messageId;
  }

  /** The position of a message known already, preferring the one right after `previous`. */
  find(hashHex: string, previous: number): number | undefined {
    const found = this.#positions.get(hashHex);
    if (!found) return undefined;
    return found.includes(previous + 1)
      ? previous + 1
      : found.find((position) => position > previous) ?? found[0];
  }

  /** Takes the next position. The message id is the hash of the parent's id and the body: a chain. */
  append(hash: Uint8Array, hashHex: string): { position: number; messageId: Uint8Array } {
    const position = this.#next++;
    this.#tip = hashOf(this.#tip, hash);
    this.#remember(hashHex, position);
    return { position, messageId: this.#tip };
  }

  #remember(hashHex: string, position: number): void {
    const found = this.#positions.get(hashHex);
    if (found) found.push(position);
    else this.#positions.set(hashHex, [position]);
  }
}

/** Re-derives a chain: `verify` compares it with what is stored. */
export function chainId(parent: Uint8Array | undefined, bodyHash: Uint8Array): Uint8Array {
  return hashOf(parent ?? EMPTY, bodyHash);
}
