import { ATTR, type CallTouch, readTouches, type Span, type Trace } from "../core/mod.ts";
import { toolTitle } from "./span_title.ts";
import { textAttribute } from "./attributes.ts";

/** The span that is being worked on: the latest open one which has no open child. Attempts stand for their model call. */
export function activeSpan(trace: Trace): Span | undefined {
  let best: Span | undefined;
  for (const span of trace.spans.values()) {
    if (span.endTimeUs !== undefined || span.kind === "attempt") continue;
    if (!best || span.startTimeUs > best.startTimeUs || isDeeper(span, best)) best = span;
  }
  return best;
}

/** For two that started in the same microsecond. */
function isDeeper(span: Span, than: Span): boolean {
  return span.startTimeUs === than.startTimeUs && than.parentSpanId !== span.spanId;
}

/** A question that waits for a person: an open guardrail span. */
export interface Approval {
  readonly spanId: string;
  /** The agent that asks. */
  readonly agent: string;
  readonly tool: string;
  readonly summary: string;
  readonly arguments: unknown;
  /** What they mean. */
  readonly touches: readonly CallTouch[];
  readonly askedAtUs: number;
}

/** The question that has waited longest. */
export function pendingApproval(trace: Trace): Approval | undefined {
  return pendingApprovals(trace)[0];
}

/** Every question that is open, oldest first. */
export function pendingApprovals(trace: Trace): readonly Approval[] {
  return [...trace.spans.values()]
    .filter((span) => span.kind === "guardrail" && span.endTimeUs === undefined)
    .toSorted((a, b) => a.startTimeUs - b.startTimeUs)
    .map((span) => ({
      spanId: span.spanId,
      agent: trace.run.agent,
      tool: textAttribute(span, ATTR.toolName) ?? span.name,
      summary: toolTitle(span),
      arguments: span.attributes[ATTR.toolCallArguments],
      touches: readTouches(span.attributes[ATTR.approvalTouches]),
      askedAtUs: span.startTimeUs,
    }));
}
