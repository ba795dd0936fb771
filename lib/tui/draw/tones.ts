import type { RunStatus, SpanKind } from "../../core/mod.ts";
import { STATUS_LOOKS } from "../../present/mod.ts";
import type { Tone } from "./theme.ts";

export function statusTone(status: RunStatus): Tone {
  return STATUS_LOOKS[status].tone;
}

export function kindTone(kind: SpanKind): Tone {
  if (kind === "agent" || kind === "llm" || kind === "tool" || kind === "attempt") return kind;
  return kind === "guardrail" ? "waiting" : "other";
}
