import { textAttribute } from "../../../analysis/mod.ts";
import { ATTR, type Span } from "../../../core/mod.ts";
import { type LiveModel, selectedSpan } from "./model.ts";
import type { HandOff } from "./queries.ts";

/** The selected tool call, where it may have handed its work to another run. */
export function handOffOf(model: LiveModel): HandOff | undefined {
  const span = selectedSpan(model);
  if (!span || span.kind !== "tool" || !model.trace) return undefined;
  const childRunId = textAttribute(span, ATTR.childRunId);
  // While a hand-off is under way its span does not name the run yet: the run names the span.
  if (childRunId === undefined && span.endTimeUs !== undefined) return undefined;
  return {
    parentRunId: model.trace.run.runId,
    spanId: span.spanId,
    ...(childRunId === undefined ? {} : { childRunId }),
  };
}

export function namesChild(span: Span | undefined): boolean {
  return span !== undefined && textAttribute(span, ATTR.childRunId) !== undefined;
}
