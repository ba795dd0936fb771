import assert from "node:assert/strict";
import { NO_PERMISSIONS, type Run, systemHost, type Tool } from "../../lib/core/mod.ts";
import { runTookMs, tookMs } from "../../lib/analysis/mod.ts";
import { TestAgency } from "../support/test_agency.ts";

const HOUR_MS = 3_600_000;
const AGENT = "model: mistral-small-latest\n";
const CALLING = JSON.stringify({
  name: "calls",
  steps: [{ text: "Let me see.", toolCalls: [{ name: "write", arguments: {} }] }, { text: "All done." }],
});

/** A clock that can be put forward. */
function movableHost() {
  const system = systemHost();
  let aheadMs = 0;
  return { ...system, now: () => system.now() + aheadMs, forward: (ms: number) => void (aheadMs += ms) };
}

function writes(execute: Tool["execute"]): Tool {
  return {
    name: "write",
    description: "writes",
    parameters: { type: "object", properties: {} },
    permissions: { ...NO_PERMISSIONS, write: ["/data"] },
    idempotent: true,
    summary: () => "write()",
    execute,
  };
}

/** Between start and end an hour passed in which nobody worked on it; what is left is its time. */
function checkHourIdle(run: Run): void {
  const idleUs = run.idleUs!;
  assert.ok(idleUs >= HOUR_MS * 1000, String(idleUs));
  assert.equal(runTookMs(run, 0), (run.endTimeUs! - run.startTimeUs - idleUs) / 1000);
  assert.ok(runTookMs(run, 0)! < HOUR_MS);
  assert.equal(run.idleSinceUs, undefined);
}

Deno.test("time in which a run waits for a person or is paused is not time it took", async () => {
  const host = movableHost();
  const stores: TestAgency["store"][] = [];
  await using agency = await TestAgency.open({
    host,
    tools: { write: writes(() => Promise.resolve({ content: "written" })) },
    scenarios: CALLING,
    approver: async ({ traceId }) => {
      const waiting = (await stores[0]!.getRun(traceId))!;
      const took = runTookMs(waiting, host.now());
      host.forward(HOUR_MS / 2);
      assert.deepEqual([waiting.status, runTookMs(waiting, host.now())], ["waiting", took]);
      await stores[0]!.requestControl(traceId, "pause");
      return { decision: "allow", by: "test" };
    },
    listeners: [(event) => {
      if (event.type !== "run_update" || event.change.status !== "paused") return;
      host.forward(HOUR_MS / 2);
      void stores[0]!.requestControl(event.traceId, "resume");
    }],
  });
  stores.push(agency.store);
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.equal(run.status, "completed");
  checkHourIdle(run);
  const trace = await agency.store.loadTrace(run.traceId);
  const root = [...trace.spans.values()].find(({ kind }) => kind === "agent")!;
  assert.equal(tookMs(run, root, 0), runTookMs(run, 0));
});

Deno.test("the time between the end of a run and its resume is not time it took", async () => {
  const host = movableHost();
  const controller = new AbortController();
  await using agency = await TestAgency.open({
    host,
    tools: { write: writes(() => Promise.resolve({ content: "written" })) },
    scenarios: CALLING,
    listeners: [(event) => {
      if (event.type === "snapshot" && event.snapshot.step === 2) controller.abort();
    }],
  });
  const config = await agency.agent(`${AGENT}approve: auto\n`);
  const queued = await agency.runner.queue(config, { prompt: "go" });
  const cancelled = await agency.runner.execute(queued, { signal: controller.signal });
  assert.equal(cancelled.idleUs, undefined);
  host.forward(HOUR_MS);
  const resumed = await agency.runner.execute(cancelled);
  assert.equal(resumed.status, "completed");
  checkHourIdle(resumed);
});
