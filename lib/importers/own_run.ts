import { z } from "zod";
import {
  applyChanges,
  FINAL_STATUSES,
  isObject,
  isSoundAttribute,
  RUN_STATUSES,
  SPAN_KINDS,
  type Trace,
  type TraceChanges,
} from "../core/mod.ts";
import { TRACE_FORMAT } from "../analysis/mod.ts";

const COUNT_MAX = 1e12;
const NAME_MAX_CHARS = 10_000;
const TEXT_MAX_CHARS = 1_000_000;

const hex = (chars: number) => z.string().regex(new RegExp(`^[0-9a-f]{${chars}}$`));
const traceId = hex(32);
const spanId = hex(16);
const runId = z.string().regex(/^[\w.:@/+-]{1,200}$/);
const name = z.string().max(NAME_MAX_CHARS);
const text = z.string().max(TEXT_MAX_CHARS);
const timeUs = z.int().min(0);
const count = z.int().min(0).max(COUNT_MAX);
const amount = z.number().min(0).max(COUNT_MAX);
const json = z.record(z.string(), z.unknown());
const refs = z.array(z.int().min(0)).max(1_000_000);

const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cachedInputTokens: count,
  cacheWriteInputTokens: count,
  reasoningTokens: count,
});

const message = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  parts: z.array(z.discriminatedUnion("type", [
    z.looseObject({ type: z.literal("text"), content: z.string() }),
    z.looseObject({ type: z.literal("reasoning"), content: z.string() }),
    z.looseObject({ type: z.literal("tool_call"), id: z.string(), name: z.string(), arguments: z.unknown() }),
    z.looseObject({ type: z.literal("tool_call_response"), id: z.string(), response: z.unknown() }),
    z.looseObject({ type: z.literal("blob"), mimeType: z.string(), data: z.string() }),
    z.looseObject({ type: z.literal("uri"), uri: z.string() }),
    z.looseObject({ type: z.literal("file"), fileId: z.string() }),
  ])),
});

const error = z.object({ type: name, message: text, remedy: text.optional() });

const run = z.object({
  traceId,
  runId,
  agent: name,
  status: z.enum(RUN_STATUSES),
  model: name,
  origin: z.enum(["agent", "otlp", "proxy", "import"]),
  userId: name,
  group: name.optional(),
  tags: z.record(z.string(), z.string()),
  config: json,
  prompt: z.string(),
  output: z.string().optional(),
  parentRunId: runId.optional(),
  forkedFrom: z.object({ runId, step: count }).optional(),
  startTimeUs: timeUs,
  endTimeUs: timeUs.optional(),
  idleUs: timeUs.optional(),
  idleSinceUs: timeUs.optional(),
  error: error.optional(),
  finishReason: name.optional(),
  warnings: z.array(z.object({ type: name, message: text })).optional(),
  totals: z.object({
    steps: count,
    llmCalls: count,
    toolCalls: count,
    attempts: count,
    usage,
    costUsd: amount,
    unknownCostCalls: count,
    estimatedCostUsd: amount.optional(),
    retryWaitMs: amount,
  }),
});

const span = z.object({
  traceId,
  spanId,
  parentSpanId: spanId.optional(),
  name,
  kind: z.enum(SPAN_KINDS),
  step: z.int().min(0).optional(),
  startTimeUs: timeUs,
  endTimeUs: timeUs.optional(),
  status: z.enum(["unset", "ok", "error", "interrupted"]),
  errorType: name.optional(),
  errorMessage: text.optional(),
  providerName: name.optional(),
  requestModel: name.optional(),
  responseModel: name.optional(),
  responseId: name.optional(),
  finishReasons: z.array(name).optional(),
  timeToFirstChunkMs: amount.optional(),
  usage: usage.optional(),
  cost: z.object({
    usd: amount.nullable(),
    quantities: z.record(z.string(), z.number()),
    tag: z.looseObject({
      model: name,
      source: name,
      date: name,
      usdPerMillion: z.record(z.string(), z.number()),
    })
      .optional(),
  }).optional(),
  inputRefs: refs.optional(),
  outputRefs: refs.optional(),
  attributes: json.refine((it) => Object.entries(it).every(([key, value]) => isSoundAttribute(key, value))),
});

const whole = z.object({
  run,
  messages: z.array(message),
  spans: z.array(span),
  snapshots: z.array(z.object({
    snapshotId: spanId,
    traceId,
    spanId,
    step: count,
    createdAtUs: timeUs,
    messageRefs: refs,
    keyValues: json,
  })),
  evaluations: z.array(z.object({
    evalId: name,
    traceId,
    spanId: spanId.optional(),
    name,
    value: z.number().optional(),
    label: name.optional(),
    explanation: text.optional(),
    source: name,
    scorerVersion: name.optional(),
    passed: z.boolean().optional(),
    error: text.optional(),
    createdAtUs: timeUs,
  })),
});

/** A row of `agentop export jsonl traces`, whatever it holds. */
export function isOwnRow(row: unknown): row is { readonly trace: string } {
  return isObject(row) && row["format"] === TRACE_FORMAT && typeof row["trace"] === "string";
}

/** A whole run of ours from a row; `undefined` when it is not what was written. It was made elsewhere: nothing here goes on with it. */
export function runOfRow({ trace }: { readonly trace: string }): Trace | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(trace);
  } catch {
    return undefined;
  }
  const { data } = whole.safeParse(parsed);
  if (!data || !refersWithin(data)) return undefined;
  const changes = {
    ...data,
    cursor: { seq: 0, messageCount: data.messages.length },
  } as unknown as TraceChanges;
  const { trace: read } = applyChanges(undefined, changes);
  const isOver = FINAL_STATUSES.includes(data.run.status) || data.run.status === "interrupted";
  return {
    ...read,
    run: { ...read.run, origin: "import", status: isOver ? read.run.status : "interrupted" },
  };
}

/** Everything belongs to this run, and no place is named that there is not. */
function refersWithin({ run, messages, spans, snapshots, evaluations }: z.infer<typeof whole>): boolean {
  const isThere = (places: readonly number[] = []) => places.every((place) => place < messages.length);
  const ids = new Set(spans.map((span) => span.spanId));
  return [...spans, ...snapshots, ...evaluations].every((it) => it.traceId === run.traceId) &&
    ids.size === spans.length && snapshots.every((it) => ids.has(it.spanId) && isThere(it.messageRefs)) &&
    spans.every((it) => isThere(it.inputRefs) && isThere(it.outputRefs));
}
