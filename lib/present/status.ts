import type { RunStatus, Span } from "../core/mod.ts";

/** What a status means to the eye; each edge has its own colours for these. */
export type Tone = "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

export interface Sign {
  readonly glyph: string;
  readonly style: Tone;
}

export const STATUS_SIGNS: Readonly<Record<RunStatus, Sign>> = {
  queued: { glyph: "○", style: "dim" },
  running: { glyph: "●", style: "cyan" },
  waiting: { glyph: "?", style: "magenta" },
  paused: { glyph: "‖", style: "yellow" },
  completed: { glyph: "✓", style: "green" },
  failed: { glyph: "✗", style: "red" },
  stopped: { glyph: "■", style: "yellow" },
  cancelled: { glyph: "⊘", style: "dim" },
  interrupted: { glyph: "↯", style: "red" },
};

export function spanSign(span: Span): Sign {
  if (span.status === "interrupted") return STATUS_SIGNS.interrupted;
  if (span.status === "error") return STATUS_SIGNS.failed;
  if (span.endTimeUs !== undefined) return STATUS_SIGNS.completed;
  return span.kind === "guardrail" ? STATUS_SIGNS.waiting : STATUS_SIGNS.running;
}
