import type { Span, Usage } from "../../core/mod.ts";
import type { OtlpSpan, ScopeSpans } from "../types.ts";
import type { SpanReader } from "./span_reader.ts";
import type { Told } from "./told_events.ts";

/** A span as it was sent, and by whom. */
export interface SentSpan {
  readonly span: OtlpSpan;
  readonly by: Pick<ScopeSpans, "resource" | "scope">;
}

/** A span on its way: what it says of itself, before it is known what others say of the same. */
export interface Draft {
  readonly span: Span;
  readonly reader: SpanReader;
  readonly usage: Usage | undefined;
  /** What it says that it cost. */
  readonly costUsd: number | undefined;
  readonly told: Told;
  readonly sent: SentSpan;
}
