import type { Trace } from "../core/mod.ts";
import { type JsonChange, jsonChanges } from "./json_diff.ts";
import type { RunStatus } from "../core/mod.ts";
import type { Message, Part, Span, Usage } from "../core/mod.ts";
import { type ComparedStep, diffSteps, type StepDiff, type StepDocument } from "./step_diff.ts";
import { runTookMs } from "./run_time.ts";
import { askedCalls, stepsOf, toolCallOf } from "./steps.ts";
import { unifiedDiff } from "./text_diff.ts";

/** What differs between two runs. */
export interface RunDiff {
  /** Run ids. */
  readonly left: string;
  /** Run id of the right side. */
  readonly right: string;
  /** Same steps, same answer, same status. */
  readonly identical: boolean;
  /** How each side ended. */
  readonly status: { readonly left: RunStatus; readonly right: RunStatus };
  /** What each side was asked. */
  readonly prompt: { readonly left: string; readonly right: string };
  /** Between the two agents' configurations. */
  readonly config: readonly JsonChange[];
  /** Aligned steps, in order. */
  readonly steps: readonly StepDiff[];
  /** `unified` is empty when the answers are equal. */
  readonly output: { readonly left: string; readonly right: string; readonly unified: string };
  /** Right minus left. */
  readonly usageDelta: Usage;
  /** Of the known costs. */
  readonly costDeltaUsd: number;
  /** `false` when a run made calls of unknown price. */
  readonly costKnown: boolean;
  /** What calls of unknown cost may have cost on each side, USD; `null`: nothing is estimated. */
  readonly estimatedCostUsd: { readonly left: number | null; readonly right: number | null };
  /** Right minus left, milliseconds of work: without waits for a person and without the steps a fork began with. */
  readonly durationDeltaMs: number;
  /** Right minus left. */
  readonly attemptsDelta: number;
}

/** The steps of a run as they are compared: `stepsOf` without what differs by chance. */
export function comparedSteps(trace: Trace): readonly ComparedStep[] {
  const steps = stepsOf(trace);
  const calls = askedCalls(steps);
  return steps.map((span) => ({
    step: span.step!,
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
  return {
    left: a.runId,
    right: b.runId,
    identical: steps.every((step) => step.op === "same") && output.left === output.right &&
      a.status === b.status,
    status: { left: a.status, right: b.status },
    prompt: { left: a.prompt, right: b.prompt },
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
    costKnown: a.totals.unknownCostCalls + b.totals.unknownCostCalls === 0,
    estimatedCostUsd: {
      left: a.totals.estimatedCostUsd ?? null,
      right: b.totals.estimatedCostUsd ?? null,
    },
    durationDeltaMs: (runTookMs(b, 0) ?? 0) - (runTookMs(a, 0) ?? 0),
    attemptsDelta: b.totals.attempts - a.totals.attempts,
  };
}

function documentOf(span: Span, calls: ReturnType<typeof askedCalls>): StepDocument {
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
