import assert from "node:assert/strict";
import {
  AGENT_DEFAULTS,
  continued,
  parseAgentFile,
  pauseRun,
  stopRun,
  unpauseRun,
  withLimits,
} from "../../lib/agent/mod.ts";
import type { AgentOpError, Run, RunStatus } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

/** A store with one run in it, and the host that made it. */
async function storeWith(change: Partial<Run>) {
  const host = fakeHost();
  const store = await openStore(MEMORY, { host });
  const run = { ...sampleRun(host), ...change };
  await store.write([{ type: "run_start", run }]);
  return { host, store, run, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

Deno.test("stopRun() cancels a run that has not begun, without anybody to ask", async () => {
  await using services = await storeWith({ status: "queued" });
  const stopped = await stopRun(services, services.run);
  assert.deepEqual([stopped.status, stopped.error?.type], ["cancelled", "cancelled"]);
  assert.deepEqual(await services.store.takeControl(services.run.traceId), []);
});

Deno.test("stopRun() asks the run's process and resolves with what became of it", async () => {
  await using services = await storeWith({ status: "running" });
  const { store, run, host } = services;
  // The clock stands still while there is hope.
  const waiting = {
    ...host,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve())),
  };
  const stopping = stopRun({ store, host: waiting }, run);
  while ((await store.takeControl(run.traceId))[0]?.action !== "stop") {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await store.write([{
    type: "run_update",
    traceId: run.traceId,
    change: { status: "cancelled", endTimeUs: 1 },
  }]);
  assert.equal((await stopping).status, "cancelled");
});

Deno.test("stopRun() says when the process does not answer, pauseRun() when there is nothing to pause", async () => {
  await using services = await storeWith({ status: "running" });
  await assert.rejects(stopRun(services, services.run), (error: AgentOpError) => {
    assert.match(error.reason, /^Cannot stop \S+: its process has not answered for 10 s$/);
    assert.deepEqual([error.remedy, error.exitCode], [`agentop watch ${services.run.runId}`, 1]);
    return true;
  });
  for (const status of ["completed", "failed"] satisfies RunStatus[]) {
    const run = { ...services.run, status };
    await assert.rejects(stopRun(services, run), {
      reason: `Cannot stop ${run.runId}: it has ended already: ${status}`,
    });
    await assert.rejects(pauseRun(services, run), {
      reason: `Cannot pause ${run.runId}: it has ended already: ${status}`,
    });
  }
});

Deno.test("unpauseRun() raises the limits of the run that goes on, before it does", async () => {
  await using services = await storeWith({ status: "paused" });
  await pauseRun(services, services.run); // is already
  await unpauseRun(services, services.run, { budgetUsd: 2, maxSteps: 5 });
  const requests = await services.store.takeControl(services.run.traceId);
  assert.deepEqual(requests.map(({ action, argument }) => [action, argument]), [
    ["set", { settings: { budgetUsd: 2, maxSteps: 5 }, by: "person" }],
    ["resume", {}],
  ]);
  for (const limits of [{ maxRepeats: 5 }, { strict: true }, { approve: "auto", budgetUsd: 1 }] as const) {
    await assert.rejects(unpauseRun(services, services.run, limits), (error: AgentOpError) => {
      assert.match(
        error.message,
        /only its steps, time and budget can be changed.* Try: agentop stop \S+, then resume it/,
      );
      return true;
    });
  }
  assert.deepEqual(
    await services.store.takeControl(services.run.traceId),
    [],
    "nothing is asked for by halves",
  );
});

Deno.test("withLimits() changes what is given and nothing else; continued() refuses what is done or was not run here", async () => {
  const agent = await parseAgentFile("model: m\nlimits: { budgetUsd: 1 }\n", "a.yaml");
  const limited = withLimits(agent, { maxSteps: 3, timeoutSeconds: undefined, approve: "never" });
  assert.deepEqual(limited, { ...agent, limits: { ...agent.limits, maxSteps: 3 }, approve: "never" });
  assert.equal(limited.limits.timeoutSeconds, AGENT_DEFAULTS.limits.timeoutSeconds);
  await using services = await storeWith({
    status: "interrupted",
    config: agent,
  });
  const { run } = services;
  assert.deepEqual((await continued(run, { maxSteps: 3 })).config["limits"], {
    ...agent.limits,
    maxSteps: 3,
  });
  await assert.rejects(continued({ ...run, status: "completed" }), {
    reason: `Cannot resume ${run.runId}: it has ended already: completed`,
  });
  await assert.rejects(continued({ ...run, origin: "otlp" }), {
    reason: `Cannot resume ${run.runId}: it was not run here`,
  });
});
