import { AgentOpError, shortRunId, type Span, type Trace } from "../core/mod.ts";
import { stepNumber } from "./steps.ts";

/** Shorter beginnings of a span id could be the number of a step. */
const PREFIX_MIN = 4;

/**
 * A span by its id, by the number of its step (what trees show), or by the beginning of its id. Throws `AgentOpError` when there is
 * none, or when several begin so.
 */
export function findSpan(trace: Trace, id: string): Span {
  const wanted = id.toLowerCase();
  const all = [...trace.spans.values()];
  const found = trace.spans.get(wanted) ?? all.find((span) => String(stepNumber(trace, span)) === id);
  if (found) return found;
  const begin = wanted.length < PREFIX_MIN ? [] : all.filter((span) => span.spanId.startsWith(wanted));
  if (begin.length === 1) return begin[0]!;
  const reason = begin.length === 0 ? "this run has no such span" : `${begin.length} spans begin so`;
  throw new AgentOpError(`Cannot show span "${id.slice(0, 40)}": ${reason}`, {
    remedy: `a step's number, or a spanId of agentop show ${shortRunId(trace.run.runId)} --json`,
  });
}
