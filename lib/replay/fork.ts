import {
  addTotals,
  AgentOpError,
  applyEvent,
  ATTR,
  canonicalJson,
  type DurableEvent,
  type Host,
  type Message,
  newSpanId,
  NO_TOTALS,
  type Run,
  type Snapshot,
  type Span,
  toolCallsOf,
  totalsOfStart,
  type Trace,
} from "../core/mod.ts";
import { operationOf, stepsOf } from "../analysis/mod.ts";
import { checkOrder, editedMessage } from "./edits.ts";
import { callIdOf } from "./recording.ts";

export interface ForkRequest {
  /** The first step that is run again. With an edit of this very step, the first is the one after. */
  readonly from: number;
  /** What steps say instead, by their number. */
  readonly edits: ReadonlyMap<number, string>;
  /** Other instructions than the original's. */
  readonly instructions?: string;
}

/** What a fork begins with. */
export interface ForkPlan {
  /** The last step it begins with. */
  readonly through: number;
  /** Steps up to here are the original's, row by row; those after it are written with their edits. */
  readonly copiedThrough: number;
  readonly messages: readonly Message[];
  readonly keyValues: Readonly<Record<string, unknown>>;
  readonly replaced: ReadonlyMap<number, Message>;
}

/** Works out a fork; throws `AgentOpError` of one line when it cannot be. Nothing is written. */
export function planFork(trace: Trace, request: ForkRequest): ForkPlan {
  const steps = stepsOf(trace);
  const numbered = numberedSpans(trace);
  const { from, edits } = request;
  const { runId } = trace.run;
  if (numbered.length === 0 && steps.length > 0) {
    throw new AgentOpError(
      `Cannot fork ${runId}: which steps it repeats is not on record (it was not run here: origin ${trace.run.origin})`,
      { remedy: `agentop replay ${runId} --agent AGENT, from the beginning` },
    );
  }
  const last = numbered.at(-1)?.step ?? 0;
  for (const step of edits.keys()) {
    if (step <= from && steps.some((span) => span.step === step)) continue;
    const isLater = step <= last && step > from;
    const why = step > last
      ? `${runId} has ${counted(last)}`
      : isLater
      ? `the fork starts at step ${from}, before it`
      : "it was cut short and made again later";
    throw new AgentOpError(`Cannot edit step ${step}: ${why}`, {
      remedy: isLater ? `--from ${step}` : `agentop show ${runId}`,
    });
  }
  if (from > last + 1) {
    const remedy = last === 0 ? `agentop replay ${runId}` : last === 1 ? "--from 1" : `--from 1 to ${last}`;
    throw new AgentOpError(`Cannot fork ${runId} at step ${from}: it has ${counted(last)}`, { remedy });
  }
  const through = edits.has(from) ? from : from - 1;
  const kept = steps.filter((span) => span.step! <= through);
  const broken = kept.find((span) => !span.outputMessages?.length && !edits.has(span.step!));
  if (broken) {
    throw new AgentOpError(`Cannot fork ${runId} at step ${from}: step ${broken.step} said nothing`, {
      remedy: `--from ${broken.step}`,
    });
  }
  const replaced = new Map<number, Message>();
  for (const [step, text] of edits) {
    const span = kept.find((it) => it.step === step)!;
    replaced.set(step, editedMessage(text, span, callIdOf(span)));
  }
  const messages = conversation(trace, kept, replaced, request.instructions);
  checkOrder(messages, [...edits.keys()].at(-1) ?? from);
  const latest = trace.snapshots.filter((it) => it.step <= through)
    .reduce<Snapshot | undefined>(
      (best, it) => best && best.createdAtUs > it.createdAtUs ? best : it,
      undefined,
    );
  return {
    through,
    copiedThrough: wholeRound(numbered, Math.min(through, ...[...edits.keys()].map((step) => step - 1))),
    messages,
    keyValues: latest?.keyValues ?? {},
    replaced,
  };
}

/** The new run with its totals, the shift of copied times, and what is written besides the copied rows. */
export function forkEvents(
  trace: Trace,
  plan: ForkPlan,
  created: Run,
  host: Host,
): { readonly run: Run; readonly shiftUs: number; readonly events: readonly DurableEvent[] } {
  const spans = [...trace.spans.values()];
  const steps = spans.filter((span) => span.step !== undefined && span.step <= plan.through);
  // The state the fork begins with must be the latest of all it has.
  const end = 1 + Math.max(
    trace.run.startTimeUs,
    ...steps.map((span) => span.endTimeUs ?? span.startTimeUs),
    ...trace.snapshots.filter((it) => it.step <= plan.through).map((it) => it.createdAtUs),
  );
  const shiftUs = Math.round(created.startTimeUs - end);
  const { traceId } = created;
  const endOfCopy = spans.findIndex((span) => (span.step ?? 0) > plan.copiedThrough);
  const copied = endOfCopy < 0 ? spans : spans.slice(0, endOfCopy);
  const totals = copied.reduce(
    (sum, span) => addTotals(addTotals(sum, totalsOfStart(span)), span.usage ? { usage: span.usage } : {}),
    NO_TOTALS,
  );
  const events: DurableEvent[] = steps.filter((it) => it.step! > plan.copiedThrough).flatMap((span) => [
    ...keptStep(span, { plan, steps, traceId, shiftUs }),
    ...rememberedAfter(span, trace, { plan, traceId, shiftUs, host }),
  ]);
  const lastSpan = steps.at(-1) ?? spans[0]!;
  events.push({
    type: "snapshot",
    snapshot: {
      snapshotId: newSpanId(host),
      traceId,
      spanId: lastSpan.spanId,
      step: plan.through,
      createdAtUs: created.startTimeUs,
      messages: plan.messages,
      keyValues: plan.keyValues,
    },
  });
  return { run: { ...created, totals }, shiftUs, events };
}

interface Keeping {
  readonly plan: ForkPlan;
  readonly steps: readonly Span[];
  readonly traceId: string;
  readonly shiftUs: number;
}

/** A step that the fork begins with but does not share, because it, or one before it, was edited. Its call was paid before. */
function keptStep(span: Span, { plan, steps, traceId, shiftUs }: Keeping): readonly DurableEvent[] {
  const edit = plan.replaced.get(span.step!);
  const { cost: _, usage, inputMessages, errorType, errorMessage, ...rest } = span;
  const endTimeUs = (span.endTimeUs ?? span.startTimeUs) + shiftUs;
  const status = edit ? "ok" : span.status;
  const kept: Span = {
    ...rest,
    ...(edit || errorType === undefined ? {} : { errorType }),
    ...(edit || errorMessage === undefined ? {} : { errorMessage }),
    traceId,
    startTimeUs: span.startTimeUs + shiftUs,
    endTimeUs,
    status,
    attributes: { ...span.attributes, ...(edit ? { [ATTR.edited]: true } : {}) },
    ...(inputMessages ? { inputMessages: inputMessages.map((it) => editOf(it, plan, steps) ?? it) } : {}),
    ...(edit ? { outputMessages: [edit] } : {}),
  };
  const source = span.kind === "llm" ? ATTR.modelSource : ATTR.toolSource;
  return [{ type: "span_start", span: kept }, {
    type: "span_end",
    traceId,
    spanId: span.spanId,
    endTimeUs,
    status,
    ...(usage ? { usage } : {}),
    attributes: { [source]: "recorded" },
  }];
}

/** What the fork knew after a step that it does not share: the original's state there, with the edits. */
function rememberedAfter(
  span: Span,
  trace: Trace,
  { plan, traceId, shiftUs, host }: Omit<Keeping, "steps"> & { readonly host: Host },
): readonly DurableEvent[] {
  const was = trace.snapshots.find((it) => it.step === span.step && it.spanId === span.spanId);
  if (!was && !plan.replaced.has(span.step!)) return [];
  const kept = stepsOf(trace).filter((it) => it.step! <= span.step!);
  return [{
    type: "snapshot",
    snapshot: {
      snapshotId: newSpanId(host),
      traceId,
      spanId: span.spanId,
      step: span.step!,
      createdAtUs: (was?.createdAtUs ?? span.endTimeUs ?? span.startTimeUs) + shiftUs,
      messages: conversation(trace, kept, plan.replaced, undefined),
      keyValues: was?.keyValues ?? plan.keyValues,
    },
  }];
}

/** What stands in the fork for a message of the original. */
function editOf(message: Message, { replaced }: ForkPlan, steps: readonly Span[]): Message | undefined {
  for (const [step, edit] of replaced) {
    const was = steps.find((span) => span.step === step)?.outputMessages?.[0];
    if (was === message || was && canonicalJson(was) === canonicalJson(message)) return edit;
  }
  return undefined;
}

/** The queued fork as the store would load it, as far as going on with it takes. */
export function begunTrace(
  trace: Trace,
  fork: { readonly run: Run; readonly shiftUs: number; readonly events: readonly DurableEvent[] },
): Trace {
  const root = [...trace.spans.values()].find((span) =>
    span.kind === "agent" && span.parentSpanId === undefined
  )!;
  const { traceId } = fork.run;
  const spans = [root, ...numberedSpans(trace).filter((span) => span.step! <= fork.run.totals.steps)].map((
    span,
  ) => ({
    ...span,
    traceId,
    startTimeUs: span.startTimeUs + fork.shiftUs,
  }));
  const begun: Trace = {
    run: fork.run,
    spans: new Map(spans.map((span) => [span.spanId, span])),
    snapshots: [],
    evaluations: [],
  };
  return fork.events.reduce<Trace>(applyEvent, begun);
}

function counted(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}

/** Every numbered span, also of steps that were cut short and made again. */
function numberedSpans(trace: Trace): readonly Span[] {
  return [...trace.spans.values()].filter((span) => span.step !== undefined).sort((a, b) =>
    a.step! - b.step!
  );
}

/** The last step up to `step` that ends a round: results of one answer are copied together or not at all. */
function wholeRound(steps: readonly Span[], step: number): number {
  let last = step;
  const at = (number: number) => steps.find((span) => span.step === number);
  if (at(last + 1)?.kind === "tool") { while (at(last)?.kind === "tool") last--; }
  return Math.max(0, last);
}

/**
 * The messages the fork holds: how the run began, then what each kept step says, results in the order of their calls, and what the
 * agent was told before them.
 */
function conversation(
  trace: Trace,
  kept: readonly Span[],
  replaced: ReadonlyMap<number, Message>,
  instructions: string | undefined,
): readonly Message[] {
  const root = [...trace.spans.values()].find((span) =>
    span.kind === "agent" && span.parentSpanId === undefined
  );
  const opening = [...root?.inputMessages ?? kept.find((span) => span.kind === "llm")?.inputMessages ?? []];
  if (instructions !== undefined) {
    if (opening[0]?.role === "system") opening.shift();
    if (instructions.trim() !== "") {
      opening.unshift({ role: "system", parts: [{ type: "text", content: instructions }] });
    }
  }
  const messages: Message[] = opening;
  const told = [...trace.spans.values()].filter((span) => operationOf(span)?.step !== undefined);
  let order: readonly string[] = [];
  let results: { readonly at: number; readonly message: Message }[] = [];
  const settle = () => {
    messages.push(...results.sort((a, b) => a.at - b.at).map((it) => it.message));
    results = [];
  };
  for (const span of kept) {
    const edit = replaced.get(span.step!);
    const said = edit ? [edit] : span.outputMessages ?? [];
    if (span.kind === "tool") {
      results.push(...said.map((message) => ({ at: order.indexOf(callIdOf(span)), message })));
      continue;
    }
    settle();
    messages.push(
      ...told.filter((it) => operationOf(it)!.step === span.step).flatMap((it) => it.outputMessages ?? []),
      ...said,
    );
    order = said.flatMap(toolCallsOf).map((call) => call.id);
  }
  settle();
  return messages;
}
