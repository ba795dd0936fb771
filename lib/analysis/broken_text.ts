import { ATTR, type Span, type Trace } from "../core/mod.ts";
import { textAttribute } from "./attributes.ts";
import { attemptsOf, childrenOf } from "./span_tree.ts";

/**
 * The text that had arrived before a stream broke: of an attempt, of a model call's last one, of the last call of an agent.
 * `undefined` where nothing broke or nothing had arrived.
 */
export function brokenText(trace: Trace, span: Span): string | undefined {
  switch (span.kind) {
    case "attempt":
      return textAttribute(span, ATTR.attemptPartial) || undefined;
    case "llm": {
      if (span.outputMessages !== undefined) return undefined;
      const last = attemptsOf(trace, span.spanId).at(-1);
      return last && brokenText(trace, last);
    }
    case "agent": {
      const last = childrenOf(trace, span.spanId).findLast(({ kind }) => kind === "llm");
      return last && brokenText(trace, last);
    }
    default:
      return undefined;
  }
}

/** The same for a run that has no answer. */
export function unfinishedAnswer(trace: Trace): string | undefined {
  if (trace.run.output !== undefined) return undefined;
  const root = [...trace.spans.values()].find((span) =>
    span.kind === "agent" && span.parentSpanId === undefined
  );
  return root && brokenText(trace, root);
}
