/**
 * Feeds readers of outside text with texts made from real ones. None may end in anything but an answer or an error of ours, and none
 * may take long.
 *
 * @module
 */
import process from "node:process";
import { AgentOpError, messageOf } from "../../lib/core/mod.ts";
import { mutated, seeded } from "./mutate.ts";

/** What reads text from outside. */
export interface FuzzTarget {
  readonly name: string;
  readonly samples: readonly string[];
  /** Resolves, or throws an error of ours. `random` is for what else may differ. */
  read(text: string, random: () => number): unknown;
  /** Of an input. @default 20_000 */
  readonly maxChars?: number;
  /** Its share of the time, beside those of the others. @default 1 */
  readonly weight?: number;
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

export interface FuzzFailure {
  readonly target: string;
  readonly seed: number;
  readonly what: string;
  readonly input: string;
}

export interface FuzzResult {
  readonly target: string;
  readonly tried: number;
  readonly worstMs: number;
  readonly failures: readonly FuzzFailure[];
}

export interface FuzzOptions {
  /** The inputs are those of the numbers from here on. */
  readonly seed: number;
  readonly inputs: number;
  /** Nothing new is tried after this time on the clock of `performance`. */
  readonly untilMs?: number;
  /** An input that takes more processor time, each time it is tried, has failed. Without it, time does not count. */
  readonly slowMs?: number;
}

const FAILURES_MAX = 20;
const INPUTS_PER_TURN = 100;
const INPUT_SHOWN_CHARS = 300;
/** Nobody reads a longer line. */
const MESSAGE_MAX_CHARS = 3_000;

export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const failures: FuzzFailure[] = [];
  let [tried, worstMs] = [0, 0];
  for (let at = 0; at < options.inputs && failures.length < FAILURES_MAX; at++) {
    if (options.untilMs !== undefined && performance.now() > options.untilMs) break;
    // Weak references hold what they refer to until the event loop has turned.
    if (at % INPUTS_PER_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const seed = options.seed + at;
    const input = mutated(target.samples, seeded(seed), target.maxChars);
    const attempt = async () => {
      const start = process.cpuUsage();
      const trouble = await troubleOf(target, input, seed);
      const { user, system } = process.cpuUsage(start);
      return { trouble, tookMs: (user + system) / 1000 };
    };
    let { trouble, tookMs } = await attempt();
    tried++;
    // Its memory may have been tidied up just then.
    for (let again = 0; again < 3 && tookMs > (options.slowMs ?? Infinity); again++) {
      tookMs = Math.min(tookMs, (await attempt()).tookMs);
    }
    worstMs = Math.max(worstMs, tookMs);
    if (tookMs > (options.slowMs ?? Infinity)) trouble ??= `${Math.round(tookMs)} ms`;
    if (trouble !== undefined) {
      const shown = JSON.stringify(input).slice(0, INPUT_SHOWN_CHARS);
      failures.push({ target: target.name, seed, what: trouble, input: shown });
    }
  }
  return { target: target.name, tried, worstMs, failures };
}

/** What is wrong with how an input ended; `undefined` when nothing is. */
async function troubleOf(target: FuzzTarget, input: string, seed: number): Promise<string | undefined> {
  try {
    await target.read(input, seeded(seed + 1));
    return undefined;
  } catch (error) {
    if (!(error instanceof AgentOpError)) {
      return `raw error: ${error instanceof Error ? error.stack : String(error)}`;
    }
    const { length } = messageOf(error);
    return length > MESSAGE_MAX_CHARS ? `a message of ${length} characters` : undefined;
  }
}
