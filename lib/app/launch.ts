import { dirname } from "node:path";
import { limitFlags, nowUs, type Run, type RunJournal, type RunReader } from "../core/mod.ts";
import type { App } from "./app.ts";
import type { LaunchedRun, LaunchRequest, ReplayRequest, ResumeLimits } from "./requests.ts";

/** Starts runs in processes of their own, which outlive this one. */
export interface Launcher {
  launch(request: LaunchRequest): Promise<LaunchedRun>;
  replay(request: ReplayRequest): Promise<LaunchedRun>;
  /** Goes on, from its last finished step, with a run that ended without its answer; with other limits where they are given. */
  resume(traceId: string, limits?: ResumeLimits): Promise<void>;
}

/** `store` is where the caller follows what it started. */
export function createLauncher(
  app: App,
  store: Pick<RunReader, "getRun"> & Pick<RunJournal, "write">,
): Launcher {
  /** A run whose process ended before it began would be queued for ever. */
  const settle = (ended: Promise<number>, traceId: string): void => {
    ended.then(async (code) => {
      const run = await store.getRun(traceId);
      if (run?.status !== "queued") return;
      const { failedToStart } = await import("../agent/mod.ts");
      await store.write([
        failedToStart(run, `the runner process ended with code ${code}`, nowUs(app.host)),
      ]);
    }).catch(() => {}); // the caller is closing
  };
  const follow = async (runId: string, traceId: string, flags: readonly string[] = []): Promise<void> => {
    const { startRunnerProcess } = await import("./runner_process.ts");
    settle(startRunnerProcess(app.config, runId, flags), traceId);
  };
  return {
    async launch({ trust, ...request }) {
      if (trust) await app.trustFolder(dirname(request.agent));
      const { runId, traceId } = await queue(app, request);
      const { approve, maxSteps } = request;
      await follow(runId, traceId, [
        ...limitFlags({ maxSteps }),
        ...(approve === undefined ? [] : ["--approve", approve]),
      ]);
      return { runId, traceId };
    },
    async replay(request) {
      const { startReplay } = await import("./replay_process.ts");
      const { ended, ...run } = await startReplay(app.config, request);
      settle(ended, run.traceId);
      return run;
    },
    async resume(traceId, limits = {}) {
      const run = await store.getRun(traceId);
      if (run) await follow(run.runId, traceId, limitFlags(limits));
    },
  };
}

async function queue(app: App, order: LaunchRequest): Promise<Run> {
  const { newRun } = await import("./new_run.ts");
  const { config, request } = await newRun(app, order);
  return await (await app.createRunner({ queueOnly: true })).queueForOthers(config, request);
}
