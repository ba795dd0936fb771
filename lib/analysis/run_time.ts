import { isLive, type Run, type Span } from "../core/mod.ts";

/**
 * How long was worked on a run, or has been so far, in ms: without pauses, waits for a person, and the time between its death and
 * its resume; of a fork, without the steps it began with. `undefined` for one that waits for its start or whose end nobody saw.
 */
export function runTookMs(
  { startTimeUs, endTimeUs, status, idleUs = 0, idleSinceUs }: RunTimes,
  nowMs: number,
): number | undefined {
  const untilUs = endTimeUs ?? (isLive(status) ? idleSinceUs ?? nowMs * 1000 : undefined);
  return untilUs === undefined ? undefined : Math.max(0, untilUs - startTimeUs - idleUs) / 1000;
}

/** What is asked of a run's times. */
export type RunTimes = Pick<Run, "startTimeUs" | "endTimeUs" | "status" | "idleUs" | "idleSinceUs">;

/** How long a span took, or has taken so far, in ms. */
export function spanTookMs(
  { startTimeUs, endTimeUs }: Pick<Span, "startTimeUs" | "endTimeUs">,
  nowMs: number,
): number {
  return Math.max(0, (endTimeUs ?? nowMs * 1000) - startTimeUs) / 1000;
}

/** The same for a span of a run: the root of its agent took what the run took, so that both read the same. */
export function tookMs(
  run: RunTimes,
  span: Pick<Span, "kind" | "parentSpanId" | "startTimeUs" | "endTimeUs">,
  nowMs: number,
): number {
  const isRoot = span.kind === "agent" && span.parentSpanId === undefined;
  return (isRoot ? runTookMs(run, nowMs) : undefined) ?? spanTookMs(span, nowMs);
}
