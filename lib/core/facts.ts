import type { SpanKind, SpanStatus, Usage } from "./span.ts";

// What runs came to, without what was said in them: cheap to read of many runs at once.

/** What a run used and cost of one model within a quarter of an hour. */
export interface UsageFacts {
  readonly runId: string;
  readonly agent: string;
  readonly group?: string;
  readonly userId: string;
  /** When the run began, µs since the epoch. */
  readonly startTimeUs: number;
  readonly model: string;
  /** The beginning of the quarter hour in which the calls ended, ms since the epoch. */
  readonly quarterMs: number;
  readonly llmCalls: number;
  readonly usage: Usage;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** What lost attempts among them may have cost, USD. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
}

/** A span without its messages and attributes. */
export interface SpanFacts {
  readonly runId: string;
  readonly agent: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: SpanKind;
  readonly name: string;
  readonly step?: number;
  readonly startTimeUs: number;
  readonly endTimeUs?: number;
  readonly status: SpanStatus;
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly provider?: string;
  readonly requestModel?: string;
  readonly responseModel?: string;
  readonly finishReason?: string;
  readonly timeToFirstChunkMs?: number;
  readonly usage?: Usage;
  /** USD; `null`: billed, but nobody knows how much. Absent: never billed. */
  readonly costUsd?: number | null;
}

export interface SpanFactsPage {
  /** By run, oldest first, and in order of their start. */
  readonly spans: readonly SpanFacts[];
  /** Rows of this page that hold what cannot be, and were left out. */
  readonly damagedRows: number;
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

export interface UsageFactsRead {
  /** A row per run, model and quarter of an hour; oldest run first. */
  readonly usage: readonly UsageFacts[];
  /** Rows that hold what cannot be, and were left out. */
  readonly damagedRows: number;
}
