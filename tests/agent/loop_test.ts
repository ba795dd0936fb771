import assert from "node:assert/strict";
import { type ApprovalRequest, continued } from "../../lib/agent/mod.ts";
import {
  applyEvent,
  ATTR,
  isDurable,
  NO_PERMISSIONS,
  type Tool,
  type ToolContext,
  type ToolResult,
  type Trace,
  type TraceEvent,
} from "../../lib/core/mod.ts";
import { openDatabase } from "../support/open_database.ts";
import { TestAgency } from "../support/test_agency.ts";

function tool(
  name: string,
  execute: (context: ToolContext) => Promise<ToolResult>,
  more: Partial<Tool> = {},
): Tool {
  return {
    name,
    description: name,
    parameters: { type: "object", properties: {} },
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: () => `${name}()`,
    execute: (_args, context) => execute(context),
    ...more,
  };
}

const writes = { permissions: { ...NO_PERMISSIONS, write: ["/data"] }, idempotent: false };

/** A scenario that calls the given tools, then answers. */
function calling(...calls: readonly { name: string; arguments?: unknown }[]): string {
  return JSON.stringify({
    name: "calls",
    steps: [
      {
        text: "Let me see.",
        toolCalls: calls.map((it) => ({ name: it.name, arguments: it.arguments ?? {} })),
      },
      { text: "All done." },
    ],
  });
}

const AGENT = "model: mistral-small-latest\n";

Deno.test("run() stores every step of a run that calls a tool, and live equals loaded", async () => {
  let live: Trace | undefined;
  const listen = (event: TraceEvent) => {
    if (isDurable(event)) live = applyEvent(live, event);
  };
  await using agency = await TestAgency.open({ listeners: [listen] });
  const config = await agency.agent(`${AGENT}tools: [calculator]\nmemory: { keyValue: true }\n`);
  const run = await agency.runner.run(config, {
    prompt: "What is 17% of 240?",
    userId: "ada",
    tags: { a: "b" },
  });
  assert.equal(run.status, "completed");
  assert.match(run.output!, /40\.8/);
  assert.deepEqual(
    [run.totals.steps, run.totals.llmCalls, run.totals.toolCalls, run.totals.attempts],
    [3, 2, 1, 2],
  );
  assert(run.totals.costUsd > 0 && run.totals.unknownCostCalls === 0);
  const loaded = await agency.store.loadTrace(run.traceId);
  assert.deepEqual(loaded, live);
  assert.deepEqual(loaded.snapshots.map((it) => [it.step, it.messages.length]), [[1, 2], [2, 3], [3, 4]]);
  const steps = [...loaded.spans.values()].filter((span) => span.step).map((span) => [span.step, span.kind]);
  assert.deepEqual(steps, [[1, "llm"], [2, "tool"], [3, "llm"]]);
  assert([...loaded.spans.values()].every((span) => span.status === "ok" && span.endTimeUs !== undefined));
});

Deno.test("a tool that is unknown, throws or gets bad arguments is told to the model, and the run goes on", async () => {
  const broken = tool("broken", () => Promise.reject(new Error("the disk is on fire")));
  await using agency = await TestAgency.open({
    tools: { broken },
    scenarios: calling({ name: "broken" }, { name: "no_such_tool" }, {
      name: "calculator",
      arguments: { expr: 1 },
    }),
  });
  const run = await agency.runner.run(await agency.agent(`${AGENT}tools: [calculator]\n`), { prompt: "go" });
  assert.equal(run.status, "completed");
  assert.equal(run.output, "All done.");
  const { spans } = await agency.store.loadTrace(run.traceId);
  const errors = [...spans.values()].filter((span) => span.kind === "tool").map((
    span,
  ) => [span.errorType, span.errorMessage]);
  assert.deepEqual(errors.map(([type]) => type), ["tool_error", "unknown_tool", "invalid_arguments"]);
  assert.match(errors[0]![1]!, /on fire/);
  assert.match(errors[1]![1]!, /There are: calculator, broken/);
});

Deno.test("a tool that hangs is ended by the tool's time limit", async () => {
  const hangs = tool("hangs", () => new Promise<ToolResult>(() => {}));
  await using agency = await TestAgency.open({ tools: { hangs }, scenarios: calling({ name: "hangs" }) });
  const run = await agency.runner.run(await agency.agent(`${AGENT}limits: { toolTimeoutSeconds: 0.02 }\n`), {
    prompt: "go",
  });
  assert.equal(run.status, "completed");
  const { spans } = await agency.store.loadTrace(run.traceId);
  assert.equal([...spans.values()].find((span) => span.kind === "tool")?.errorType, "timeout");
});

Deno.test("parallel calls run side by side, and their results keep the order of the calls", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = tool("slow", async () => {
    await gate.promise;
    return { content: "slow result" };
  });
  const quick = tool("quick", () => {
    gate.resolve();
    return Promise.resolve({ content: "quick result" });
  });
  await using agency = await TestAgency.open({
    tools: { slow, quick },
    scenarios: calling({ name: "slow" }, { name: "quick" }),
  });
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.equal(run.status, "completed");
  const messages = await agency.store.loadMessages(run.traceId);
  const results = messages.flatMap((it) => it.message.parts).flatMap((part) =>
    part.type === "tool_call_response" ? [part.response] : []
  );
  assert.deepEqual(results, ["slow result", "quick result"]);
});

Deno.test("limits stop a run: steps, the same call again and again, time", async () => {
  await using agency = await TestAgency.open();
  const looping = await agency.agent("model: sim-loop\ntools: [calculator]\nlimits: { maxSteps: 3 }\n");
  const steps = await agency.runner.run(looping, { prompt: "What is 1 + 1?" });
  assert.deepEqual([steps.status, steps.error?.type, steps.totals.steps], ["stopped", "max_steps", 3]);
  const endless = await agency.agent("model: sim-loop\ntools: [calculator]\n");
  const loop = await agency.runner.run(endless, { prompt: "What is 1 + 1?" });
  assert.deepEqual([loop.status, loop.error?.type, loop.totals.toolCalls], ["stopped", "loop", 4]);
  const hanging = await agency.agent("model: sim-hang\nlimits: { timeoutSeconds: 0.05 }\n");
  const late = await agency.runner.run(hanging, { prompt: "hello" });
  assert.deepEqual([late.status, late.error?.type], ["stopped", "timeout"]);
  const { spans } = await agency.store.loadTrace(late.traceId);
  assert([...spans.values()].every((span) => span.endTimeUs !== undefined && span.status === "error"));
});

Deno.test("a budget is reserved before a call is sent: nothing leaves when it has no room", async () => {
  await using agency = await TestAgency.open();
  const poor = await agency.agent(`${AGENT}limits: { budgetUsd: 0.0000001 }\n`);
  const run = await agency.runner.run(poor, { prompt: "hello" });
  assert.deepEqual([run.status, run.error?.type], ["stopped", "budget"]);
  assert.equal(agency.simulator.requests, 0);
  const unpriced = await agency.agent("model: sim-echo\nlimits: { budgetUsd: 1 }\n");
  await assert.rejects(agency.runner.run(unpriced, { prompt: "hello" }), /price of sim-echo is unknown/);
  await using assuming = await TestAgency.open({ unpriced: { usdPerMillion: 3 } });
  const counted = await assuming.runner.run(unpriced, { prompt: "hello" });
  assert.equal(counted.status, "completed", "counted as a person says, it can be kept");
  assert.equal(await agency.store.countRuns(), 1);
});

Deno.test("an empty prompt or a missing agent to hand over to starts nothing", async () => {
  await using agency = await TestAgency.open();
  await assert.rejects(
    agency.runner.run(await agency.agent(AGENT), { prompt: " \n" }),
    /the prompt is empty/,
  );
  const lost = await agency.agent(`${AGENT}tools: [{ agent: nobody }]\n`);
  await assert.rejects(agency.runner.run(lost, { prompt: "go" }), /Cannot find agent "nobody"/);
  assert.equal(await agency.store.countRuns(), 0);
});

Deno.test("a refused key fails at once; a server that keeps failing fails after the last attempt", async () => {
  await using agency = await TestAgency.open();
  const refused = await agency.runner.run(await agency.agent("model: sim-401\n"), { prompt: "hi" });
  assert.deepEqual([refused.status, refused.error?.type, refused.totals.attempts], ["failed", "401", 1]);
  assert.match(refused.error!.message, /: 401: Unauthorized$/);
  assert.equal(refused.error!.remedy, "check MISTRAL_API_KEY");
  const busy = await agency.runner.run(await agency.agent("model: sim-503\nretry: { maxAttempts: 2 }\n"), {
    prompt: "hi",
  });
  assert.deepEqual([busy.status, busy.error?.type, busy.totals.attempts], ["failed", "503", 2]);
  assert(busy.totals.retryWaitMs > 0);
  const cut = await agency.runner.run(await agency.agent("model: sim-cut\nretry: { maxAttempts: 2 }\n"), {
    prompt: "hi",
  });
  assert.deepEqual([cut.status, cut.totals.attempts], ["failed", 2]);
});

Deno.test("a hand-off is a child run in the same group, under the parent's budget", async () => {
  await using agency = await TestAgency.open({
    agents: { helper: "model: mistral-small-latest\ninstructions: You help.\n" },
    scenarios: [
      JSON.stringify({
        name: "child",
        match: { agent: "You help" },
        steps: [{ text: "Helped with {{prompt}}." }],
      }),
      calling({ name: "helper", arguments: { prompt: "the kettle" } }),
    ].join("\n---\n"),
  });
  const config = await agency.agent(`${AGENT}tools: [{ agent: helper }]\nlimits: { budgetUsd: 0.5 }\n`);
  const run = await agency.runner.run(config, { prompt: "go", userId: "ada" });
  assert.equal(run.status, "completed");
  const [child] = await agency.store.childRuns(run.runId);
  assert.equal(child?.output, "Helped with the kettle.");
  assert.equal(child?.group, run.group);
  assert.equal(child?.userId, "ada");
  const { spans } = await agency.store.loadTrace(run.traceId);
  const handed = [...spans.values()].find((span) => span.kind === "tool");
  assert.equal(handed?.attributes[ATTR.childRunId], child?.runId);
});

Deno.test("a hand-off keeps its own, smaller budget, and its parent's", async () => {
  const scenarios = [
    JSON.stringify({ name: "child", match: { agent: "You help" }, steps: [{ text: "Helped." }] }),
    calling({ name: "helper", arguments: { prompt: "the kettle" } }),
  ].join("\n---\n");
  for (
    const [own, parents] of [[0.000001, 0.5], [undefined, 0.0022]] as const
  ) {
    await using agency = await TestAgency.open({
      agents: {
        helper: "model: mistral-large-latest\ninstructions: You help.\n" +
          (own === undefined ? "" : `limits: { budgetUsd: ${own} }\n`),
      },
      scenarios,
    });
    const config = await agency.agent(
      `${AGENT}tools: [{ agent: helper }]\nlimits: { budgetUsd: ${parents} }\n`,
    );
    const run = await agency.runner.run(config, { prompt: "go" });
    const [child] = await agency.store.childRuns(run.runId);
    assert.equal(child?.error?.type, "budget", `${own} ${parents}: ${child?.status}`);
    assert.match(
      child?.error?.message ?? "",
      own === undefined ? /budget of \$0\.0022/ : /budget of \$0\.000001/,
    );
  }
});

Deno.test("agents that hand work to each other in a circle end", async () => {
  await using agency = await TestAgency.open({
    agents: { tester2: "name: tester2\nmodel: mistral-small-latest\ntools: [{ agent: tester2 }]\n" },
    scenarios: calling({ name: "tester2", arguments: { prompt: "again" } }),
  });
  const config = await agency.agent(`${AGENT}tools: [{ agent: tester2 }]\n`);
  const run = await agency.runner.run(config, { prompt: "go" });
  assert.equal(run.status, "completed");
  assert.equal(await agency.store.countRuns(), 6);
});

Deno.test("approve: ask shows the exact arguments and records the answer", async () => {
  const asked: ApprovalRequest[] = [];
  let calls = 0;
  const write = tool("write", () => Promise.resolve({ content: `written ${++calls}` }), writes);
  await using agency = await TestAgency.open({
    tools: { write },
    scenarios: calling({ name: "write", arguments: { path: "a", n: [1] } }),
    approver: async (request) => {
      asked.push(request);
      const waiting = (await agency.store.getRun(request.traceId))?.status;
      assert.equal(waiting, "waiting");
      return { decision: asked.length === 1 ? "deny" : "allow", by: "test", reason: "not today" };
    },
  });
  const config = await agency.agent(AGENT);
  const refused = await agency.runner.run(config, { prompt: "go" });
  assert.deepEqual([refused.status, calls], ["completed", 0]);
  assert.deepEqual(asked[0]?.arguments, { path: "a", n: [1] });
  const { spans } = await agency.store.loadTrace(refused.traceId);
  const guard = [...spans.values()].find((span) => span.kind === "guardrail");
  assert.deepEqual([guard?.attributes[ATTR.approvalDecision], guard?.attributes[ATTR.approvalBy]], [
    "deny",
    "test",
  ]);
  const told = [...spans.values()].find((span) => span.kind === "tool");
  assert.match(told?.errorMessage ?? "", /not allowed: not today/);
  await agency.runner.run(config, { prompt: "go" });
  assert.equal(calls, 1);
});

Deno.test("an always answers the calls of that tool that wait already, and the run waits until all are answered", async () => {
  const written: unknown[] = [];
  const write = tool("write", () => Promise.resolve({ content: `${written.push(1)}` }), writes);
  const other = tool("other", () => Promise.resolve({ content: "other" }), writes);
  const asked: ApprovalRequest[] = [];
  const all = Promise.withResolvers<void>();
  const status: string[] = [];
  await using agency = await TestAgency.open({
    tools: { write, other },
    scenarios: calling({ name: "write", arguments: { n: 1 } }, { name: "write", arguments: { n: 2 } }, {
      name: "other",
    }),
    listeners: [(event) => {
      if (event.type === "run_update" && event.change.status) status.push(event.change.status);
    }],
    approver: async (request, signal) => {
      if (asked.push(request) === 3) all.resolve();
      await all.promise;
      if (request.toolName === "other") return { decision: "deny", by: "test" };
      if (request === asked[0]) return { decision: "allow", always: true, by: "test" };
      return await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      );
    },
  });
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.deepEqual([run.status, written.length, asked.length], ["completed", 2, 3]);
  assert.equal(status.filter((it) => it === "running").length, 2, "at the start, and when nobody waits");
  const { spans } = await agency.store.loadTrace(run.traceId);
  const decisions = [...spans.values()].filter((span) => span.kind === "guardrail")
    .map((span) => `${span.attributes[ATTR.toolName]} ${span.attributes[ATTR.approvalDecision]}`).sort();
  assert.deepEqual(decisions, ["other deny", "write allow", "write allow"]);
});

Deno.test("approve: auto never asks, never always refuses", async () => {
  let calls = 0;
  const write = tool("write", () => Promise.resolve({ content: `written ${++calls}` }), writes);
  await using agency = await TestAgency.open({
    tools: { write },
    scenarios: calling({ name: "write" }),
    approver: () => Promise.reject(new Error("nobody may be asked")),
  });
  await agency.runner.run(await agency.agent(`${AGENT}approve: auto\n`), { prompt: "go" });
  assert.equal(calls, 1);
  await agency.runner.run(await agency.agent(`${AGENT}approve: never\n`), { prompt: "go" });
  assert.equal(calls, 1);
});

Deno.test("another process can approve, pause, resume and stop through the store", async () => {
  const write = tool("write", () => Promise.resolve({ content: "written" }), writes);
  const status: string[] = [];
  const opened = Promise.withResolvers<TestAgency["store"]>();
  await using agency = await TestAgency.open({
    tools: { write },
    scenarios: calling({ name: "write" }),
    listeners: [(event) => {
      if (event.type === "run_update" && event.change.status) status.push(event.change.status);
      if (event.type === "span_start" && event.span.kind === "guardrail") {
        const { traceId, spanId } = event.span;
        opened.promise.then(async (store) => {
          await store.requestControl(traceId, "pause");
          await store.requestControl(traceId, "approve", { spanId, by: "tui" });
        });
      }
      if (event.type === "run_update" && event.change.status === "paused") {
        opened.promise.then((store) => store.requestControl(event.traceId, "resume"));
      }
    }],
  });
  opened.resolve(agency.store);
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.equal(run.status, "completed");
  assert.deepEqual(status, ["running", "waiting", "running", "paused", "running", "completed"]);

  const hanging = await agency.agent("model: sim-hang\n");
  const queued = await agency.runner.queue(hanging, { prompt: "hi" });
  const running = agency.runner.execute(queued);
  await agency.store.requestControl(queued.traceId, "stop");
  const stopped = await running;
  assert.deepEqual([stopped.status, stopped.error?.type], ["cancelled", "cancelled"]);
});

Deno.test("a cancelled run keeps what it had, and resuming goes on from its last finished step", async () => {
  let calls = 0;
  const controller = new AbortController();
  const once = tool("once", () => {
    calls++;
    return Promise.resolve({ content: "42" });
  });
  await using agency = await TestAgency.open({
    tools: { once },
    scenarios: calling({ name: "once" }),
    listeners: [(event) => {
      if (event.type === "snapshot" && event.snapshot.step === 2) controller.abort();
    }],
  });
  const config = await agency.agent(AGENT);
  const queued = await agency.runner.queue(config, { prompt: "go" });
  const cancelled = await agency.runner.execute(queued, { signal: controller.signal });
  assert.equal(cancelled.status, "cancelled");
  const resumed = await agency.runner.execute(cancelled);
  assert.deepEqual([resumed.status, resumed.output, calls], ["completed", "All done.", 1]);
  const { spans } = await agency.store.loadTrace(resumed.traceId);
  assert.equal([...spans.values()].filter((span) => span.kind === "agent").length, 1);
  assert.deepEqual((await agency.store.verify()).problems, []);
});

Deno.test("a tool that cannot be repeated is not repeated unasked after an interruption", async () => {
  let calls = 0;
  const write = tool("write", (context) => {
    calls++;
    return calls === 1
      ? new Promise((_, reject) =>
        context.signal.addEventListener("abort", () => reject(context.signal.reason))
      )
      : Promise.resolve({ content: "written twice" });
  }, writes);
  const controller = new AbortController();
  await using agency = await TestAgency.open({
    tools: { write },
    scenarios: calling({ name: "write" }),
    listeners: [(event) => {
      if (event.type === "span_start" && event.span.kind === "tool") controller.abort();
    }],
  });
  const config = await agency.agent(`${AGENT}approve: auto\n`);
  const queued = await agency.runner.queue(config, { prompt: "go" });
  const cancelled = await agency.runner.execute(queued, { signal: controller.signal });
  assert.equal(cancelled.status, "cancelled");
  const before = calls;
  // What was allowed is not taken from the store: it is said again.
  const resumed = await agency.runner.execute(await continued(cancelled, { approve: "auto" }));
  assert.equal(resumed.status, "completed");
  assert.equal(calls, before);
  const { spans } = await agency.store.loadTrace(resumed.traceId);
  assert([...spans.values()].some((span) => span.errorType === "not_repeated"));
});

Deno.test("a store that cannot be written stops the run with its error", async () => {
  await using database = await openDatabase();
  const { store, sqlite } = database;
  await using agency = await TestAgency.open({
    store,
    scenarios: calling({ name: "fill" }),
    tools: {
      fill: tool("fill", () => {
        const pages = sqlite.prepare("pragma page_count").get()?.["page_count"];
        sqlite.exec(`pragma max_page_count = ${pages}`);
        return Promise.resolve({ content: Array.from({ length: 3000 }, () => crypto.randomUUID()).join() });
      }),
    },
  });
  await assert.rejects(agency.runner.run(await agency.agent(AGENT), { prompt: "go" }), /the disk is full/);
});

Deno.test("the window sends the system message and the newest messages, and keeps all of them", async () => {
  const steps = [1, 2, 3, 4].map((n) => ({
    toolCalls: [{ name: "calculator", arguments: { expression: `${n} + 1` } }],
  }));
  await using agency = await TestAgency.open({
    scenarios: JSON.stringify({ name: "long", steps: [...steps, { text: "end" }] }),
  });
  const config = await agency.agent(
    `${AGENT}instructions: Be brief.\ntools: [calculator]\nmemory: { window: 3 }\n`,
  );
  const run = await agency.runner.run(config, { prompt: "go" });
  const { spans } = await agency.store.loadTrace(run.traceId);
  for (const span of spans.values()) {
    if (span.kind !== "llm") continue;
    const roles = span.inputMessages!.map((message) => message.role);
    assert.equal(roles[0], "system");
    assert.notEqual(roles[1], "tool");
    assert.equal(roles[1], "user", "the question is always there");
    assert(roles.length <= 5, roles.join());
  }
  assert.equal((await agency.store.loadMessages(run.traceId)).length, run.totals.steps + 2);
});

Deno.test("toolChoice any forces one round of calls, then the model may answer", async () => {
  await using agency = await TestAgency.open({ scenarios: calling({ name: "current_time" }) });
  const config = await agency.agent(`${AGENT}tools: [current_time]\nparameters: { toolChoice: any }\n`);
  const run = await agency.runner.run(config, { prompt: "go" });
  assert.equal(run.output, "All done.");
  const { spans } = await agency.store.loadTrace(run.traceId);
  const choices = [...spans.values()].filter((span) => span.kind === "llm")
    .map((span) => span.attributes[ATTR.requestToolChoice]);
  assert.deepEqual(choices, ["any", "auto"]);
});

Deno.test("a call that is repeated because something changed in between is work, not a circle", async () => {
  const repeated = (effect: boolean) => {
    const steps = Array.from({ length: 12 }, (_, n) => ({
      toolCalls: [{ name: n % 2 ? "check" : "edit", arguments: n % 2 ? {} : { n } }],
    }));
    const list = effect ? steps : steps.filter((step) => step.toolCalls[0]!.name === "check");
    return JSON.stringify({ name: "cycle", steps: [...list, { text: "done" }] });
  };
  const answer = () => Promise.resolve({ content: "1 failed" });
  const tools = { check: tool("check", answer), edit: tool("edit", answer, { idempotent: false }) };
  for (const [effect, status] of [[true, "completed"], [false, "stopped"]] as const) {
    await using agency = await TestAgency.open({ scenarios: repeated(effect), tools });
    const run = await agency.runner.run(await agency.agent(`${AGENT}approve: auto\n`), { prompt: "go" });
    assert.equal(run.status, status, effect ? "with edits" : "without");
  }
});
