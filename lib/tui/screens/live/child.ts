import { ATTR, type Span } from "../../../core/mod.ts";
import type { Query } from "../../contract/message.ts";
import { textAttribute } from "../../trace/span_row.ts";
import { type LiveModel, selectedSpan } from "./model.ts";

/** The question for the run that the selected tool call handed its work to, where there may be one. */
export function childQuery(model: LiveModel): Extract<Query, { kind: "child" }> | undefined {
  const span = selectedSpan(model);
  if (!span || span.kind !== "tool" || !model.trace) return undefined;
  const childRunId = textAttribute(span, ATTR.childRunId);
  // While a hand-off is under way its span does not name the run yet: the run names the span.
  if (childRunId === undefined && span.endTimeUs !== undefined) return undefined;
  return {
    kind: "child",
    parentRunId: model.trace.run.runId,
    spanId: span.spanId,
    ...(childRunId === undefined ? {} : { childRunId }),
  };
}

export function namesChild(span: Span | undefined): boolean {
  return span !== undefined && textAttribute(span, ATTR.childRunId) !== undefined;
}
