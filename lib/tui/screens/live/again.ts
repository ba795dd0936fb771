import { stepOf } from "../../../analysis/mod.ts";
import { isLive, type Trace } from "../../../core/mod.ts";
import { markedFirst, notice } from "../../contract/effects.ts";
import type { Effect, Target } from "../../contract/message.ts";
import { scoreSubject } from "../../trace/score_subject.ts";
import { isLiveRun, type LiveModel, selectedSpan } from "./model.ts";

/** Compares with the marked run, a replay with its original; otherwise marks this run and says what is next. */
export function compareEffects(model: LiveModel, marked: Target | undefined): readonly Effect[] {
  const { trace } = model;
  if (!trace) return [];
  const { traceId, runId, forkedFrom } = trace.run;
  const left = marked && marked.traceId !== traceId ? marked.runId : forkedFrom?.runId;
  if (left !== undefined) return [{ type: "go", screen: "compare", compare: { left, right: runId } }];
  return markedFirst({ traceId, runId });
}

/** To the form, or to the editor with what the chosen step says. */
export function replayEffects(model: LiveModel, fork: boolean): readonly Effect[] {
  const { trace } = model;
  if (!trace) return [];
  const { traceId, runId } = trace.run;
  const step = stepOf(trace, selectedSpan(model))?.step;
  return [{
    type: "go",
    screen: "replay",
    target: { traceId, runId },
    replay: { fork, ...(step === undefined ? {} : { step }) },
  }];
}

/** The chosen step goes into a notebook; where none is chosen, the run. */
export function notebookEffects(model: LiveModel): readonly Effect[] {
  const { trace } = model;
  if (!trace) return [];
  const { runId } = trace.run;
  const step = stepOf(trace, selectedSpan(model))?.step;
  const shown = step === undefined ? { kind: "run", runId } as const : { kind: "step", runId, step } as const;
  return [{ type: "to_notebook", shown }];
}

/** The chosen step is judged; where none is chosen, the run. */
export function scoreEffects(model: LiveModel): readonly Effect[] {
  const { trace } = model;
  if (!trace) return [];
  const subject = scoreSubject(trace.run, trace.evaluations, stepOf(trace, selectedSpan(model)));
  return [{ type: "to_score", subject }];
}

/** Says how to compare, when a replay that was watched has ended. */
export function endOfReplay(model: LiveModel, trace: Trace | undefined): readonly Effect[] {
  if (!trace?.run.forkedFrom || isLive(trace.run.status)) return [];
  const wasWatched = model.trace ? isLiveRun(model) : model.state === "waiting";
  if (!wasWatched) return [];
  return [notice("info", "The replay has ended: d compares it with the original")];
}
