import { RUN_TAG, type Store, type Trace } from "../../core/mod.ts";
import { keptReview } from "../../evals/mod.ts";
import { type ChosenRun, loadedTrace } from "./chosen_runs.ts";
import { answeredCalls, type Conversation, conversationOf, factsOf } from "./conversation.ts";
import { type KeepRules, whyNotKept } from "./kept_runs.ts";
import { isEdited } from "./preference.ts";
import type { SftLine, TrainingMessage } from "./training_line.ts";
import type { TrainingSet } from "./training_set.ts";

/** `run`: a line for each run. `call`: one for each model call, of which its answer alone is learned. */
export type LinesPer = "run" | "call";

export interface ExampleOptions extends KeepRules {
  readonly per: LinesPer;
  readonly signal: AbortSignal;
}

/** Adds kept runs to a set as conversations to learn from. */
export async function addExamples(
  set: TrainingSet,
  store: Store,
  runs: readonly ChosenRun[],
  { per, signal, ...rules }: ExampleOptions,
): Promise<void> {
  for (const { traceId, runId } of runs) {
    signal.throwIfAborted();
    const trace = await loadedTrace(store, traceId);
    const why = typeof trace === "string" ? trace : whyNotKept(trace, rules);
    if (typeof trace === "string" || why !== undefined) {
      set.leaveOut(why!);
      continue;
    }
    if (await isCorrected(store, runId)) {
      set.leaveOut("a person rewrote an answer of it in a fork");
      continue;
    }
    await addRun(set, trace, per);
  }
}

async function addRun(set: TrainingSet, trace: Trace, per: LinesPer): Promise<void> {
  const calls = answeredCalls(trace);
  if (calls.length === 0) return set.leaveOut("no model call with its conversation on record");
  const facts = factsOf(trace);
  const won = trace.evaluations.some((it) => keptReview(it)?.value === 1);
  for (const span of per === "run" ? calls.slice(-1) : calls) {
    await set.fit(async () => {
      const conversation = conversationOf(span, facts);
      const why = [
        "ended well",
        ...(won ? ["better by review"] : []),
        ...(conversation.corrections > 0 ? ["edited approval"] : []),
        ...(per === "run" ? calls.some(isEdited) : isEdited(span)) ? ["edited answer"] : [],
      ];
      await set.add(lineOf(conversation, per), { trace, span, conversation, why });
    });
  }
}

function lineOf({ messages, tools }: Conversation, per: LinesPer): SftLine {
  const last = messages.length - 1;
  const weighed = (message: TrainingMessage, index: number): TrainingMessage =>
    message.role === "assistant" && index !== last ? { ...message, weight: 0 } : message;
  return {
    messages: per === "run" ? messages : messages.map(weighed),
    ...(tools.length === 0 ? {} : { tools }),
  };
}

/** A fork of it begins with an answer that a person wrote in the place of the model's. */
async function isCorrected(store: Store, runId: string): Promise<boolean> {
  for (const fork of await store.forksOf([runId])) {
    if (fork.tags[RUN_TAG.edits] === undefined || fork.forkedFrom?.runId !== runId) continue;
    const trace = await loadedTrace(store, fork.traceId);
    if (typeof trace !== "string" && [...trace.spans.values()].some(isEdited)) return true;
  }
  return false;
}
