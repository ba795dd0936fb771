import type { SpanFacts } from "../../core/mod.ts";
import {
  boolean,
  type ColumnsFor,
  dateOf,
  factsQuery,
  integer,
  number,
  orNull,
  type TableDefinition,
  text,
  time,
} from "./column.ts";

const SPAN_COLUMNS: ColumnsFor<SpanRow> = {
  runId: text("the run"),
  agent: text("name of the run's agent"),
  spanId: text("the span, unique within its run"),
  parentSpanId: orNull(text("the span it belongs to")),
  kind: text("agent, llm, tool, attempt, retriever, embedding, chain, guardrail, evaluator, event or http"),
  name: text("what it is called"),
  step: orNull(integer("its number, where it is a step of the run", "step")),
  startTime: time("when it began, UTC"),
  endTime: orNull(time("when it ended, UTC; null while it is open")),
  durationMs: orNull(number("how long it took; null while it is open", "ms")),
  timeToFirstChunkMs: orNull(number("from the request to the first streamed piece", "ms")),
  status: text("unset, ok, error or interrupted"),
  errorType: orNull(text("a status code or a short word")),
  errorMessage: orNull(text("what went wrong")),
  provider: orNull(text("who served it")),
  model: orNull(text("the model asked for")),
  responseModel: orNull(text("the model that answered")),
  finishReason: orNull(text("why the model stopped")),
  inputTokens: orNull(integer("tokens of the prompt, cached ones included", "tokens")),
  outputTokens: orNull(integer("tokens of the answer, reasoning included", "tokens")),
  cachedInputTokens: orNull(integer("part of inputTokens that came from a prompt cache", "tokens")),
  reasoningTokens: orNull(integer("part of outputTokens that was spent on thinking", "tokens")),
  costUsd: orNull(number("what it cost; null when unknown or not billed", "USD")),
  costKnown: orNull(boolean("whether its cost is known; null for what is not billed")),
};

/** A span as one flat row, without messages and attributes. */
export type SpanRow = {
  /** The run. */
  readonly runId: string;
  /** Name of the run's agent. */
  readonly agent: string;
  /** The span, unique within its run. */
  readonly spanId: string;
  /** The span it belongs to. */
  readonly parentSpanId: string | null;
  /** Agent, llm, tool, attempt, retriever, embedding, chain, guardrail, evaluator, event or http. */
  readonly kind: string;
  /** What it is called. */
  readonly name: string;
  /** Its number, where it is a step of the run. */
  readonly step: number | null;
  /** When it began, UTC. */
  readonly startTime: Date;
  /** When it ended, UTC; null while it is open. */
  readonly endTime: Date | null;
  /** How long it took; null while it is open; ms. */
  readonly durationMs: number | null;
  /** From the request to the first streamed piece; ms. */
  readonly timeToFirstChunkMs: number | null;
  /** Unset, ok, error or interrupted. */
  readonly status: string;
  /** A status code or a short word. */
  readonly errorType: string | null;
  /** What went wrong. */
  readonly errorMessage: string | null;
  /** Who served it. */
  readonly provider: string | null;
  /** The model asked for. */
  readonly model: string | null;
  /** The model that answered. */
  readonly responseModel: string | null;
  /** Why the model stopped. */
  readonly finishReason: string | null;
  /** Tokens of the prompt, cached ones included. */
  readonly inputTokens: number | null;
  /** Tokens of the answer, reasoning included. */
  readonly outputTokens: number | null;
  /** Part of inputTokens that came from a prompt cache; tokens. */
  readonly cachedInputTokens: number | null;
  /** Part of outputTokens that was spent on thinking; tokens. */
  readonly reasoningTokens: number | null;
  /** What it cost; null when unknown or not billed; USD. */
  readonly costUsd: number | null;
  /** Whether its cost is known; null for what is not billed. */
  readonly costKnown: boolean | null;
};

export function spanRow(it: SpanFacts): SpanRow {
  return {
    runId: it.runId,
    agent: it.agent,
    spanId: it.spanId,
    parentSpanId: it.parentSpanId ?? null,
    kind: it.kind,
    name: it.name,
    step: it.step ?? null,
    startTime: dateOf(it.startTimeUs),
    endTime: dateOf(it.endTimeUs),
    durationMs: it.endTimeUs === undefined ? null : (it.endTimeUs - it.startTimeUs) / 1000,
    timeToFirstChunkMs: it.timeToFirstChunkMs ?? null,
    status: it.status,
    errorType: it.errorType ?? null,
    errorMessage: it.errorMessage ?? null,
    provider: it.provider ?? null,
    model: it.requestModel ?? null,
    responseModel: it.responseModel ?? null,
    finishReason: it.finishReason ?? null,
    inputTokens: it.usage?.inputTokens ?? null,
    outputTokens: it.usage?.outputTokens ?? null,
    cachedInputTokens: it.usage?.cachedInputTokens ?? null,
    reasoningTokens: it.usage?.reasoningTokens ?? null,
    costUsd: it.costUsd ?? null,
    costKnown: it.costUsd === undefined ? null : it.costUsd !== null,
  };
}

export const spans: TableDefinition<SpanRow> = {
  name: "spans",
  about: "a row per timed piece of a run: model calls, their attempts, tool calls and others",
  columns: SPAN_COLUMNS,
  async *rows(source, choice) {
    let cursor: string | undefined;
    do {
      const page = await source.spanFacts({
        ...factsQuery(choice),
        ...(cursor === undefined ? {} : { cursor }),
      });
      choice.onDamaged?.(page.damagedRows);
      yield page.spans.map(spanRow);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  },
};
