import { ATTR } from "../core/mod.ts";
import type { Trace } from "../core/mod.ts";
import { type Span, toolCallsOf } from "../core/mod.ts";

/**
 * The steps of a run that count, in order, each with its number. What an interruption cut short and the resumed run made again
 * counts once. A run that numbers none (an imported one) is taken in order of start.
 */
export function stepsOf(trace: Trace): readonly Span[] {
  const all = [...trace.spans.values()];
  const numbered = all.filter((span) => span.step !== undefined).sort((a, b) => a.step! - b.step!);
  if (numbered.length > 0) return withoutRepeated(numbered);
  return all.filter((span) => span.kind === "tool" || span.kind === "llm" && !isInsideCall(span, trace))
    .sort((a, b) => a.startTimeUs - b.startTimeUs)
    .map((span, index) => ({ ...span, step: index + 1 }));
}

/** A model call without an answer that is not the last step, or a tool call without a result that a later step repeats. */
function withoutRepeated(steps: readonly Span[]): readonly Span[] {
  const callOf = (span: Span) => span.attributes[ATTR.toolCallId];
  return steps.filter((span, index) => {
    if (span.outputMessages || span.status === "ok" || span.status === "unset") return true;
    const later = steps.slice(index + 1);
    return span.kind === "tool"
      ? callOf(span) === undefined || !later.some((it) => callOf(it) === callOf(span))
      : later.length === 0;
  });
}

/** A framework and the SDK below it both tell of one model call: the outer span stands for it. */
function isInsideCall(span: Span, { spans }: Trace): boolean {
  let above = span.parentSpanId;
  for (let depth = 0; above !== undefined && depth < spans.size; depth++) {
    const parent = spans.get(above);
    if (parent?.kind === "llm") return true;
    above = parent?.parentSpanId;
  }
  return false;
}

export type AskedCall = { readonly name: string; readonly arguments: unknown };

/** Tool calls by id, as models asked for them: imported tool spans do not always repeat them. */
export function askedCalls(steps: readonly Span[]): ReadonlyMap<string, AskedCall> {
  const calls = new Map<string, AskedCall>();
  for (const span of steps) {
    for (const message of span.outputMessages ?? []) {
      for (const call of toolCallsOf(message)) calls.set(call.id, call);
    }
  }
  return calls;
}

/** Name and arguments of a tool span. */
export function toolCallOf(span: Span, calls: ReadonlyMap<string, AskedCall>): AskedCall {
  const asked = calls.get(String(span.attributes[ATTR.toolCallId]));
  return {
    name: String(span.attributes[ATTR.toolName] ?? asked?.name ?? span.name),
    arguments: span.attributes[ATTR.toolCallArguments] ?? asked?.arguments ?? null,
  };
}
