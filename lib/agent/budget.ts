import { Buffer } from "node:buffer";
import { AgentOpError, type Message, type Part, type ToolDefinition } from "../core/mod.ts";
import { exactMoney } from "../present/mod.ts";

/** Open reservations of one ledger: one per call in flight, so this many calls at once. */
const OPEN_RESERVATIONS_MAX = 10_000;
/** Amounts are whole picodollars inside, so that adding and subtracting them a million times loses nothing. */
const PICO_PER_USD = 1e12;

/** A call would cost more than is left. Ends a run as `stopped` with `error.type` `budget`. */
export class BudgetExceededError extends AgentOpError {
  override readonly name = "BudgetExceededError";
  readonly limitUsd: number;
  readonly spentUsd: number;
  readonly reservedUsd: number;
  /** The worst case that was asked for; `null`: its price is unknown. */
  readonly wantedUsd: number | null;
  constructor(ledger: BudgetLedger, wantedUsd: number | null) {
    const { limitUsd, spentUsd, reservedUsd } = ledger;
    const within = `Cannot call the model within the budget of ${exactMoney(limitUsd)}`;
    super(
      wantedUsd === null
        ? `${within}: its price is unknown`
        : `${within}: it can cost ${exactMoney(wantedUsd)} with ${exactMoney(spentUsd)} spent and ` +
          `${exactMoney(reservedUsd)} reserved`,
      {
        remedy: wantedUsd === null
          ? "a price in a price file, or no budget"
          : "a higher budget, or a lower maxTokens",
        exitCode: 3,
      },
    );
    this.limitUsd = limitUsd;
    this.spentUsd = spentUsd;
    this.reservedUsd = reservedUsd;
    this.wantedUsd = wantedUsd;
  }
}

/** Money set aside for one call. Closed by `settle` or `release`. */
export interface Reservation {
  readonly usd: number;
}

/** Whole picodollars. What binary fractions add to or take from a whole number of them is not counted. */
function toPico(usd: number, round: (value: number) => number, what: string): bigint {
  if (!(usd >= 0) || !Number.isFinite(usd)) throw new RangeError(`Cannot ${what}: not an amount: got ${usd}`);
  const scaled = usd * PICO_PER_USD;
  const nearest = Math.round(scaled);
  const isNoise = Math.abs(scaled - nearest) <= Math.max(1e-3, scaled * 2 ** -50);
  return BigInt(isNoise ? nearest : round(scaled));
}
/** Rounds up, so that what is set aside or spent is never understated. */
const costToPico = (usd: number, what: string) => toPico(usd, Math.ceil, what);
const limitToPico = (usd: number) => toPico(usd, Math.floor, "set a budget");
const toUsd = (pico: bigint) => Number(pico) / PICO_PER_USD;

/**
 * The budget of a run, inside that of the run that handed it the work, if any. Before a call is sent its worst case is reserved
 * in both; what is spent and reserved together never exceeds a limit, so concurrent calls cannot overshoot. All methods are
 * synchronous: within one process nothing can come between the check and the reservation.
 */
export class BudgetLedger {
  #limit: bigint | undefined;
  #spent: bigint;
  #reserved = 0n;
  readonly #open = new Map<Reservation, { readonly pico: bigint; readonly outer: Reservation | undefined }>();
  readonly #outer: BudgetLedger | undefined;

  /** @param limitUsd Absent: no limit. `spentUsd` is what a resumed run has spent before; `outer` has counted it already. */
  constructor(
    limitUsd?: number,
    options: { readonly spentUsd?: number; readonly outer?: BudgetLedger } = {},
  ) {
    this.setLimit(limitUsd);
    this.#spent = costToPico(options.spentUsd ?? 0, "start a budget");
    this.#outer = options.outer;
  }

  /** Somebody counts: every call must have a known worst case. */
  get isLimited(): boolean {
    return this.#limit !== undefined || (this.#outer?.isLimited ?? false);
  }

  /** `Infinity` when there is no limit. */
  get limitUsd(): number {
    return this.#limit === undefined ? Infinity : toUsd(this.#limit);
  }
  get spentUsd(): number {
    return toUsd(this.#spent);
  }
  get reservedUsd(): number {
    return toUsd(this.#reserved);
  }
  /** What can still be reserved; never negative. */
  get availableUsd(): number {
    if (this.#limit === undefined) return Infinity;
    const left = this.#limit - this.#spent - this.#reserved;
    return left > 0n ? toUsd(left) : 0;
  }

  /** Also while calls are in flight: a limit below what is spent and reserved only refuses further calls. */
  setLimit(limitUsd: number | undefined): void {
    this.#limit = limitUsd === undefined || limitUsd === Infinity ? undefined : limitToPico(limitUsd);
  }

  /**
   * Sets aside the worst case of a call. Throws `BudgetExceededError` when it does not fit, or when it is unknown (`null`)
   * under a limit.
   */
  reserve(worstCaseUsd: number | null): Reservation {
    if (this.#open.size >= OPEN_RESERVATIONS_MAX) {
      throw new RangeError(`Cannot reserve money: ${OPEN_RESERVATIONS_MAX} calls are already in flight`);
    }
    if (worstCaseUsd === null && this.#limit !== undefined) throw new BudgetExceededError(this, null);
    const pico = costToPico(worstCaseUsd ?? 0, "reserve money");
    if (this.#limit !== undefined && this.#spent + this.#reserved + pico > this.#limit) {
      throw new BudgetExceededError(this, worstCaseUsd);
    }
    const outer = this.#outer?.reserve(worstCaseUsd);
    const reservation: Reservation = Object.freeze({ usd: worstCaseUsd ?? 0 });
    this.#open.set(reservation, { pico, outer });
    this.#reserved += pico;
    return reservation;
  }

  /** The call ended: what it cost replaces its reservation. Unknown (`null`) counts as the worst case. */
  settle(reservation: Reservation, actualUsd: number | null): void {
    const open = this.#open.get(reservation);
    if (open === undefined) {
      throw new RangeError("Cannot settle a reservation: it is closed or another ledger's");
    }
    const actual = actualUsd === null ? open.pico : costToPico(actualUsd, "settle a reservation");
    this.#close(reservation, open.pico);
    this.#spent += actual;
    if (open.outer) this.#outer?.settle(open.outer, actualUsd);
  }

  /** The call was never sent, or is known to be free. Does nothing to a closed reservation, so it fits `finally`. */
  release(reservation: Reservation): void {
    const open = this.#open.get(reservation);
    if (open === undefined) return;
    this.#close(reservation, open.pico);
    if (open.outer) this.#outer?.release(open.outer);
  }

  /** Adds a cost that could not be foreseen, e.g. what a tool was billed. It may pass the limit; later calls are refused. */
  charge(usd: number): void {
    this.#spent += costToPico(usd, "charge the budget");
    this.#outer?.charge(usd);
  }

  #close(reservation: Reservation, reserved: bigint): void {
    this.#open.delete(reservation);
    this.#reserved -= reserved;
  }
}

/** What an earlier call of the same conversation with the same tools is known to have used. */
export interface PromptCalibration {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How many leading messages those counts cover: the earlier request's, without its answer. */
  readonly messageCount: number;
}

/** What the last call is known to have used, while nothing before it was dropped from the window. */
export type ModelCalibration = PromptCalibration & { readonly first: unknown };

/** Control tokens, role markers and the space some tokenizers put before a text, per message and per part. */
const MESSAGE_OVERHEAD_TOKENS = 16;
const TOOL_OVERHEAD_TOKENS = 32;
/** Begin-of-sequence and the frames around the tool list. */
const PROMPT_OVERHEAD_TOKENS = 16;
/** Vision models cut an image into at most about 4,200 patches; twice that. */
const IMAGE_TOKENS_MAX = 8192;

/**
 * A true upper bound of the tokens a prompt is billed for.
 *
 * Why bytes bound tokens: the tokenizers in use (byte-level BPE such as Tekken, SentencePiece with byte fallback) cut text
 * into pieces of at least one byte each and never into less, so a text of n UTF-8 bytes has at most n tokens. What the
 * chat template adds around the text is not in its bytes and is covered by the overheads. Strings inside tool calls,
 * results and definitions are counted as escaped JSON, because templates embed them as such.
 *
 * After a call with known usage only what came since is counted in bytes, which is several times closer. The earlier answer
 * is part of that: sent back, its tool arguments may be spelled differently from how they were generated. Pass no
 * calibration when the tools changed or when messages at the front were dropped.
 *
 * `Infinity` where nothing bounds the tokens: documents and audio, which may be far longer than their reference.
 */
export function estimatePromptTokensMax(
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  calibration?: PromptCalibration,
): number {
  let whole = PROMPT_OVERHEAD_TOKENS;
  for (const tool of tools) whole += TOOL_OVERHEAD_TOKENS + jsonBytes(tool);
  for (const message of messages) whole += messageTokensMax(message);
  if (!calibration || !usable(calibration, messages.length)) return whole;
  let since = calibration.inputTokens + calibration.outputTokens + PROMPT_OVERHEAD_TOKENS;
  for (const message of messages.slice(calibration.messageCount)) since += messageTokensMax(message);
  return Math.min(whole, since);
}

function usable(calibration: PromptCalibration, messageCount: number): boolean {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  return isCount(calibration.inputTokens) && isCount(calibration.outputTokens) &&
    isCount(calibration.messageCount) && calibration.messageCount <= messageCount;
}

function messageTokensMax(message: Message): number {
  let tokens = MESSAGE_OVERHEAD_TOKENS;
  for (const part of message.parts) tokens += MESSAGE_OVERHEAD_TOKENS + partTokensMax(part);
  return tokens;
}

function partTokensMax(part: Part): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return jsonBytes(part.content);
    case "tool_call":
      return jsonBytes(part.id) + jsonBytes(part.name) + embeddedBytes(part.arguments);
    case "tool_call_response":
      return jsonBytes(part.id) + jsonBytes(part.name ?? "") + embeddedBytes(part.response);
    case "blob":
    case "uri":
    case "file":
      return part.mimeType?.startsWith("image/") ? IMAGE_TOKENS_MAX : Infinity;
  }
}

/** Bytes of a value as JSON text, spaced at least as widely as any template spaces it. At least the plain text's. */
function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value, null, 1) ?? "null", "utf8");
}

/** A JSON value that travels as a string inside JSON: escaped once more. */
function embeddedBytes(value: unknown): number {
  return jsonBytes(typeof value === "string" ? value : JSON.stringify(value, null, 1) ?? "null");
}
