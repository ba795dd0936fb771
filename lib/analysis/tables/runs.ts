import type { Run } from "../../core/mod.ts";
import { runTookMs } from "../run_time.ts";
import {
  chosenRuns,
  type ColumnsFor,
  dateOf,
  integer,
  number,
  orNull,
  type TableDefinition,
  text,
  time,
} from "./column.ts";
import { COST_COLUMNS, costCells, TOKEN_COLUMNS, tokenCells } from "./cost_columns.ts";

const RUN_COLUMNS: ColumnsFor<RunRow> = {
  runId: text("the run"),
  agent: text("name of the agent"),
  status: text("queued, running, waiting, paused, completed, failed, stopped, cancelled or interrupted"),
  model: text("the model asked for"),
  startTime: time("when it began, UTC"),
  endTime: orNull(time("when it ended, UTC")),
  durationMs: orNull(number("how long it took, or has taken so far", "ms")),
  steps: integer("model and tool calls of the run itself", "steps"),
  llmCalls: integer("model calls", "calls"),
  toolCalls: integer("tool calls", "calls"),
  attempts: integer("HTTP attempts of all model calls", "attempts"),
  retryWaitMs: number("time lost to attempts that failed and the waits after them", "ms"),
  ...TOKEN_COLUMNS,
  ...COST_COLUMNS,
  userId: text("the user it was made for"),
  group: orNull(text("experiment, session or batch")),
  origin: text("agent, otlp, proxy or import"),
  parentRunId: orNull(text("the run that handed this work over")),
  forkedFrom: orNull(text("the run it repeats")),
  forkedStep: orNull(integer("the first step that is its own", "step")),
  finishReason: orNull(text("why the last answer ended, as the server says")),
  warnings: orNull(text("types of its warnings, with commas between")),
  errorType: orNull(text("why it did not complete, in a word")),
  errorMessage: orNull(text("why it did not complete")),
  tags: text("labels, as JSON"),
  prompt: text("what was asked"),
  output: orNull(text("the answer")),
};

/** A run as one flat row. */
export type RunRow = {
  /** The run. */
  readonly runId: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Queued, running, waiting, paused, completed, failed, stopped, cancelled or interrupted. */
  readonly status: string;
  /** The model asked for. */
  readonly model: string;
  /** When it began, UTC. */
  readonly startTime: Date;
  /** When it ended, UTC. */
  readonly endTime: Date | null;
  /** How long it took, or has taken so far; ms. */
  readonly durationMs: number | null;
  /** Model and tool calls of the run itself. */
  readonly steps: number;
  /** Model calls. */
  readonly llmCalls: number;
  /** Tool calls. */
  readonly toolCalls: number;
  /** HTTP attempts of all model calls. */
  readonly attempts: number;
  /** Time lost to attempts that failed and the waits after them; ms. */
  readonly retryWaitMs: number;
  /** Tokens of the prompts, cached ones included. */
  readonly inputTokens: number;
  /** Tokens of the answers, reasoning included. */
  readonly outputTokens: number;
  /** Part of inputTokens that came from a prompt cache; tokens. */
  readonly cachedInputTokens: number;
  /** Part of outputTokens that was spent on thinking; tokens. */
  readonly reasoningTokens: number;
  /** In and out together; tokens. */
  readonly totalTokens: number;
  /** The known costs together; null when none is known; USD. */
  readonly costUsd: number | null;
  /** Nothing is missing in costUsd. */
  readonly costKnown: boolean;
  /** Calls whose cost is unknown. */
  readonly unknownCostCalls: number;
  /** What lost attempts may have cost, not in costUsd; null: nothing is estimated; USD. */
  readonly estimatedCostUsd: number | null;
  /** The user it was made for. */
  readonly userId: string;
  /** Experiment, session or batch. */
  readonly group: string | null;
  /** Agent, otlp, proxy or import. */
  readonly origin: string;
  /** The run that handed this work over. */
  readonly parentRunId: string | null;
  /** The run it repeats. */
  readonly forkedFrom: string | null;
  /** The first step that is its own. */
  readonly forkedStep: number | null;
  /** Why the last answer ended, as the server says. */
  readonly finishReason: string | null;
  /** Types of its warnings, with commas between. */
  readonly warnings: string | null;
  /** Why it did not complete, in a word. */
  readonly errorType: string | null;
  /** Why it did not complete. */
  readonly errorMessage: string | null;
  /** Labels, as JSON. */
  readonly tags: string;
  /** What was asked. */
  readonly prompt: string;
  /** The answer. */
  readonly output: string | null;
};

export function runRow(run: Run, nowMs: number): RunRow {
  const { totals } = run;
  return {
    runId: run.runId,
    agent: run.agent,
    status: run.status,
    model: run.model,
    startTime: dateOf(run.startTimeUs),
    endTime: dateOf(run.endTimeUs),
    durationMs: runTookMs(run, nowMs) ?? null,
    steps: totals.steps,
    llmCalls: totals.llmCalls,
    toolCalls: totals.toolCalls,
    attempts: totals.attempts,
    retryWaitMs: totals.retryWaitMs,
    ...tokenCells(totals.usage),
    ...costCells(totals),
    userId: run.userId,
    group: run.group ?? null,
    origin: run.origin,
    parentRunId: run.parentRunId ?? null,
    forkedFrom: run.forkedFrom?.runId ?? null,
    forkedStep: run.forkedFrom?.step ?? null,
    finishReason: run.finishReason ?? null,
    warnings: run.warnings?.map(({ type }) => type).join(",") ?? null,
    errorType: run.error?.type ?? null,
    errorMessage: run.error?.message ?? null,
    tags: JSON.stringify(run.tags),
    prompt: run.prompt,
    output: run.output ?? null,
  };
}

export const runs: TableDefinition<RunRow> = {
  name: "runs",
  about: "a row per run",
  columns: RUN_COLUMNS,
  async *rows(source, choice) {
    for await (const page of chosenRuns(source, choice)) yield page.map((run) => runRow(run, choice.nowMs));
  },
};
