import {
  AgentOpError,
  type ControlAction,
  type Host,
  isLive,
  nowUs,
  type Run,
  type Span,
  type Store,
} from "../core/mod.ts";
import { agentOnRecord, asRunConfig } from "./agent_on_record.ts";
import { operatedConfig } from "./operations.ts";
import { type RunLimits, withLimits } from "./limits.ts";
import { narrowest, type Rights } from "./rights.ts";

/** The runner reads requests at least this often, so no answer in this time means that it hangs. */
const ANSWER_WAIT_MS = 10_000;

/** What steering takes: another process works on the run, and both only share the store. */
export interface SteeringServices {
  readonly store: Pick<Store, "write" | "getRun" | "requestControl" | "onChange">;
  readonly host: Host;
}

/** Stops a run and resolves with it when it has ended. Throws `AgentOpError` for one that has, or whose process is silent. */
export async function stopRun({ store, host }: SteeringServices, run: Run): Promise<Run> {
  if (run.status === "queued") {
    const change = {
      status: "cancelled",
      endTimeUs: nowUs(host),
      error: { type: "cancelled", message: "stopped before it began" },
    } as const;
    await store.write([{ type: "run_update", traceId: run.traceId, change }]);
    return await store.getRun(run.traceId) ?? run;
  }
  if (!isLive(run.status)) throw cannot("stop", run);
  const stopped = await requestAndWait({ store, host }, run, "stop", ({ status }) => !isLive(status));
  if (stopped) return stopped;
  throw new AgentOpError(
    `Cannot stop ${run.runId}: its process has not answered for ${ANSWER_WAIT_MS / 1000} s`,
    { remedy: `agentop watch ${run.runId}`, exitCode: 1 },
  );
}

/** Asks a run to wait before its next step, which may take as long as the call it is in. Throws `AgentOpError`. */
export async function pauseRun({ store }: SteeringServices, run: Run): Promise<void> {
  if (run.status === "paused") return;
  if (!isLive(run.status)) throw cannot("pause", run);
  await store.requestControl(run.traceId, "pause");
}

/** Lets a live run go on, with other limits of steps, time and money where they are given. */
export async function unpauseRun(
  { store }: SteeringServices,
  { traceId, runId, status }: Run,
  { budgetUsd, maxSteps, timeoutSeconds, ...others }: RunLimits = {},
): Promise<void> {
  if (Object.values(others).some((it) => it !== undefined)) {
    throw new AgentOpError(
      `Cannot change the limits of ${runId}: it is ${status}, and only its steps, time and budget can be changed`,
      { remedy: `agentop stop ${runId}, then resume it with them` },
    );
  }
  const settings = Object.entries({ budgetUsd, maxSteps, timeoutSeconds }).filter(([, it]) =>
    it !== undefined
  );
  if (settings.length > 0) {
    await store.requestControl(traceId, "set", { settings: Object.fromEntries(settings), by: "person" });
  }
  await store.requestControl(traceId, "resume");
}

/**
 * A run that no process works on, ready to be executed from its last finished step; `spans` are its own, which say what was set while
 * it was live. Throws `AgentOpError` when it is done.
 */
export async function continued(
  run: Run,
  limits: RunLimits = {},
  { widest, spans = [] }: Pick<Rights, "widest"> & { readonly spans?: Iterable<Span> } = {},
): Promise<Run> {
  if (run.status === "completed" || run.origin !== "agent") throw cannot("resume", run);
  const remedy = `agentop replay ${run.runId} --agent AGENT`;
  const agent = await operatedConfig(await agentOnRecord(run, { verb: "resume", remedy }), spans);
  const own = widest ? { ...agent, limits: narrowest(agent.limits, widest) } : agent;
  return { ...run, config: asRunConfig(withLimits(own, limits)) };
}

/** Sends a request; resolves with the run as soon as `isDone`, or with `undefined` when that takes too long. */
async function requestAndWait(
  { store, host }: SteeringServices,
  { traceId }: Run,
  action: ControlAction,
  isDone: (run: Run) => boolean,
): Promise<Run | undefined> {
  const done = Promise.withResolvers<Run>();
  const look = async () => {
    const run = await store.getRun(traceId);
    if (run && isDone(run)) done.resolve(run);
  };
  const stopListening = store.onChange(() => void look().catch(done.reject));
  const giveUp = new AbortController();
  try {
    await store.requestControl(traceId, action);
    await look();
    const late = host.sleep(ANSWER_WAIT_MS, giveUp.signal).then(() => undefined, () => undefined);
    return await Promise.race([done.promise, late]);
  } finally {
    giveUp.abort();
    stopListening();
  }
}

function cannot(verb: string, run: Run): AgentOpError {
  const why = run.origin !== "agent"
    ? "it was not run here"
    : isLive(run.status)
    ? `it is ${run.status}`
    : `it has ended already: ${run.status}`;
  return new AgentOpError(`Cannot ${verb} ${run.runId}: ${why}`, { remedy: `agentop show ${run.runId}` });
}
