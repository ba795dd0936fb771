import { isLive, type Run, type Span } from "../core/mod.ts";

/** How long a run took, or has taken so far, in ms; `undefined` for one that waits for its start or whose end nobody saw. */
export function runTookMs({ startTimeUs, endTimeUs, status }: Run, nowMs: number): number | undefined {
  if (endTimeUs !== undefined) return (endTimeUs - startTimeUs) / 1000;
  return isLive(status) ? Math.max(0, nowMs - startTimeUs / 1000) : undefined;
}

/** How long a span took, or has taken so far, in ms. */
export function spanTookMs(
  { startTimeUs, endTimeUs }: Pick<Span, "startTimeUs" | "endTimeUs">,
  nowMs: number,
): number {
  return Math.max(0, (endTimeUs ?? nowMs * 1000) - startTimeUs) / 1000;
}
