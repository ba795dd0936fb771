import { nowUs, type Store } from "../core/mod.ts";
import type { LaunchRequest, TuiServices } from "../tui/mod.ts";
import { resolveAgent } from "./agents.ts";
import type { Context } from "./context.ts";

/** Starts what the workbench asks for in processes of their own, which outlive it. */
export function startedRuns(
  context: Context,
  store: Store,
): Required<Pick<TuiServices, "launch" | "replay" | "resume">> {
  /** A run whose process ended before it began would be queued for ever. */
  const settle = (ended: Promise<number>, traceId: string): void => {
    ended.then(async (code) => {
      const run = await store.getRun(traceId);
      if (run?.status !== "queued") return;
      const { failedToStart } = await import("../agent/mod.ts");
      const event = failedToStart(run, `the runner process ended with code ${code}`, nowUs(context.host));
      await store.write([event]);
    }).catch(() => {}); // the workbench is closing
  };
  const follow = async (runId: string, traceId: string): Promise<void> => {
    const { startRunnerProcess } = await import("./runner_process.ts");
    settle(startRunnerProcess(context, runId), traceId);
  };
  return {
    async launch(request) {
      const { runId, traceId } = await queue(context, request);
      await follow(runId, traceId);
      return { runId, traceId };
    },
    async replay(request) {
      const { startReplay } = await import("./tui_replay.ts");
      const { ended, ...run } = await startReplay(context, request);
      settle(ended, run.traceId);
      return run;
    },
    async resume(traceId) {
      const run = await store.getRun(traceId);
      if (run) await follow(run.runId, traceId);
    },
  };
}

async function queue(context: Context, { agent, prompt, overrides, group, budgetUsd }: LaunchRequest) {
  const { config } = context;
  const { applyOverrides } = await import("../agent/mod.ts");
  const { createRunner } = await import("./wiring.ts");
  const resolved = applyOverrides(await resolveAgent(agent, config), overrides ?? {});
  const limits = { ...resolved.limits, ...(budgetUsd === undefined ? {} : { budgetUsd }) };
  const runner = await createRunner(context, { queueOnly: true });
  return await runner.queue({ ...resolved, limits }, {
    prompt,
    tags: config.useSimulator ? { simulator: "true" } : {},
    ...(group === undefined ? {} : { group }),
  });
}
