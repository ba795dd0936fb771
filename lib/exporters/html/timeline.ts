import { ATTR, type Span } from "../../core/mod.ts";
import { duration } from "../../present/mod.ts";
import { type Markup, markup } from "./markup.ts";

/** A pause is drawn short when it is longer than this share of the time in which something ran. */
const PAUSE_MAX_SHARE = 0.3;
const PAUSE_MIN_US = 1_000_000;
/** How long a shortened pause is drawn. */
const PAUSE_DRAWN_SHARE = 0.04;
/** Anything that happened can be seen. */
const BAR_MIN_PERCENT = 0.4;

interface Pause {
  readonly startUs: number;
  readonly endUs: number;
}

/** One stretch of a bar, in microseconds since the epoch. */
export interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
  readonly look: "llm" | "tool" | "other" | "bad" | "wait" | "ok";
}

/**
 * Places moments on a line. Long pauses in which nothing ran, e.g. between a crash and the run's going on, are drawn short, so
 * that the rest can be seen.
 */
export class Timeline {
  readonly #startUs: number;
  readonly #drawnUs: number;
  readonly #pauses: readonly Pause[];
  readonly #pauseDrawnUs: number;

  constructor(spans: readonly Span[], nowUs: number) {
    const busy = merged(spans, nowUs);
    const first = busy[0]?.startUs ?? 0;
    const last = busy.at(-1)?.endUs ?? 1;
    const busyUs = busy.reduce((sum, it) => sum + it.endUs - it.startUs, 0);
    const limitUs = Math.max(PAUSE_MIN_US, busyUs * PAUSE_MAX_SHARE);
    this.#pauses = busy.slice(1).map((it, index) => ({ startUs: busy[index]!.endUs, endUs: it.startUs }))
      .filter((it) => it.endUs - it.startUs > limitUs);
    this.#startUs = first;
    this.#pauseDrawnUs = busyUs * PAUSE_DRAWN_SHARE;
    this.#drawnUs = Math.max(1, last - first - this.#shortenedUs(last));
  }

  /** How long the pauses that are drawn short were, together. */
  get pausedMs(): number {
    return this.#pauses.reduce((sum, it) => sum + it.endUs - it.startUs, 0) / 1000;
  }

  /** Beginning, quarters and end of the line; only the two ends where pauses were cut. */
  get ticks(): readonly string[] {
    const parts = this.#pauses.length > 0 ? [0, 1] : [0, 0.25, 0.5, 0.75, 1];
    const wholeMs = this.#drawnUs / 1000 + (this.#pauses.length > 0 ? this.pausedMs : 0);
    return parts.map((part) => part === 0 ? "0" : duration(wholeMs * part));
  }

  /** A bar as wide as the room it gets. */
  bar(stretches: readonly Stretch[]): Markup {
    const rects = stretches.map(({ startUs, endUs, look }) => {
      const from = this.#percent(startUs);
      const wide = Math.max(BAR_MIN_PERCENT, this.#percent(endUs) - from);
      const x = Math.max(0, Math.min(from, 100 - wide));
      return markup`<rect class="b-${look}" x="${x.toFixed(2)}%" width="${
        wide.toFixed(2)
      }%" height="100%" rx="2"/>`;
    });
    const cuts = this.#pauses.map(({ startUs }) => {
      const x = this.#percent(startUs) + 50 * this.#pauseDrawnUs / this.#drawnUs;
      return markup`<rect class="b-cut" x="${x.toFixed(2)}%" width="1" height="100%"/>`;
    });
    return markup`<svg aria-hidden="true">${rects}${cuts}</svg>`;
  }

  #percent(us: number): number {
    return Math.min(100, Math.max(0, 100 * (us - this.#startUs - this.#shortenedUs(us)) / this.#drawnUs));
  }

  /** By how much everything at `us` moves to the left. */
  #shortenedUs(us: number): number {
    let sum = 0;
    for (const { startUs, endUs } of this.#pauses) {
      if (us <= startUs) break;
      const part = Math.min(1, (us - startUs) / (endUs - startUs));
      sum += part * Math.max(0, endUs - startUs - this.#pauseDrawnUs);
    }
    return sum;
  }
}

/** Times in which at least one span was open. */
function merged(spans: readonly Span[], nowUs: number): readonly Pause[] {
  const out: { startUs: number; endUs: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.startTimeUs - b.startTimeUs)) {
    const endUs = endOf(span, nowUs);
    const last = out.at(-1);
    if (last && span.startTimeUs <= last.endUs) last.endUs = Math.max(last.endUs, endUs);
    else out.push({ startUs: span.startTimeUs, endUs });
  }
  return out;
}

function endOf(span: Span, nowUs: number): number {
  return Math.max(span.startTimeUs, span.endTimeUs ?? nowUs);
}

/** A span's own time, and in it the tries that failed and the waits after them. */
export function stretchesOf(span: Span, attempts: readonly Span[], nowUs: number): readonly Stretch[] {
  const look = span.status === "error" || span.status === "interrupted"
    ? "bad"
    : span.kind === "llm" || span.kind === "tool"
    ? span.kind
    : "other";
  const whole: Stretch = { startUs: span.startTimeUs, endUs: endOf(span, nowUs), look };
  if (attempts.length < 2) return [whole];
  return attempts.flatMap((attempt) =>
    attemptStretches(attempt, attempt.status === "ok" ? look : "bad", nowUs)
  );
}

export function attemptStretches(attempt: Span, look: Stretch["look"], nowUs: number): readonly Stretch[] {
  const endUs = endOf(attempt, nowUs);
  const wait = attempt.attributes[ATTR.retryDelayMs];
  return [
    ...(typeof wait === "number" && wait > 0
      ? [{ startUs: endUs, endUs: endUs + wait * 1000, look: "wait" } as const]
      : []),
    { startUs: attempt.startTimeUs, endUs, look },
  ];
}
