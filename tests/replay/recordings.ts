import { type AgentConfig, agentConfigOf, AgentRunner } from "../../lib/agent/mod.ts";
import { applyEvent, type Run, type RunError, systemHost, type Trace } from "../../lib/core/mod.ts";
import { diffRuns, type RunDiff } from "../../lib/analysis/mod.ts";
import { createRecording, EventSink } from "../../lib/replay/mod.ts";
import { type RecordedAnswer, recordedServices, repeatRecorded } from "../../lib/replay/recorded_run.ts";

export interface Repeated extends RecordedAnswer {
  readonly trace: Trace;
  readonly diff: RunDiff;
}

/** A trace that holds only its run. */
export function emptyTrace(run: Run): Trace {
  return { run, spans: new Map(), snapshots: [], evaluations: [] };
}

/** How a run ended; a remedy that names the run names any. */
export function endOf({ error, runId }: Run): RunError | undefined {
  return error?.remedy === undefined ? error : { ...error, remedy: error.remedy.replace(runId, "RUN") };
}

/** Repeats a run from its recording, in this process. */
export async function repeat(original: Trace, change: Partial<AgentConfig> = {}): Promise<Repeated> {
  const host = systemHost();
  const sink = new EventSink(original, { onEvents: () => {}, onBoundary: () => {} });
  const runner = new AgentRunner(recordedServices(createRecording(original), sink, host));
  const config = { ...(await agentConfigOf(original.run))!, ...change };
  const run = await runner.prepare(config, {
    prompt: original.run.prompt,
    forkedFrom: { runId: original.run.runId, step: 1 },
  });
  const answer = await repeatRecorded({ original, begun: emptyTrace(run) });
  const trace = answer.events.reduce<Trace>(applyEvent, emptyTrace(run));
  return { ...answer, trace, diff: await diffRuns(original, trace) };
}

/** The same random numbers every time. */
export function randomness(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** A scenario and an agent for it, of one of many shapes: parallel calls, bad calls, memory, errors, limits. */
export function randomCase(seed: number): { readonly scenario: string; readonly agent: string } {
  const below = randomness(seed + 1);
  const call = () =>
    [
      { name: "calculator", arguments: { expression: `${below(50)} + ${below(50)}` } },
      { name: "calculator", arguments: { expression: "1 +" } },
      { name: "current_time", arguments: {} },
      { name: "memory_set", arguments: { key: `k${below(3)}`, value: below(10) } },
      { name: "memory_get", arguments: { key: `k${below(3)}` } },
      { name: "nowhere", arguments: { n: below(3) } },
    ][below(6)]!;
  const rounds = Array.from({ length: below(7) }, (_, round) => ({
    text: `Round ${round}.`,
    toolCalls: Array.from({ length: 1 + below(3) }, call),
  }));
  const last = below(6) === 0 ? { faults: [{ status: 401 }], text: "never" } : { text: `Answer ${seed}.` };
  const faulty = below(4) === 0 ? [{ faults: [{ status: 503 }], text: "Late.", toolCalls: [call()] }] : [];
  return {
    scenario: JSON.stringify({ name: "random", steps: [...faulty, ...rounds, last] }),
    agent: `model: mistral-small-latest\ninstructions: Be random.\nparameters: { seed: ${seed} }\n` +
      `tools: [calculator, current_time]\nmemory: { keyValue: true }\n` +
      `limits: { maxSteps: ${3 + below(12)}${below(5) === 0 ? ", budgetUsd: 0.0007" : ""} }\n`,
  };
}
