import {
  ATTR,
  type DurableEvent,
  type LostCost,
  type PartialOutput,
  type Span,
  type Trace,
} from "../core/mod.ts";
import { estimatedCost, estimatedUsage } from "../analysis/mod.ts";

/**
 * What ends a run whose process died: its open spans and the run itself end with the last thing that is known to have happened. An
 * attempt that was under way may have been billed: `partials` is what had arrived of it.
 */
export function interruption(trace: Trace, partials: readonly PartialOutput[] = []): readonly DurableEvent[] {
  const { run, spans } = trace;
  const { traceId } = run;
  const all = [...spans.values()];
  const lastUs = all.reduce(
    (last, span) => Math.max(last, span.endTimeUs ?? span.startTimeUs),
    run.startTimeUs,
  );
  const open = all.filter((span) => span.endTimeUs === undefined);
  return [
    ...open.map((span): DurableEvent => ({
      type: "span_end",
      traceId,
      spanId: span.spanId,
      endTimeUs: lastUs,
      status: "interrupted",
      errorType: "interrupted",
      ...(span.kind === "attempt" ? costOfCut(trace, span, partials) : {}),
    })),
    { type: "run_update", traceId, change: { status: "interrupted", endTimeUs: lastUs } },
  ];
}

/** Priced as the run's other calls of the model were: there is no price table here. */
function costOfCut({ spans }: Trace, attempt: Span, partials: readonly PartialOutput[]): LostCost {
  const call = attempt.parentSpanId === undefined ? undefined : spans.get(attempt.parentSpanId);
  const partial = partials.find(({ spanId }) => spanId === attempt.parentSpanId);
  const usage = estimatedUsage({
    messages: call?.inputMessages ?? [],
    tools: call?.attributes[ATTR.toolDefinitions],
    streamedChars: (partial?.text.length ?? 0) + (partial?.reasoning.length ?? 0),
  });
  const priced = [...spans.values()].find((span) =>
    span.requestModel === attempt.requestModel && span.cost?.tag !== undefined
  );
  return estimatedCost(usage, priced?.cost?.tag);
}
