import {
  canonicalJson,
  type Evaluation,
  type JudgedRun,
  type Run,
  type Snapshot,
  type StoredMessage,
  totalTokens,
  type Trace,
} from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";
import { listedRunShape, messageShape, traceShape } from "./shapes.ts";
import { snakeCased } from "./snake_case.ts";

// The names of these documents are those of the API that AgentOp Studio had in Python: its scripts go on working.

/** One run of `GET /runs`. `total_cost` is USD: `null` when nothing of it is known, not all of it where `cost_known` is false. */
export function httpRunShape(run: Run) {
  const it = listedRunShape(run);
  return {
    run_id: it.runId,
    agent_id: it.agent,
    user_id: it.userId,
    start_time: it.startTime,
    end_time: it.endTime,
    status: it.status,
    total_tokens: totalTokens(run.totals.usage),
    total_cost: it.costUsd,
    cost_known: it.costKnown,
    estimated_cost: it.estimatedCostUsd,
    model: it.model,
    steps: it.steps,
    llm_calls: it.llmCalls,
    attempts: it.attempts,
    duration_ms: it.durationMs,
    usage: snakeCased(it.usage),
    finish_reason: it.finishReason,
    warnings: it.warnings,
    error: it.error,
    group: it.group,
    tags: it.tags,
    parent_run_id: it.parentRunId,
    forked_from: it.forkedFrom && { run_id: it.forkedFrom.runId, step: it.forkedFrom.step },
    origin: it.origin,
  };
}

/** `GET /runs/{run_id}`. */
export function httpRunDocument(trace: Trace, messages: readonly StoredMessage[]) {
  const { run } = trace;
  const { toolCalls } = traceShape(trace, messages);
  return {
    ...httpRunShape(run),
    config: canonicalJson(run.config),
    initial_prompt: run.prompt,
    final_response: run.output ?? null,
    messages: messages.map((it) => {
      const { messageId, role, content, timestamp, tokenCount, finishReason } = messageShape(it);
      return {
        message_id: messageId,
        role,
        content,
        timestamp,
        token_count: tokenCount,
        finish_reason: finishReason,
      };
    }),
    tool_calls: toolCalls.map(({ callId, toolName, args, result, latencyMs, isError, source }) => ({
      call_id: callId,
      tool_name: toolName,
      args,
      return_value: result,
      latency_ms: latencyMs,
      is_error: isError,
      source,
    })),
  };
}

/** One line of `GET /runs/{run_id}/memory`: what the agent knew at the end of a step, as a JSON text. */
export function httpMemoryShape(runId: string, it: Snapshot) {
  return {
    memory_id: it.snapshotId,
    run_id: runId,
    step: it.step,
    timestamp: isoTime(it.createdAtUs),
    memory_json: JSON.stringify({ messages: it.messages, key_values: it.keyValues }),
  };
}

/** One line of `GET /evals`. */
export function httpEvaluationShape(run: Run, it: Evaluation) {
  return {
    eval_id: it.evalId,
    run_id: run.runId,
    metric_name: it.name,
    metric_value: it.value ?? null,
    label: it.label ?? null,
    source: it.source,
    timestamp: isoTime(it.createdAtUs),
    start_time: isoTime(run.startTimeUs),
    agent_id: run.agent,
  };
}

export const httpJudgedShape = ({ run, evaluation }: JudgedRun) => httpEvaluationShape(run, evaluation);

/** `POST /run`. */
export function httpAnswerDocument(run: Run) {
  const { run_id, status, total_tokens, total_cost, cost_known, warnings } = httpRunShape(run);
  return { run_id, response: run.output ?? null, total_tokens, total_cost, cost_known, status, warnings };
}
