import {
  changeOf,
  type DearPrompt,
  type DuplicateCall,
  type Duplicates,
  type WhatIf,
  type WhatIfRow,
} from "../analysis/mod.ts";
import { type CostKey, type Forecast, roundUsd } from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";
import { costFields, costShape } from "./shapes.ts";

/** Calls of one request that are listed; all of them are counted. */
const CALLS_LISTED = 50;

interface WhatIfParts extends WhatIf {
  readonly by: CostKey;
  readonly rows: readonly WhatIfRow[];
  readonly total: WhatIfRow;
}

/** `cost --what-if --json`. `whatIfKnown` is false where something of it is unknown, and not in `whatIfUsd`. */
export function whatIfDocument({ model, cachedShare, by, rows, total }: WhatIfParts, timeZone: string) {
  const shape = (it: WhatIfRow) => {
    const change = changeOf(it);
    return {
      ...costShape(it.row, by === "day" ? timeZone : undefined),
      whatIfUsd: it.usd,
      whatIfKnown: it.usd !== null && !it.isPart,
      changeUsd: change?.usd ?? null,
    };
  };
  return {
    model: model ?? null,
    cachedShare: cachedShare ?? null,
    by,
    rows: rows.map(shape),
    total: shape(total),
  };
}

/** `cost --forecast --json`. */
export function forecastShape(it: Forecast) {
  return {
    month: it.month,
    timeZone: it.timeZone,
    spentUsd: it.spentUsd,
    unknownCostCalls: it.unknownCostCalls,
    days: it.days,
    since: it.since ?? null,
    dailyUsd: it.dailyUsd,
    daysLeft: Math.round(it.daysLeft * 1e4) / 1e4,
    monthEndUsd: it.monthEndUsd,
    interval95Usd: it.interval95Usd,
  };
}

/** `cost --dearest --json`. */
export function dearestDocument(
  { prompts, found, runs, isCut }: {
    readonly prompts: readonly DearPrompt[];
    readonly found: number;
    readonly runs: number;
    readonly isCut: boolean;
  },
) {
  return {
    prompts: prompts.map((it) => ({
      agent: it.agent,
      prompt: it.prompt,
      runs: it.runs,
      llmCalls: it.llmCalls,
      ...costFields(it),
      unknownCostCalls: it.unknownCostCalls,
      dearestRunId: it.dearest.runId,
    })),
    found,
    runs,
    isCut,
  };
}

interface DuplicateParts extends Duplicates {
  readonly callsSeen: number;
  readonly runsRead: number;
  readonly isCut: boolean;
  readonly damaged: number;
}

/** `cost --duplicates --json`, with the `limit` requests that cost most. */
export function duplicatesDocument(it: DuplicateParts, limit: number) {
  return {
    savedUsd: it.savedUsd,
    unknownCostCalls: it.unknownCostCalls,
    calls: it.calls,
    repeats: it.repeats,
    found: it.requests.length,
    requests: it.requests.slice(0, limit).map(({ calls, savedUsd, unknownCostCalls }) => ({
      agent: calls[0]!.agent,
      model: calls[0]!.model,
      times: calls.length,
      savedUsd: roundUsd(savedUsd),
      unknownCostCalls,
      calls: calls.slice(0, CALLS_LISTED).map(callShape),
    })),
    callsSeen: it.callsSeen,
    runsRead: it.runsRead,
    isCut: it.isCut,
    damaged: it.damaged,
  };
}

function callShape(call: DuplicateCall) {
  return {
    runId: call.runId,
    spanId: call.spanId,
    step: call.step ?? null,
    startTime: isoTime(call.startTimeUs),
    costUsd: call.costUsd,
    isRepeat: call.isRepeat,
  };
}
