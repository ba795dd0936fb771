import { roundUsd, type Trace } from "../../core/mod.ts";
import type {
  AgentCache,
  CacheCall,
  CacheFigures,
  CacheLoss,
  CacheReport,
  MissCause,
  StepCache,
} from "./cache_call.ts";
import { type SentCall, sentCalls } from "./cache_calls.ts";
import { type SharedStart, sharedStart } from "./prompt_break.ts";

/** Mistral caches prompts in blocks of so many tokens. */
export const CACHE_BLOCK_TOKENS = 64;
/** Servers forget a beginning some minutes after it was sent last; they do not say when. */
const KEPT_MS = 5 * 60_000;
/** Calls that are listed, and steps that are told apart. */
const CALLS_LISTED_MAX = 10_000;
const STEPS_MAX = 50;

/** Holds each model call against the one before it: that of its run, or of the agent's run before. Runs come in order of time. */
export class CacheCoach {
  readonly #firstCalls = new Map<string, SentCall>();
  readonly #calls: CacheCall[] = [];
  readonly #agents = new Map<string, CacheFigures>();
  readonly #steps = new Map<string, StepCache>();
  readonly #losses = new Map<string, CacheLoss>();
  readonly #silent = new Map<string, boolean>();
  #sum = NOTHING;
  #runs = 0;

  /** Knows of a run without counting it: what comes next may share its beginning. */
  know(trace: Trace): void {
    this.#remember(sentCalls(trace)[0]);
  }

  add(trace: Trace): void {
    const calls = sentCalls(trace);
    if (calls.length > 0) this.#runs++;
    for (const [index, call] of calls.entries()) {
      const previous = index === 0 ? this.#firstCalls.get(placeOf(call)) : calls[index - 1];
      this.#count(judged(call, previous, index === 0));
    }
    this.#remember(calls[0]);
  }

  #remember(first: SentCall | undefined): void {
    if (first) this.#firstCalls.set(placeOf(first), first);
  }

  #count(call: CacheCall): void {
    const { agent, step } = call;
    if (this.#calls.length < CALLS_LISTED_MAX) this.#calls.push(call);
    this.#sum = plus(this.#sum, call);
    this.#agents.set(agent, plus(this.#agents.get(agent) ?? NOTHING, call));
    if (call.cachedTokens > 0) this.#silent.set(agent, false);
    if (step <= STEPS_MAX) {
      const key = JSON.stringify([agent, step]);
      this.#steps.set(key, { agent, step, ...plus(this.#steps.get(key) ?? NOTHING, call) });
    }
    if (call.cause === undefined || call.lostTokens === 0) return;
    const key = JSON.stringify([agent, call.cause]);
    this.#losses.set(key, withLoss(this.#losses.get(key), call, call.cause));
  }

  report(): CacheReport {
    const agents = [...this.#agents].map(([agent, figures]): AgentCache => ({ agent, ...rounded(figures) }));
    return {
      ...rounded(this.#sum),
      runs: this.#runs,
      agents: agents.sort(byLoss),
      steps: [...this.#steps.values()].map((it) => ({ ...it, ...rounded(it) }))
        .sort((a, b) => (a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : a.step - b.step)),
      losses: [...this.#losses.values()].map((it) => ({
        ...it,
        ...this.#heard(it),
        lostUsd: roundUsd(it.lostUsd),
      }))
        .sort(byLoss),
      callList: this.#calls.map((it) => ({ ...it, ...this.#heard(it) })),
    };
  }

  /** Where no call at all came from a cache, that is what there is to say of it. */
  #heard({ agent, cause }: { readonly agent: string; readonly cause?: MissCause }): { cause?: MissCause } {
    return cause === "elsewhere" && !this.#silent.has(agent) ? { cause: "silent" } : {};
  }
}

/** Runs share beginnings where they ask the same model of the same server. */
function placeOf({ run, model, server }: SentCall): string {
  return JSON.stringify([run.agent, model, server]);
}

type Losing = Pick<CacheFigures, "lostUsd" | "lostTokens">;
const byLoss = (a: Losing, b: Losing) => b.lostUsd - a.lostUsd || b.lostTokens - a.lostTokens;

const NOTHING: CacheFigures = {
  calls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  lostTokens: 0,
  lostUsd: 0,
  savedUsd: 0,
  unpricedCalls: 0,
};

function plus(sum: CacheFigures, call: CacheCall): CacheFigures {
  return {
    calls: sum.calls + 1,
    inputTokens: sum.inputTokens + call.inputTokens,
    cachedTokens: sum.cachedTokens + call.cachedTokens,
    lostTokens: sum.lostTokens + call.lostTokens,
    lostUsd: sum.lostUsd + (call.lostUsd ?? 0),
    savedUsd: sum.savedUsd + (call.savedUsd ?? 0),
    unpricedCalls: sum.unpricedCalls + (call.lostUsd === null || call.savedUsd === null ? 1 : 0),
  };
}

function rounded(figures: CacheFigures): CacheFigures {
  const { calls, inputTokens, cachedTokens, lostTokens, unpricedCalls } = figures;
  const [lostUsd, savedUsd] = [roundUsd(figures.lostUsd), roundUsd(figures.savedUsd)];
  return { calls, inputTokens, cachedTokens, lostTokens, lostUsd, savedUsd, unpricedCalls };
}

function withLoss(sum: CacheLoss | undefined, call: CacheCall, cause: MissCause): CacheLoss {
  return {
    agent: call.agent,
    cause,
    calls: (sum?.calls ?? 0) + 1,
    lostTokens: (sum?.lostTokens ?? 0) + call.lostTokens,
    lostUsd: (sum?.lostUsd ?? 0) + (call.lostUsd ?? 0),
    unpricedCalls: (sum?.unpricedCalls ?? 0) + (call.lostUsd === null ? 1 : 0),
    example: sum && sum.example.lostTokens >= call.lostTokens ? sum.example : call,
  };
}

const inBlocks = (tokens: number) => Math.floor(tokens / CACHE_BLOCK_TOKENS) * CACHE_BLOCK_TOKENS;

/** `isNewRun`: the one before is of another run, which had a question of its own. */
function judged(call: SentCall, previous: SentCall | undefined, isNewRun: boolean): CacheCall {
  const { run, span, prompt, inputTokens, cachedTokens, usdPerToken } = call;
  const shared = previous ? sharedStart(previous.prompt, prompt) : { bytes: 0 };
  const isAfterPause = previous !== undefined && pauseMs(previous, call) > KEPT_MS;
  // Another question, or a run of long ago, is nobody's fault.
  const isExpected = !previous || isNewRun && (isAfterPause || isEndOfFixed(shared, call, previous));
  const possible = isExpected && (!previous || isAfterPause)
    ? 0
    : possibleTokens(call, previous!, shared, isNewRun);
  const missing = Math.max(0, inBlocks(possible) - cachedTokens);
  const lostTokens = missing <= CACHE_BLOCK_TOKENS ? 0 : inBlocks(missing);
  const cause = lostTokens === 0 ? undefined : causeOf(call, previous!, shared, isExpected, isAfterPause);
  const broken = isExpected ? undefined : (shared as SharedStart).broken;
  return {
    runId: run.runId,
    traceId: run.traceId,
    spanId: span.spanId,
    agent: run.agent,
    step: call.step,
    model: call.model,
    startTimeUs: span.startTimeUs,
    inputTokens,
    cachedTokens,
    promptBytes: prompt.bytes,
    sharedBytes: shared.bytes,
    verdict: possible === 0 && cachedTokens === 0
      ? "first"
      : lostTokens > 0
      ? broken && cause === broken.cause ? "broken" : "missed"
      : cachedTokens > 0
      ? "hit"
      : "short",
    ...(cause === undefined ? {} : { cause }),
    ...(broken ? { broken } : {}),
    lostTokens,
    lostUsd: moneyOf(lostTokens, usdPerToken),
    savedUsd: moneyOf(cachedTokens, usdPerToken),
  };
}

function pauseMs(previous: SentCall, call: SentCall): number {
  return (call.span.startTimeUs - (previous.span.endTimeUs ?? previous.span.startTimeUs)) / 1000;
}

/** They part where the question of a person begins, or after all that the one before said. */
function isEndOfFixed({ bytes, broken }: SharedStart, call: SentCall, previous: SentCall): boolean {
  return !broken || bytes >= Math.min(call.fixedBytes, previous.fixedBytes);
}

/** What could have come from the cache, had nothing been edited: all that went before; of another run what does not depend on its question. */
function possibleTokens(call: SentCall, previous: SentCall, shared: SharedStart, isNewRun: boolean): number {
  if (!isNewRun) return Math.min(previous.inputTokens, call.inputTokens);
  const bytes = Math.max(shared.bytes, Math.min(call.fixedBytes, previous.fixedBytes));
  return call.prompt.bytes === 0 ? 0 : call.inputTokens * bytes / call.prompt.bytes;
}

function causeOf(
  call: SentCall,
  previous: SentCall,
  { broken }: SharedStart,
  isExpected: boolean,
  isAfterPause: boolean,
): MissCause {
  if (call.model !== previous.model) return "model";
  if (call.server !== previous.server) return "server";
  if (broken && !isExpected) return broken.cause;
  if (call.key === "off") return "no_key";
  if (call.key !== previous.key) return "key";
  return isAfterPause ? "pause" : "elsewhere";
}

function moneyOf(tokens: number, usdPerToken: number | null): number | null {
  if (tokens === 0) return 0;
  return usdPerToken === null ? null : roundUsd(tokens * usdPerToken);
}
