import {
  ATTR,
  type CostRow,
  estimatedUsdOf,
  type Evaluation,
  jsonText,
  roundUsd,
  type Run,
  type Snapshot,
  type Span,
  type StoredDiff,
  type StoredMessage,
  toolCallsOf,
  totalTokens,
  type Trace,
  type TreeTotals,
  type Usage,
} from "../core/mod.ts";
import {
  answeredCallId,
  type AskedCall,
  askedCalls,
  attemptOf,
  type MemoryStep,
  messageContent,
  numberAttribute,
  type PricedSpan,
  receiptOfSpan,
  runTookMs,
  stepNumber,
  stepsOf,
  toolCallOf,
  toolResultOf,
} from "../analysis/mod.ts";
import { isoTime } from "../present/mod.ts";
import { changesShape } from "./changes_shape.ts";

/** JSON shapes of the contract: camelCase, USD as numbers, ISO 8601 times with milliseconds, durations in ms. */

function durationMs(startUs: number, endUs: number | undefined): number | null {
  return endUs === undefined ? null : Math.round(endUs - startUs) / 1000;
}

export function usageShape(usage: Usage) {
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    reasoningTokens: usage.reasoningTokens,
    totalTokens: totalTokens(usage),
  };
}

/**
 * What is known of a cost: `costUsd` is `null` when nothing is, and not all of it where `costKnown` is false. `estimatedCostUsd` is
 * what the unknown calls may have cost, beside it; `null` when nothing is estimated.
 */
export function costFields(
  { costUsd, unknownCostCalls, estimatedCostUsd }: Pick<
    TreeTotals,
    "costUsd" | "unknownCostCalls" | "estimatedCostUsd"
  >,
) {
  return {
    costUsd: unknownCostCalls > 0 && costUsd === 0 ? null : roundUsd(costUsd),
    costKnown: unknownCostCalls === 0,
    estimatedCostUsd: estimatedCostUsd === undefined ? null : roundUsd(estimatedCostUsd),
  };
}

/** The same of one call; all `null` for a span that was never billed. */
export function callCostFields(span: Pick<Span, "cost" | "attributes">) {
  return {
    costUsd: span.cost?.usd ?? null,
    costKnown: span.cost ? span.cost.usd !== null : null,
    estimatedCostUsd: estimatedUsdOf(span) ?? null,
  };
}

function treeShape({ runs, usage, ...cost }: TreeTotals) {
  return { runs, usage: usageShape(usage), ...costFields(cost) };
}

/** The summary that `run --json` prints. `tree` is the run with all hand-offs below it. */
export function runSummaryShape(run: Run, tree?: TreeTotals) {
  const { totals } = run;
  return {
    runId: run.runId,
    agent: run.agent,
    status: run.status,
    output: run.output ?? null,
    model: run.model,
    steps: totals.steps,
    llmCalls: totals.llmCalls,
    toolCalls: totals.toolCalls,
    attempts: totals.attempts,
    durationMs: run.endTimeUs === undefined ? null : runTookMs(run, 0)!,
    usage: usageShape(totals.usage),
    ...costFields(totals),
    finishReason: run.finishReason ?? null,
    warnings: run.warnings ?? [],
    ...(tree ? { tree: treeShape(tree) } : {}),
    error: run.error ?? null,
  };
}

export function runShape(run: Run, tree?: TreeTotals) {
  return {
    ...runSummaryShape(run, tree),
    startTime: isoTime(run.startTimeUs),
    endTime: run.endTimeUs === undefined ? null : isoTime(run.endTimeUs),
    idleMs: (run.idleUs ?? 0) / 1000,
    userId: run.userId,
    group: run.group ?? null,
    tags: run.tags,
    config: run.config,
    prompt: run.prompt,
    parentRunId: run.parentRunId ?? null,
    forkedFrom: run.forkedFrom ?? null,
    origin: run.origin,
  };
}

/** `step` is its number in its run. */
export function spanShape(span: Span, step = span.step) {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    kind: span.kind,
    name: span.name,
    step: step ?? null,
    startTime: isoTime(span.startTimeUs),
    endTime: span.endTimeUs === undefined ? null : isoTime(span.endTimeUs),
    durationMs: durationMs(span.startTimeUs, span.endTimeUs),
    status: span.status,
    errorType: span.errorType ?? null,
    errorMessage: span.errorMessage ?? null,
    model: span.requestModel ?? null,
    provider: span.providerName ?? null,
    usage: span.usage ? usageShape(span.usage) : null,
    ...callCostFields(span),
    attributes: span.attributes,
  };
}

export function messageShape(it: StoredMessage) {
  const { message } = it;
  const calls = toolCallsOf(message);
  return {
    messageId: it.messageId,
    spanId: it.spanId,
    role: message.role,
    content: messageContent(message),
    toolCalls: calls.length > 0
      ? calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }))
      : null,
    toolCallId: answeredCallId(message),
    finishReason: it.finishReason ?? null,
    tokenCount: it.tokenCount ?? null,
    timestamp: isoTime(it.timestampUs),
  };
}

/** `isInherited`: the run is a fork and began with this call. */
function toolCallShape(
  span: Span,
  calls: ReadonlyMap<string, AskedCall>,
  messages: readonly StoredMessage[],
  isInherited: boolean,
) {
  const callId = String(span.attributes[ATTR.toolCallId] ?? span.spanId);
  const asked = messages.find((it) => toolCallsOf(it.message).some((call) => call.id === callId));
  const { name, arguments: args } = toolCallOf(span, calls);
  const result = toolResultOf(span);
  return {
    callId,
    spanId: span.spanId,
    messageId: asked?.messageId ?? null,
    toolName: name,
    args,
    result: result === undefined ? null : jsonText(result),
    isError: span.status === "error" || span.status === "interrupted",
    latencyMs: durationMs(span.startTimeUs, span.endTimeUs),
    source: span.attributes[ATTR.toolSource] ?? (isInherited ? "recorded" : "live"),
  };
}

export function attemptShape(span: Span) {
  const number = (name: string) => numberAttribute(span, name) ?? null;
  return {
    spanId: span.spanId,
    llmSpanId: span.parentSpanId ?? null,
    attempt: attemptOf(span).number,
    outcome: String(span.attributes[ATTR.attemptOutcome] ?? span.status),
    statusCode: number(ATTR.statusCode),
    errorType: span.errorType ?? null,
    retryAfterMs: number(ATTR.retryAfterMs),
    limit: attemptOf(span).limit ?? null,
    delayMs: number(ATTR.retryDelayMs),
    durationMs: durationMs(span.startTimeUs, span.endTimeUs),
    ...callCostFields(span),
  };
}

export function snapshotShape(it: Snapshot) {
  return {
    snapshotId: it.snapshotId,
    spanId: it.spanId,
    step: it.step,
    timestamp: isoTime(it.createdAtUs),
    memory: { messages: it.messages, keyValues: it.keyValues },
  };
}

export function evaluationShape(it: Evaluation) {
  return {
    evalId: it.evalId,
    spanId: it.spanId ?? null,
    name: it.name,
    value: it.value ?? null,
    label: it.label ?? null,
    source: it.source,
    timestamp: isoTime(it.createdAtUs),
  };
}

/** A score as it was just given: with what it rests on. */
export function scoredShape(it: Evaluation) {
  return {
    ...evaluationShape(it),
    passed: it.passed ?? null,
    error: it.error ?? null,
    explanation: it.explanation ?? null,
    scorerVersion: it.scorerVersion ?? null,
  };
}

/** Everything of a run: `show RUN --json`. */
export function traceShape(
  trace: Trace,
  messages: readonly StoredMessage[],
  diffs: readonly StoredDiff[] = [],
  tree?: TreeTotals,
) {
  const spans = [...trace.spans.values()];
  const calls = askedCalls(stepsOf(trace));
  return {
    run: runShape(trace.run, tree),
    spans: spans.map((it) => spanShape(it, stepNumber(trace, it))),
    messages: messages.map(messageShape),
    toolCalls: spans.filter((it) => it.kind === "tool").map((it) =>
      toolCallShape(it, calls, messages, (it.step ?? Infinity) < (trace.run.forkedFrom?.step ?? 0))
    ),
    attempts: spans.filter((it) => it.kind === "attempt").map(attemptShape),
    snapshots: trace.snapshots.map(snapshotShape),
    evaluations: trace.evaluations.map(evaluationShape),
    diffs: diffs.map(diffShape),
  };
}

/** One run of a list: without what it was configured with. */
export function listedRunShape(run: Run) {
  const { config: _, ...shape } = runShape(run);
  return shape;
}

/** `show RUN --span ID --json`: the span, what it was given, what it added, and its receipt. */
export function spanDocument(span: Span, step?: number) {
  return {
    ...spanShape(span, step),
    inputMessages: span.inputMessages ?? [],
    outputMessages: span.outputMessages ?? [],
    receipt: receiptOfSpan(span) ?? null,
  };
}

/** One line of `cost RUN --json`. */
export function receiptShape({ span, step, receipt }: PricedSpan) {
  return { spanId: span.spanId, step: step ?? null, ...receipt };
}

/** `memory RUN --json`; `diff` leaves out what was not changed. */
export function memoryDocument(
  runId: string,
  steps: readonly MemoryStep[],
  options: { readonly diff?: boolean } = {},
) {
  return {
    runId,
    steps: options.diff
      ? steps.map(({ step, cause, changes }) => ({ step, cause, changes: changesShape(changes) }))
      : steps.map((it) => ({ ...it, changes: changesShape(it.changes), window: it.window ?? null })),
  };
}

/** What a replay or a comparison of two runs found. */
export function diffShape(diff: StoredDiff) {
  return {
    diffId: diff.diffId,
    left: diff.leftRunId,
    right: diff.rightRunId,
    timestamp: isoTime(diff.createdAtUs),
    overrides: diff.overrides,
    diff: diff.diff,
  };
}

/** One line of `cost --by X --json`; the key of runs without a group is `null`, a day is one of `timeZone`. */
export function costShape(row: CostRow, timeZone?: string) {
  return {
    key: row.isUngrouped ? null : row.key,
    ...(timeZone === undefined ? {} : { timeZone }),
    runs: row.runs,
    llmCalls: row.llmCalls,
    usage: usageShape(row.usage),
    ...costFields(row),
    unknownCostCalls: row.unknownCostCalls,
    ...(row.damagedRows === undefined ? {} : { damagedRows: row.damagedRows }),
  };
}
