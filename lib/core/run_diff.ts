import { align, type Pair } from "./align.ts";
import { ATTR } from "./attributes.ts";
import type { Trace } from "./event.ts";
import { canonicalJson } from "./json.ts";
import { applyJsonChanges, type JsonChange, jsonChanges } from "./json_diff.ts";
import type { RunStatus } from "./run.ts";
import { type Message, type Part, type Span, toolCallsOf, type Usage } from "./span.ts";
import { unifiedDiff } from "./text_diff.ts";

/** What a step says once everything that differs by chance (ids, times) is left out. */
export interface StepDocument {
  readonly kind: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

export interface ComparedStep {
  readonly step: number;
  readonly spanId: string;
  readonly document: StepDocument;
}

export interface StepDiff {
  /** Number of the step on each side, from 1; `null` where there is none. */
  readonly left: number | null;
  readonly right: number | null;
  readonly op: "same" | "changed" | "added" | "removed";
  readonly kind: string;
  readonly name: string;
  /** From the left step's document to the right one's. */
  readonly changes: readonly JsonChange[];
}

export interface RunDiff {
  /** Run ids. */
  readonly left: string;
  readonly right: string;
  /** Same steps, same answer, same status. */
  readonly identical: boolean;
  readonly status: { readonly left: RunStatus; readonly right: RunStatus };
  /** Between the two agents' configurations. */
  readonly config: readonly JsonChange[];
  readonly steps: readonly StepDiff[];
  /** `unified` is empty when the answers are equal. */
  readonly output: { readonly left: string; readonly right: string; readonly unified: string };
  /** Right minus left. */
  readonly usageDelta: Usage;
  readonly costDeltaUsd: number;
  readonly durationDeltaMs: number;
  readonly attemptsDelta: number;
}

/** The steps of a run as they are compared. A run that numbers none (an imported one) is taken in order of start. */
export function comparedSteps(trace: Trace): readonly ComparedStep[] {
  const all = [...trace.spans.values()];
  const numbered = all.filter((span) => span.step !== undefined).sort((a, b) => a.step! - b.step!);
  const steps = numbered.length > 0
    ? numbered
    : all.filter((span) => span.kind === "llm" || span.kind === "tool")
      .sort((a, b) => a.startTimeUs - b.startTimeUs);
  const calls = askedCalls(steps);
  return steps.map((span, index) => ({
    step: span.step ?? index + 1,
    spanId: span.spanId,
    document: documentOf(span, calls),
  }));
}

/** Aligns two runs step by step and says what differs. */
export async function diffRuns(left: Trace, right: Trace): Promise<RunDiff> {
  const [a, b] = [left.run, right.run];
  const steps = diffSteps(comparedSteps(left), comparedSteps(right));
  const output = {
    left: a.output ?? "",
    right: b.output ?? "",
    unified: await unifiedDiff(a.output ?? "", b.output ?? "", { left: a.runId, right: b.runId }),
  };
  const usage = (key: keyof Usage) => b.totals.usage[key] - a.totals.usage[key];
  // The steps that a fork began with are older than the fork.
  const tookUs = ({ run, spans }: Trace) => {
    const startUs = [...spans.values()].reduce(
      (least, it) => Math.min(least, it.startTimeUs),
      run.startTimeUs,
    );
    return (run.endTimeUs ?? startUs) - startUs;
  };
  return {
    left: a.runId,
    right: b.runId,
    identical: steps.every((step) => step.op === "same") && output.left === output.right &&
      a.status === b.status,
    status: { left: a.status, right: b.status },
    config: jsonChanges(a.config, b.config),
    steps,
    output,
    usageDelta: {
      inputTokens: usage("inputTokens"),
      outputTokens: usage("outputTokens"),
      cachedInputTokens: usage("cachedInputTokens"),
      cacheWriteInputTokens: usage("cacheWriteInputTokens"),
      reasoningTokens: usage("reasoningTokens"),
    },
    costDeltaUsd: b.totals.costUsd - a.totals.costUsd,
    durationDeltaMs: (tookUs(right) - tookUs(left)) / 1000,
    attemptsDelta: b.totals.attempts - a.totals.attempts,
  };
}

/**
 * Steps of the same kind, name and arguments belong together (longest common subsequence); between them, those of the same
 * kind and name do. Everything else was removed or added.
 */
export function diffSteps(
  left: readonly ComparedStep[],
  right: readonly ComparedStep[],
): readonly StepDiff[] {
  const exact = (it: ComparedStep) =>
    canonicalJson([it.document.kind, it.document.name, it.document["arguments"]]);
  const loose = (it: ComparedStep) => canonicalJson([it.document.kind, it.document.name]);
  const anchors = align(left.map(exact), right.map(exact));
  const diffs: StepDiff[] = [];
  let [i, j] = [0, 0];
  const emit = (pairs: readonly Pair[], endLeft: number, endRight: number) => {
    for (const [pairLeft, pairRight] of [...pairs, [endLeft, endRight] as const]) {
      while (i < pairLeft) diffs.push(lone(left[i++]!, "removed"));
      while (j < pairRight) diffs.push(lone(right[j++]!, "added"));
      if (i < endLeft && j < endRight) diffs.push(paired(left[i++]!, right[j++]!));
    }
  };
  for (const [nextLeft, nextRight] of [...anchors, [left.length, right.length] as const]) {
    const [fromLeft, fromRight] = [i, j];
    const gap = align(
      left.slice(fromLeft, nextLeft).map(loose),
      right.slice(fromRight, nextRight).map(loose),
    ).map(([x, y]): Pair => [x + fromLeft, y + fromRight]);
    emit(gap, nextLeft, nextRight);
    if (i < left.length && j < right.length) diffs.push(paired(left[i++]!, right[j++]!));
  }
  return diffs;
}

/** The documents of the right run, from those of the left one and the difference. */
export function applyStepDiffs(
  left: readonly StepDocument[],
  diffs: readonly StepDiff[],
): readonly StepDocument[] {
  const right: StepDocument[] = [];
  let at = 0;
  for (const diff of diffs) {
    const before = diff.op === "added" ? undefined : left[at++];
    if (diff.op === "removed") continue;
    right.push(applyJsonChanges(before ?? null, diff.changes) as StepDocument);
  }
  return right;
}

function lone(it: ComparedStep, op: "added" | "removed"): StepDiff {
  const { kind, name } = it.document;
  return op === "added"
    ? { left: null, right: it.step, op, kind, name, changes: [{ path: "", op: "add", right: it.document }] }
    : {
      left: it.step,
      right: null,
      op,
      kind,
      name,
      changes: [{ path: "", op: "remove", left: it.document }],
    };
}

function paired(left: ComparedStep, right: ComparedStep): StepDiff {
  const changes = jsonChanges(left.document, right.document);
  const { kind, name } = right.document;
  return {
    left: left.step,
    right: right.step,
    op: changes.length === 0 ? "same" : "changed",
    kind,
    name,
    changes,
  };
}

type Call = { readonly name: string; readonly arguments: unknown };

/** Tool calls by id, as models asked for them: imported tool spans do not always repeat them. */
function askedCalls(steps: readonly Span[]): ReadonlyMap<string, Call> {
  const calls = new Map<string, Call>();
  for (const span of steps) {
    for (const message of span.outputMessages ?? []) {
      for (const call of toolCallsOf(message)) calls.set(call.id, call);
    }
  }
  return calls;
}

/** Name and arguments of a tool span. */
export function toolCallOf(span: Span, calls: ReadonlyMap<string, Call>): Call {
  const asked = calls.get(String(span.attributes[ATTR.toolCallId]));
  return {
    name: String(span.attributes[ATTR.toolName] ?? asked?.name ?? span.name),
    arguments: span.attributes[ATTR.toolCallArguments] ?? asked?.arguments ?? null,
  };
}

function documentOf(span: Span, calls: ReadonlyMap<string, Call>): StepDocument {
  const outcome = {
    ...(span.outputMessages ? { output: span.outputMessages.map(withoutIds) } : {}),
    ...(span.status === "ok" || span.status === "unset" ? {} : { status: span.status }),
    ...(span.errorType === undefined ? {} : { errorType: span.errorType }),
  };
  if (span.kind === "tool") return { kind: "tool", ...toolCallOf(span, calls), ...outcome };
  return {
    kind: span.kind,
    name: span.kind === "llm" ? "chat" : span.name,
    ...(span.requestModel === undefined ? {} : { model: span.requestModel }),
    ...(span.finishReasons ? { finishReasons: span.finishReasons } : {}),
    ...outcome,
  };
}

/** Ids of tool calls are made up anew in each run. */
function withoutIds(message: Message) {
  return {
    role: message.role,
    parts: message.parts.map((part: Part) => {
      if (part.type !== "tool_call" && part.type !== "tool_call_response") return part;
      const { id: _, ...rest } = part;
      return rest;
    }),
  };
}
