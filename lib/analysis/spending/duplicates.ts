import { roundUsd, type Run, RUN_TAG, type Span, type SpanFacts } from "../../core/mod.ts";
import { requestKey } from "./request_key.ts";

/** A call that was paid, of a request that was asked more than once. */
export interface DuplicateCall {
  readonly runId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly agent: string;
  readonly model: string;
  /** Number of the step, where it is one. */
  readonly step?: number;
  /** µs since the epoch. */
  readonly startTimeUs: number;
  /** USD; `null`: unknown. */
  readonly costUsd: number | null;
  /** Its run repeats a case of an experiment, on purpose. */
  readonly isRepeat: boolean;
}

/** One request that was paid more than once. */
export interface DuplicateRequest {
  /** In order of time: the first would have been paid in any case. */
  readonly calls: readonly DuplicateCall[];
  /** Known costs of all calls but the first, USD: what a cache would have saved. */
  readonly savedUsd: number;
  /** Of those calls, how many have an unknown cost. */
  readonly unknownCostCalls: number;
}

/** What was paid more than once. */
export interface Duplicates {
  /** The most to save first. */
  readonly requests: readonly DuplicateRequest[];
  readonly savedUsd: number;
  readonly unknownCostCalls: number;
  /** Calls that need not have been paid. */
  readonly calls: number;
  /** Of those, the ones in runs that repeat a case of an experiment, on purpose. */
  readonly repeats: number;
}

/** Where duplicates may be. */
export interface DuplicateSearch {
  /** Runs with calls that may have been paid twice, newest first. */
  readonly runIds: readonly string[];
  /** Those calls. */
  readonly spanIds: ReadonlySet<string>;
}

/** A call answered from a record, or by a model that costs nothing, was not paid. */
export function isPaid({ costUsd }: Pick<SpanFacts, "costUsd">): boolean {
  return costUsd === null || (costUsd ?? 0) > 0;
}

/** Equal requests have equal numbers of tokens: only calls of which another one has the same need to be looked into. */
export function mayBeDuplicates(calls: Iterable<SpanFacts>): DuplicateSearch {
  const groups = new Map<string, SpanFacts[]>();
  for (const call of calls) {
    if (call.kind !== "llm" || !isPaid(call)) continue;
    const key = `${call.usage?.inputTokens ?? "?"} ${call.requestModel ?? ""}`;
    if (groups.get(key)?.push(call) === undefined) groups.set(key, [call]);
  }
  const found = [...groups.values()].filter((group) => group.length > 1).flat();
  const newest = found.sort((a, b) => b.startTimeUs - a.startTimeUs);
  return {
    runIds: [...new Set(newest.map(({ runId }) => runId))],
    spanIds: new Set(newest.map(({ spanId }) => spanId)),
  };
}

/** Collects calls of one run after the other. */
export class DuplicateCollector {
  readonly #byRequest = new Map<string, DuplicateCall[]>();

  add(run: Run, span: Span): void {
    const costUsd = span.cost?.usd ?? null;
    if (!span.cost || !isPaid({ costUsd })) return;
    const key = requestKey(run, span);
    if (key === undefined) return;
    const call: DuplicateCall = {
      runId: run.runId,
      traceId: run.traceId,
      spanId: span.spanId,
      agent: run.agent,
      model: span.requestModel ?? run.model,
      ...(span.step === undefined ? {} : { step: span.step }),
      startTimeUs: span.startTimeUs,
      costUsd,
      isRepeat: (run.tags[RUN_TAG.repeat] ?? "1") !== "1",
    };
    if (this.#byRequest.get(key)?.push(call) === undefined) this.#byRequest.set(key, [call]);
  }

  found(): Duplicates {
    const requests = [...this.#byRequest.values()].filter((calls) => calls.length > 1).map(requestOf)
      .sort((a, b) => b.savedUsd - a.savedUsd || b.unknownCostCalls - a.unknownCostCalls);
    const again = requests.flatMap(({ calls }) => calls.slice(1));
    return {
      requests,
      savedUsd: roundUsd(requests.reduce((sum, { savedUsd }) => sum + savedUsd, 0)),
      unknownCostCalls: requests.reduce((sum, it) => sum + it.unknownCostCalls, 0),
      calls: again.length,
      repeats: again.filter(({ isRepeat }) => isRepeat).length,
    };
  }
}

function requestOf(found: readonly DuplicateCall[]): DuplicateRequest {
  const calls = [...found].sort((a, b) => a.startTimeUs - b.startTimeUs);
  const again = calls.slice(1);
  return {
    calls,
    savedUsd: roundUsd(again.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0)),
    unknownCostCalls: again.filter(({ costUsd }) => costUsd === null).length,
  };
}
