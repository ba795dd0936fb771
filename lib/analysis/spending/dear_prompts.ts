import { roundUsd, type Run } from "../../core/mod.ts";

/** What an agent was asked, as often as it was, and what that cost. */
export interface DearPrompt {
  readonly agent: string;
  readonly prompt: string;
  readonly runs: number;
  /** Model calls. */
  readonly llmCalls: number;
  /** Sum of the known costs, USD; hand-offs are runs of their own. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** What lost attempts among them may have cost, USD. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
  /** The one that cost most. */
  readonly dearest: Run;
}

/** Prompts of agents, the dearest first; of equal ones those with calls of unknown cost first. Runs without a model call are none. */
export function dearPrompts(runs: Iterable<Run>): readonly DearPrompt[] {
  const prompts = new Map<string, DearPrompt>();
  for (const run of runs) {
    const { llmCalls, costUsd, unknownCostCalls, estimatedCostUsd = 0 } = run.totals;
    if (llmCalls === 0 && costUsd === 0 && unknownCostCalls === 0) continue;
    const key = JSON.stringify([run.agent, run.prompt]);
    const sum = prompts.get(key);
    const estimated = (sum?.estimatedCostUsd ?? 0) + estimatedCostUsd;
    prompts.set(key, {
      agent: run.agent,
      prompt: run.prompt,
      runs: (sum?.runs ?? 0) + 1,
      llmCalls: (sum?.llmCalls ?? 0) + llmCalls,
      costUsd: roundUsd((sum?.costUsd ?? 0) + costUsd),
      unknownCostCalls: (sum?.unknownCostCalls ?? 0) + unknownCostCalls,
      ...(estimated > 0 ? { estimatedCostUsd: estimated } : {}),
      dearest: sum && sum.dearest.totals.costUsd >= costUsd ? sum.dearest : run,
    });
  }
  return [...prompts.values()].sort((a, b) =>
    b.costUsd - a.costUsd || b.unknownCostCalls - a.unknownCostCalls || b.runs - a.runs
  );
}
