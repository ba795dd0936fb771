import { ATTR } from "../core/mod.ts";
import type { Trace } from "../core/mod.ts";
import { type Span, toolCallsOf } from "../core/mod.ts";

/** A span that is a step, with its number. */
export interface Step extends Span {
  readonly step: number;
}

/**
 * The steps of a run that count, in order, each with its number. What an interruption cut short and the resumed run made again
 * counts once. A run that numbers none (an imported one) is taken in order of start.
 */
export function stepsOf(trace: Trace): readonly Step[] {
  const known = stepsOfSpans.get(trace.spans);
  if (known) return known;
  const steps = toldSteps(trace)?.all ??
    withoutRepeated(
      [...trace.spans.values()].filter(isNumbered)
        .sort((a, b) => a.step - b.step || a.startTimeUs - b.startTimeUs),
    );
  stepsOfSpans.set(trace.spans, steps);
  return steps;
}

const stepsOfSpans = new WeakMap<Trace["spans"], readonly Step[]>();

/**
 * How many steps a run made: as counted while it ran, also those made again after an interruption; of a run that numbers none, as
 * many as it tells of.
 */
export function stepCount(trace: Trace): number {
  return trace.run.totals.steps || stepsOf(trace).length;
}

/** The number of a span, where it is a step; also of one that was made again and does not count. */
export function stepNumber(trace: Trace, span: Span): number | undefined {
  return span.step ?? toldSteps(trace)?.byId.get(span.spanId)?.step;
}

/** The step that a span belongs to: itself or the nearest above it; `undefined` above the steps. */
export function stepOf(trace: Trace, span: Span | undefined): Step | undefined {
  let at = span;
  for (let hops = 0; at && hops <= trace.spans.size; hops++) {
    const step = isNumbered(at) ? at : toldSteps(trace)?.byId.get(at.spanId);
    if (step) return step;
    at = at.parentSpanId === undefined ? undefined : trace.spans.get(at.parentSpanId);
  }
  return undefined;
}

/** Steps that are numbered here, as their run numbers none. */
interface ToldSteps {
  readonly all: readonly Step[];
  readonly byId: ReadonlyMap<string, Step>;
}

const toldOfSpans = new WeakMap<Trace["spans"], ToldSteps | null>();

function toldSteps(trace: Trace): ToldSteps | null {
  const known = toldOfSpans.get(trace.spans);
  if (known !== undefined) return known;
  const told = trace.spans.values().some(isNumbered) ? null : numbered(trace);
  toldOfSpans.set(trace.spans, told);
  return told;
}

function numbered(trace: Trace): ToldSteps {
  const all = [...trace.spans.values()]
    .filter((span) => span.kind === "tool" || span.kind === "llm" && !isInsideCall(span, trace))
    .sort((a, b) => a.startTimeUs - b.startTimeUs)
    .map((span, index): Step => ({ ...span, step: index + 1 }));
  return { all, byId: new Map(all.map((step) => [step.spanId, step])) };
}

function isNumbered(span: Span): span is Step {
  return span.step !== undefined;
}

/** A model call without an answer that is not the last step, or a tool call without a result that a later step repeats. */
function withoutRepeated(steps: readonly Step[]): readonly Step[] {
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
export function isInsideCall(span: Span, { spans }: Pick<Trace, "spans">): boolean {
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

/** What a tool gave: imported spans have it as an attribute, own ones as the message that goes to the model. */
export function toolResultOf({ attributes, outputMessages }: Span): unknown {
  const told = attributes[ATTR.toolCallResult];
  if (told !== undefined) return told;
  const parts = (outputMessages ?? []).flatMap((message) => message.parts);
  const response = parts.find((part) => part.type === "tool_call_response");
  if (response) return response.response;
  const texts = parts.flatMap((part) => part.type === "text" ? [part.content] : []);
  return texts.length === 0 ? undefined : texts.join("\n");
}
