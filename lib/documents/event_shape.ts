import type { TraceEvent } from "../core/mod.ts";
import { callCostFields, evaluationShape, runShape, spanShape, usageShape } from "./shapes.ts";
import { isoTime } from "../present/mod.ts";

/** One line of `--jsonl`: the event in the contract's spelling, with the run it belongs to. */
export function eventShape(event: TraceEvent, runId: string): Record<string, unknown> {
  switch (event.type) {
    case "run_start":
      return { type: event.type, runId, run: runShape(event.run) };
    case "run_update": {
      const { startTimeUs, endTimeUs, idleUs, idleSinceUs: _, ...change } = event.change;
      return {
        type: event.type,
        runId,
        ...change,
        ...(startTimeUs === undefined ? {} : { startTime: isoTime(startTimeUs) }),
        ...(endTimeUs === undefined || endTimeUs === null ? {} : { endTime: isoTime(endTimeUs) }),
        ...(idleUs === undefined ? {} : { idleMs: idleUs / 1000 }),
      };
    }
    case "span_start":
      return { type: event.type, runId, span: spanShape(event.span) };
    case "span_end":
      return {
        type: event.type,
        runId,
        spanId: event.spanId,
        endTime: isoTime(event.endTimeUs),
        status: event.status,
        errorType: event.errorType ?? null,
        errorMessage: event.errorMessage ?? null,
        finishReasons: event.finishReasons ?? null,
        usage: event.usage ? usageShape(event.usage) : null,
        ...callCostFields({
          ...(event.cost ? { cost: event.cost } : {}),
          attributes: event.attributes ?? {},
        }),
        outputMessages: event.outputMessages ?? null,
        attributes: event.attributes ?? {},
      };
    case "snapshot":
      return {
        type: event.type,
        runId,
        spanId: event.snapshot.spanId,
        step: event.snapshot.step,
        timestamp: isoTime(event.snapshot.createdAtUs),
        messageCount: event.snapshot.messages.length,
        keyValues: event.snapshot.keyValues,
      };
    case "evaluation":
      return { type: event.type, runId, evaluation: evaluationShape(event.evaluation) };
    case "delta":
      return { type: event.type, runId, spanId: event.spanId, channel: event.channel, text: event.text };
    case "reset":
      return { type: event.type, runId, spanId: event.spanId };
  }
}
