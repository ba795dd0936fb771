import type { AgentConfig } from "../../../agent/mod.ts";
import {
  AgentOpError,
  type ControlAction,
  isLive,
  nowUs,
  type Run,
  type RunControl,
  type RunReader,
  shortRunId,
  type StoreChanges,
} from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { runSummaryShape } from "../../../documents/mod.ts";
import { withLimits } from "../run/run.ts";

/** The runner reads requests at least this often, so no answer in this time means that it hangs. */
const ANSWER_WAIT_MS = 10_000;

export const stop: CliCommand = {
  register(program, act) {
    program.command("stop").description("stop a run that another process is working on").argument("<run>")
      .action((reference) =>
        act(async (context) => {
          const store = await context.app.store();
          const run = await store.resolveRun(reference);
          if (run.status === "queued") {
            const change = {
              status: "cancelled",
              endTimeUs: nowUs(context.host),
              error: { type: "cancelled", message: "stopped before it began" },
            } as const;
            await store.write([{ type: "run_update", traceId: run.traceId, change }]);
            return tell(context, (await store.getRun(run.traceId))!, "stopped");
          }
          if (!isLive(run.status)) throw notPossible("stop", run);
          return await ask(context, store, run, "stop", (it) => !isLive(it.status), "stopped");
        })
      );
  },
};

export const pause: CliCommand = {
  register(program, act) {
    program.command("pause").description("pause a run before its next step").argument("<run>")
      .action((reference) =>
        act(async (context) => {
          const store = await context.app.store();
          const run = await store.resolveRun(reference);
          if (run.status === "paused") return tell(context, run, "paused already");
          if (!isLive(run.status)) throw notPossible("pause", run);
          await store.requestControl(run.traceId, "pause");
          return tell(context, run, "pauses before its next step");
        })
      );
  },
};

export const resume: CliCommand = {
  register(program, act) {
    program.command("resume").description(
      "go on with a paused run, or with one that was interrupted, stopped or failed",
    )
      .argument("<run>")
      .option("--budget <usd>", "new budget for the whole run")
      .option("--max-steps <n>", "new limit for the whole run")
      .option("--timeout <seconds>", "new time limit, from now")
      .option("--approve <policy>", "ask, auto or never")
      .option("--stream", "stream the answer even when stdout is no terminal")
      .option("--jsonl", "print one event per line")
      .action((reference, options) =>
        act(async (context) => {
          const store = await context.app.store();
          const run = await store.resolveRun(reference);
          if (isLive(run.status)) {
            await store.requestControl(run.traceId, "resume");
            if (options.budget !== undefined) {
              const { limits } = withLimits(run.config as unknown as AgentConfig, options);
              await store.requestControl(run.traceId, "budget", { usd: limits.budgetUsd });
            }
            return tell(context, run, "goes on");
          }
          if (run.status === "completed" || run.origin !== "agent") throw notPossible("resume", run);
          const config = withLimits(run.config as unknown as AgentConfig, options);
          const [{ runInForeground }, { resumedServices }] = await Promise.all([
            import("../../process/foreground.ts"),
            import("../../../replay/mod.ts"),
          ]);
          const again = { ...run, config: config as unknown as Record<string, unknown> };
          const services = await resumedServices(store, run);
          return await runInForeground(context, { ...options, ...services }, () => Promise.resolve(again));
        })
      );
  },
};

/** Sends a request and waits until the run shows that it was taken. */
async function ask(
  context: Context,
  store: Pick<RunReader, "getRun"> & Pick<RunControl, "requestControl"> & Pick<StoreChanges, "onChange">,
  run: Run,
  action: ControlAction,
  isDone: (run: Run) => boolean,
  done: string,
): Promise<number> {
  const answered = Promise.withResolvers<Run>();
  const look = async () => {
    const now = await store.getRun(run.traceId);
    if (now && isDone(now)) answered.resolve(now);
  };
  const stopListening = store.onChange(() => void look().catch(answered.reject));
  const giveUp = new AbortController();
  try {
    await store.requestControl(run.traceId, action);
    await look();
    const late = context.host.sleep(ANSWER_WAIT_MS, giveUp.signal).then(() => undefined, () => undefined);
    const ended = await Promise.race([answered.promise, late]);
    if (!ended) {
      throw new AgentOpError(
        `Cannot ${action} ${run.runId}: its process has not answered for ${ANSWER_WAIT_MS / 1000} s`,
        { remedy: `agentop watch ${run.runId}`, exitCode: 1 },
      );
    }
    return tell(context, ended, done);
  } finally {
    giveUp.abort();
    stopListening();
  }
}

function tell(context: Context, run: Run, what: string): number {
  if (context.json) context.printJson(runSummaryShape(run));
  else context.print(`${shortRunId(run.runId)} ${what}`);
  return 0;
}

function notPossible(verb: string, run: Run): AgentOpError {
  const why = run.origin === "agent" ? `it is ${run.status}` : "it was not run here";
  return new AgentOpError(`Cannot ${verb} ${run.runId}: ${why}`, { remedy: `agentop show ${run.runId}` });
}
