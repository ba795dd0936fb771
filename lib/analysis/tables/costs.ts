import { addUsage, type CostRow, dayOfTime, type UsageFacts } from "../../core/mod.ts";
import {
  type ColumnsFor,
  dateOf,
  factsQuery,
  integer,
  orNull,
  type TableDefinition,
  text,
  time,
} from "./column.ts";
import { COST_COLUMNS, costCells, TOKEN_COLUMNS, tokenCells } from "./cost_columns.ts";

const RUN_COST_COLUMNS: ColumnsFor<RunCostRow> = {
  runId: text("the run"),
  agent: text("name of the agent"),
  model: text("the model that was billed"),
  day: text("the day of the calls, UTC: YYYY-MM-DD"),
  startTime: time("when the run began, UTC"),
  userId: text("the user it was made for"),
  group: orNull(text("experiment, session or batch")),
  llmCalls: integer("model calls", "calls"),
  ...TOKEN_COLUMNS,
  ...COST_COLUMNS,
};

/** What one run used and cost of one model on one day. */
export type RunCostRow = {
  /** The run. */
  readonly runId: string;
  /** Name of the agent. */
  readonly agent: string;
  /** The model that was billed. */
  readonly model: string;
  /** The day of the calls, UTC: YYYY-MM-DD. */
  readonly day: string;
  /** When the run began, UTC. */
  readonly startTime: Date;
  /** The user it was made for. */
  readonly userId: string;
  /** Experiment, session or batch. */
  readonly group: string | null;
  /** Model calls. */
  readonly llmCalls: number;
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
};

export function runCostRow(it: UsageFacts): RunCostRow {
  return {
    runId: it.runId,
    agent: it.agent,
    model: it.model,
    day: dayOfTime(it.quarterMs, "UTC"),
    startTime: dateOf(it.startTimeUs),
    userId: it.userId,
    group: it.group ?? null,
    llmCalls: it.llmCalls,
    ...tokenCells(it.usage),
    ...costCells(it),
  };
}

/** Quarters of an hour of one run, model and day as one. */
function byDay(all: readonly UsageFacts[]): readonly UsageFacts[] {
  const days = new Map<string, UsageFacts>();
  for (const it of all) {
    const key = `${it.runId} ${dayOfTime(it.quarterMs, "UTC")} ${it.model}`;
    const sum = days.get(key);
    const estimatedCostUsd = (sum?.estimatedCostUsd ?? 0) + (it.estimatedCostUsd ?? 0);
    days.set(
      key,
      sum
        ? {
          ...sum,
          llmCalls: sum.llmCalls + it.llmCalls,
          usage: addUsage(sum.usage, it.usage),
          costUsd: sum.costUsd + it.costUsd,
          unknownCostCalls: sum.unknownCostCalls + it.unknownCostCalls,
          ...(estimatedCostUsd > 0 ? { estimatedCostUsd } : {}),
        }
        : it,
    );
  }
  return [...days.values()];
}

export const costs: TableDefinition<RunCostRow> = {
  name: "costs",
  about: "a row per run, model and day: tokens and money",
  columns: RUN_COST_COLUMNS,
  async *rows(source, choice) {
    const { usage, damagedRows } = await source.usageFacts(factsQuery(choice));
    choice.onDamaged?.(damagedRows);
    yield byDay(usage).map(runCostRow);
  },
};

export const COST_SUM_COLUMNS: ColumnsFor<CostSumRow> = {
  key: orNull(text("what is added up by: name of the model, agent, …, or YYYY-MM-DD")),
  runs: integer("runs with calls in it", "runs"),
  llmCalls: integer("model calls", "calls"),
  ...TOKEN_COLUMNS,
  ...COST_COLUMNS,
};

/** What runs with one key cost together. */
export type CostSumRow = {
  /** What is added up by: name of the model, agent, …, or YYYY-MM-DD. */
  readonly key: string | null;
  /** Runs with calls in it. */
  readonly runs: number;
  /** Model calls. */
  readonly llmCalls: number;
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
};

export function costSumRow(it: CostRow): CostSumRow {
  return {
    key: it.isUngrouped ? null : it.key,
    runs: it.runs,
    llmCalls: it.llmCalls,
    ...tokenCells(it.usage),
    ...costCells(it),
  };
}
