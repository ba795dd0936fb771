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
  readonly messages: readonly Message[];
  readonly keyValues: Readonly<Record<string, unknown>>;
}

/** The agent's memory after each step, in the order it changed, each with what changed it. */
export function memorySteps(trace: Trace): readonly MemoryStep[] {
  const isTold = trace.snapshots.length === 0 && trace.run.origin !== "agent";
  const snapshots: readonly State[] = isTold
    ? toldStates(trace)
    : [...trace.snapshots].sort((a, b) => a.createdAtUs - b.createdAtUs || a.step - b.step);
  const root = [...trace.spans.values()].find((span) =>
    span.kind === "agent" && span.parentSpanId === undefined
  );
  const steps: MemoryStep[] = [];
  let before: Pick<MemoryStep, "messages" | "keyValues"> = { messages: [], keyValues: {} };
  const push = (cause: MemoryCause, after: typeof before, window?: readonly Message[]) => {
    const changes = jsonChanges(documentOf(before), documentOf(after));
    steps.push({ step: cause.step, cause, ...after, ...(window ? { window } : {}), changes });
    before = after;
  };
  const first = root?.inputMessages
    ? root
    : isTold
    ? stepsOf(trace).find((it) => it.inputMessages)
    : undefined;
  if (first?.inputMessages) {
    const cause = { step: 0, kind: "prompt", name: "prompt", spanId: first.spanId } as const;
    push(cause, { messages: first.inputMessages, keyValues: {} });
  }
  const seen = new Set<number>();
  for (const { step, spanId, messages, keyValues } of snapshots) {
    const span = trace.spans.get(spanId);
    // A second state of one step: a person changed it when the run was forked.
    const cause: MemoryCause = seen.has(step) || step === 0
      ? { step, kind: "fork", name: "fork", spanId: null }
      : {
        step,
        kind: span?.kind === "tool" ? "tool" : "llm",
        name: nameOf(span),
        spanId,
        ...(span?.attributes[ATTR.edited] === true ? { edited: true } : {}),
      };
    seen.add(step);
    if (cause.kind === "fork" && jsonChanges(documentOf(before), { messages, keyValues }).length === 0) {
      continue;
    }
    push(cause, { messages, keyValues }, cause.kind === "llm" ? span?.inputMessages : undefined);
  }
  return steps;
}

/** The states that the messages of model calls and tools tell of: a model call was sent all that its agent knew. */
function toldStates(trace: Trace): readonly State[] {
  let messages: readonly Message[] = [];
  return stepsOf(trace).map(({ step, spanId, inputMessages, outputMessages }) => {
    messages = [...inputMessages ?? messages, ...outputMessages ?? []];
    return { step: step!, spanId, messages, keyValues: {} };
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
