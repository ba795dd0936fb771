import { messageOf, oneLine, type RunReader, shortRunId } from "../../core/mod.ts";
import type { TuiServices } from "../ports.ts";
import type { Names } from "./jump.ts";
import type { AppMsg } from "./model.ts";

const RUNS_MAX = 20;
const ABOUT_LENGTH_MAX = 60;

/** What the jump line can complete. A part that cannot be read is empty: completion is a help, not a need. */
export async function namesFor(services: TuiServices): Promise<Names> {
  const [agents, page] = await Promise.all([
    services.agents().catch(() => []),
    services.store.listRuns({ limit: RUNS_MAX }).catch(() => ({ runs: [] })),
  ]);
  return {
    agents: agents.map((agent) => agent.name),
    runs: page.runs.map((run) => ({
      id: shortRunId(run.runId),
      about: oneLine(`${run.agent}: ${run.prompt}`, ABOUT_LENGTH_MAX),
    })),
  };
}

/** Where a jump to that run leads, or why it leads nowhere. */
export async function runNamed(store: Pick<RunReader, "resolveRun">, reference: string): Promise<AppMsg> {
  try {
    const { traceId, runId } = await store.resolveRun(reference);
    return { type: "jump_resolved", target: { traceId, runId } };
  } catch (error) {
    return { type: "jump_failed", message: messageOf(error) };
  }
}
