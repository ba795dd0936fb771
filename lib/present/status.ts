import { BUDGET_WAIT, type Run, type RunStatus, type Span, WARNING_WORDS } from "../core/mod.ts";

/** What a status means to the eye; each edge has its own colour for it. */
export type StatusTone = "ok" | "error" | "warn" | "live" | "waiting" | "dim";

/** How a status shows. */
export interface StatusLook {
  readonly glyph: string;
  /** The glyph where only ASCII is drawn. */
  readonly ascii: string;
  readonly tone: StatusTone;
  /** The status in at most nine columns; where there is room, the status itself is the word. */
  readonly short: string;
}

/** The one table of how statuses look. */
export const STATUS_LOOKS: Readonly<Record<RunStatus, StatusLook>> = {
  queued: { glyph: "○", ascii: "o", tone: "dim", short: "queued" },
  running: { glyph: "●", ascii: "*", tone: "live", short: "live" },
  waiting: { glyph: "◔", ascii: "?", tone: "waiting", short: "waiting" },
  paused: { glyph: "⏸", ascii: "=", tone: "warn", short: "paused" },
  completed: { glyph: "✓", ascii: "+", tone: "ok", short: "done" },
  failed: { glyph: "✗", ascii: "x", tone: "error", short: "failed" },
  stopped: { glyph: "■", ascii: "#", tone: "warn", short: "stopped" },
  cancelled: { glyph: "■", ascii: "#", tone: "dim", short: "cancelled" },
  interrupted: { glyph: "↯", ascii: "!", tone: "error", short: "cut off" },
};

type Ended = Pick<Run, "status" | "error" | "warnings">;

/** It is at work, but a shared budget has nothing left for it until calls of others end. */
export function waitsForBudget({ status, warnings = [] }: Ended): boolean {
  return status === "running" && warnings.some(({ type }) => type === BUDGET_WAIT);
}

/**
 * A run's status in at most nine columns: of a stopped run, what stopped it (`budget`, `steps`, `timeout`, `loop`); of one that
 * completed with a warning, which; of one that waits for a budget, that.
 */
export function shortStatus(run: Ended): string {
  const { status, error } = run;
  const errorType = error?.type ?? "";
  if (status === "stopped" && /^[a-z_]{1,12}$/.test(errorType)) {
    return errorType.replace("max_steps", "steps");
  }
  return waitsForBudget(run) ? "at budget" : warnedStatus(run, STATUS_LOOKS[status].short);
}

/** A run's status where there is room for it, and what it was warned of instead where it completed so. */
export function longStatus(run: Ended): string {
  return waitsForBudget(run) ? "waits for budget" : warnedStatus(run, run.status);
}

function warnedStatus({ status, warnings = [] }: Ended, word: string): string {
  if (status !== "completed" || warnings.length === 0) return word;
  const known = Object.keys(WARNING_WORDS).find((type) => warnings.some((warning) => warning.type === type));
  return known === undefined ? `${word} !` : WARNING_WORDS[known]!;
}

/** What a run's status means to the eye: one that completed with a warning is not simply well. */
export function runTone({ status, warnings = [] }: Ended): StatusTone {
  if (waitsForBudget({ status, warnings })) return "waiting";
  return status === "completed" && warnings.length > 0 ? "warn" : STATUS_LOOKS[status].tone;
}

/** The run status that a span looks like: one that waits for a person is an open guardrail. */
export function spanStatus(
  { status, endTimeUs, kind }: Pick<Span, "status" | "endTimeUs" | "kind">,
): RunStatus {
  if (status === "interrupted") return "interrupted";
  if (status === "error") return "failed";
  if (endTimeUs !== undefined) return "completed";
  return kind === "guardrail" ? "waiting" : "running";
}
