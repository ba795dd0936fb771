import { ATTR } from "../core/mod.ts";
import type { Trace } from "../core/mod.ts";
import { type JsonChange, jsonChanges } from "./json_diff.ts";
import type { Message, Span } from "../core/mod.ts";
import { stepsOf } from "./steps.ts";

/** Who changed what an agent knows. */
export interface MemoryCause {
  /** Number of the step. */
  readonly step: number;
  /** `prompt` is what the run began with, `fork` what a person changed when forking it. */
  readonly kind: "prompt" | "llm" | "tool" | "fork";
  /** The tool, the model, or the word of `kind`. */
  readonly name: string;
  /** The span; `null` for what no span did. */
  readonly spanId: string | null;
  /** A person changed what this step said when the run was forked. */
  readonly edited?: true;
}

/** What an agent knew at the end of a step. Step 0 is before the first one. */
export interface MemoryStep {
  /** Number of the step; 0 is before the first one. */
  readonly step: number;
  /** Who changed it. */
  readonly cause: MemoryCause;
  /** Everything it holds. */
  readonly messages: readonly Message[];
  /** What was sent to the model; only for model calls. */
  readonly window?: readonly Message[];
  /** The agent's key/value memory. */
  readonly keyValues: Readonly<Record<string, unknown>>;
  /** From the step before, as JSON pointers into `{messages, keyValues}`. */
  readonly changes: readonly JsonChange[];
}

/** What a step left behind: a snapshot, or what the messages of an imported run tell. */
interface State {
  readonly step: number;
  readonly spanId: string;
  readonly atUs: number;
  readonly messages: readonly Message[];
  readonly keyValues: Readonly<Record<string, unknown>>;
}

/** Memory and what changed it, before it is compared. */
interface Moment extends Omit<MemoryStep, "changes" | "step"> {
  readonly atUs: number;
}

/** The agent's memory after each step, in the order it changed, each with what changed it. */
export function memorySteps(trace: Trace): readonly MemoryStep[] {
  const moments = momentsOf(trace);
  return moments.map((moment, index) => compared(moment, moments[index - 1]));
}

/**
 * The memory that a span left behind, or else what there was when it ended, with the step before; `undefined` when nothing was
 * kept up to there. Compares just these two.
 */
export function memoryAt(
  trace: Trace,
  span: Span,
): { readonly memory: MemoryStep; readonly before?: MemoryCause } | undefined {
  const moments = momentsOf(trace);
  const untilUs = span.endTimeUs ?? Infinity;
  const own = moments.findLastIndex(({ cause }) => cause.kind !== "prompt" && cause.spanId === span.spanId);
  const at = own >= 0 ? own : moments.findLastIndex(({ atUs }) => atUs <= untilUs);
  const moment = moments[at];
  if (!moment) return undefined;
  const before = moments[at - 1];
  return { memory: compared(moment, before), ...(before ? { before: before.cause } : {}) };
}

function compared({ cause, messages, window, keyValues }: Moment, before: Moment | undefined): MemoryStep {
  const changes = jsonChanges(documentOf(before ?? NOTHING), documentOf({ messages, keyValues }));
  return { step: cause.step, cause, messages, ...(window ? { window } : {}), keyValues, changes };
}

const NOTHING: Pick<MemoryStep, "messages" | "keyValues"> = { messages: [], keyValues: {} };

/** What a run began with, what it knew after each step, and what a person changed, in that order. */
function momentsOf(trace: Trace): readonly Moment[] {
  const isTold = trace.snapshots.length === 0 && trace.run.origin !== "agent";
  const states = isTold ? toldStates(trace) : trace.snapshots
    .map((it): State => ({ ...it, atUs: it.createdAtUs }))
    .sort((a, b) => a.atUs - b.atUs || a.step - b.step);
  const moments: Moment[] = [];
  const root = [...trace.spans.values()].find((span) =>
    span.kind === "agent" && span.parentSpanId === undefined
  );
  const first = root?.inputMessages
    ? root
    : isTold
    ? stepsOf(trace).find((it) => it.inputMessages)
    : undefined;
  if (first?.inputMessages) {
    const cause = { step: 0, kind: "prompt", name: "prompt", spanId: first.spanId } as const;
    moments.push({ cause, atUs: first.startTimeUs, messages: first.inputMessages, keyValues: {} });
  }
  const seen = new Set<number>();
  for (const { step, spanId, atUs, messages, keyValues } of states) {
    const span = trace.spans.get(spanId);
    const cause = causeOf(step, spanId, span, seen.has(step));
    seen.add(step);
    const isSame = cause.kind === "fork" &&
      jsonChanges(documentOf(moments.at(-1) ?? NOTHING), { messages, keyValues }).length === 0;
    if (isSame) continue;
    const window = cause.kind === "llm" ? span?.inputMessages : undefined;
    moments.push({ cause, atUs, messages, ...(window ? { window } : {}), keyValues });
  }
  return moments;
}

/** A second state of one step: a person changed it when the run was forked. */
function causeOf(step: number, spanId: string, span: Span | undefined, isSecond: boolean): MemoryCause {
  if (isSecond || step === 0) return { step, kind: "fork", name: "fork", spanId: null };
  return {
    step,
    kind: span?.kind === "tool" ? "tool" : "llm",
    name: nameOf(span),
    spanId,
    ...(span?.attributes[ATTR.edited] === true ? { edited: true } : {}),
  };
}

/** How many messages and keys a step changed. */
export interface MemoryCounts {
  readonly added: number;
  readonly removed: number;
  /** Messages that are there before and after, but not the same. */
  readonly changed: number;
  readonly keys: number;
}

export function memoryCounts({ changes, messages, keyValues }: MemoryStep): MemoryCounts {
  const [first] = changes;
  if (first?.path === "") {
    const { messages: before } = first.left as Pick<MemoryStep, "messages">;
    return {
      added: messages.length,
      removed: before.length,
      changed: 0,
      keys: Object.keys(keyValues).length,
    };
  }
  const came = changes.filter(({ op, path }) => op === "add" && MESSAGE.test(path));
  const went = changes.filter(({ op, path }) => op === "remove" && MESSAGE.test(path));
  const others = changes.filter((change) => !came.includes(change) && !went.includes(change));
  const touched = (pattern: RegExp) => new Set(others.flatMap(({ path }) => pattern.exec(path)?.[0] ?? []));
  return {
    added: came.length,
    removed: went.length,
    changed: touched(/^\/messages\/\d+/).size,
    keys: touched(/^\/keyValues\/[^/]*/).size,
  };
}

const MESSAGE = /^\/messages\/\d+$/;

/** The states that the messages of model calls and tools tell of: a model call was sent all that its agent knew. */
function toldStates(trace: Trace): readonly State[] {
  let messages: readonly Message[] = [];
  return stepsOf(trace).map(({ step, spanId, startTimeUs, endTimeUs, inputMessages, outputMessages }) => {
    messages = [...inputMessages ?? messages, ...outputMessages ?? []];
    return { step, spanId, atUs: endTimeUs ?? startTimeUs, messages, keyValues: {} };
  });
}

function documentOf({ messages, keyValues }: Pick<MemoryStep, "messages" | "keyValues">) {
  return { messages, keyValues };
}

function nameOf(span: Span | undefined): string {
  if (!span) return "?";
  return span.kind === "tool"
    ? String(span.attributes[ATTR.toolName] ?? span.name)
    : span.requestModel ?? span.name;
}
