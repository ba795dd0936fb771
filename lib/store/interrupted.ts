import type { DurableEvent, Trace } from "../core/mod.ts";

/** What ends a run whose process died: its open spans and the run itself end with the last thing that is known to have happened. */
export function interruption({ run, spans }: Trace): readonly DurableEvent[] {
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
    })),
    { type: "run_update", traceId, change: { status: "interrupted", endTimeUs: lastUs } },
  ];
}
