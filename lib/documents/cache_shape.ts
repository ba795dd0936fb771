import {
  type CacheCall,
  type CacheFigures,
  type CacheReport,
  missRemedy,
  missText,
} from "../analysis/mod.ts";
import { isoTime } from "../present/mod.ts";

function figuresShape(it: CacheFigures) {
  return {
    calls: it.calls,
    inputTokens: it.inputTokens,
    cachedInputTokens: it.cachedTokens,
    hitRate: it.inputTokens === 0 ? null : Math.round(1e4 * it.cachedTokens / it.inputTokens) / 1e4,
    savedUsd: it.savedUsd,
    lostTokens: it.lostTokens,
    lostUsd: it.lostUsd,
    unpricedCalls: it.unpricedCalls,
  };
}

function callShape(it: CacheCall) {
  return {
    runId: it.runId,
    spanId: it.spanId,
    step: it.step,
    model: it.model,
    startTime: isoTime(it.startTimeUs),
    inputTokens: it.inputTokens,
    cachedInputTokens: it.cachedTokens,
    promptBytes: it.promptBytes,
    sharedBytes: it.sharedBytes,
    verdict: it.verdict,
    cause: it.cause ?? null,
    why: it.cause === undefined ? null : missText(it),
    broken: it.broken ?? null,
    lostTokens: it.lostTokens,
    lostUsd: it.lostUsd,
    savedUsd: it.savedUsd,
  };
}

/** `cache --json`; `withCalls` for one run. What is lost is an estimate. */
export function cacheDocument(
  report: CacheReport & { readonly isCut: boolean; readonly damaged: number },
  { withCalls }: { readonly withCalls: boolean },
) {
  return {
    runs: report.runs,
    ...figuresShape(report),
    agents: report.agents.map((it) => ({ agent: it.agent, ...figuresShape(it) })),
    steps: report.steps.map((it) => ({ agent: it.agent, step: it.step, ...figuresShape(it) })),
    losses: report.losses.map((it) => ({
      agent: it.agent,
      cause: it.cause,
      why: missText({ ...it.example, cause: it.cause }),
      remedy: missRemedy(it.cause),
      calls: it.calls,
      lostTokens: it.lostTokens,
      lostUsd: it.unpricedCalls === it.calls ? null : it.lostUsd,
      unpricedCalls: it.unpricedCalls,
      example: callShape(it.example),
    })),
    ...(withCalls ? { callList: report.callList.map(callShape) } : {}),
    isCut: report.isCut,
    damaged: report.damaged,
  };
}
