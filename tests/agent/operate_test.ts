import assert from "node:assert/strict";
import { cancelCall, continued, setRun, tellRun } from "../../lib/agent/mod.ts";
import { operationsOf } from "../../lib/analysis/mod.ts";
import { NO_PERMISSIONS, type Run, systemHost, type Tool } from "../../lib/core/mod.ts";
import { TestAgency } from "../support/test_agency.ts";

const SCENARIOS = `
name: worker
match: { agent: "You work" }
steps:
  - toolCalls: [{ name: work, arguments: { part: 1 } }]
  - toolCalls: [{ name: work, arguments: { part: 2 } }]
  - text: Done.
`;
const AGENT = "model: mistral-small-latest\ninstructions: You work.\nparameters: { temperature: 0.2 }\n";

/** A tool that a test lets go on. */
class Work {
  readonly begun: (() => void)[] = [];
  readonly #waits: PromiseWithResolvers<string>[] = [];
  #calls = 0;
  readonly tool: Tool = {
    name: "work",
    description: "works",
    parameters: { type: "object", properties: { part: { type: "number" } } },
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: () => "work",
    execute: async (_, { signal }) => {
      const wait = Promise.withResolvers<string>();
      this.#waits[this.#calls++] = wait;
      signal.addEventListener("abort", () => wait.reject(signal.reason));
      this.begun.shift()?.();
      return { content: await wait.promise };
    },
  };

  /** Resolves once the next call has begun. */
  next(): Promise<void> {
    return new Promise((resolve) => this.begun.push(resolve));
  }

  finish(call: number): void {
    this.#waits[call]!.resolve(`part ${call + 1}`);
  }
}

async function atWork(yaml = AGENT) {
  const work = new Work();
  const agency = await TestAgency.open({ scenarios: SCENARIOS, tools: { work: work.tool } });
  const services = { store: agency.store, host: systemHost(), by: "tester" };
  const begun = work.next();
  const run = await agency.runner.queue(await agency.agent(yaml), { prompt: "Work." });
  const done = agency.runner.execute(run);
  await begun;
  await written(agency, run);
  const live = async () => (await agency.store.getRun(run.traceId))!;
  return {
    agency,
    work,
    services,
    run,
    done,
    live,
    [Symbol.asyncDispose]: () => agency[Symbol.asyncDispose](),
  };
}

/** Resolves once the call at work is on record. */
async function written(agency: TestAgency, run: Run): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () =>
    void spansOf(agency, run).then((spans) => spans.some(({ kind }) => kind === "tool") && resolve(), reject);
  const stop = agency.store.onChange(look);
  look();
  await promise.finally(stop);
}

async function spansOf({ store }: TestAgency, { traceId }: Run) {
  return [...(await store.loadTrace(traceId)).spans.values()];
}

Deno.test("an agent reads what it is told before its next model call, after the results it waits for, and once", async () => {
  await using it = await atWork();
  await tellRun(it.services, await it.live(), "Hurry.");
  it.work.finish(0);
  await it.work.next();
  it.work.finish(1);
  const run = await it.done;
  assert.deepEqual([run.status, run.output], ["completed", "Done."]);
  const spans = await spansOf(it.agency, run);
  const asked = spans.filter(({ kind }) => kind === "llm").map(({ inputMessages }) =>
    inputMessages!.map(({ role }) => role).join(" ")
  );
  assert.deepEqual(asked, [
    "system user",
    "system user assistant tool user",
    "system user assistant tool user assistant tool",
  ]);
  assert.deepEqual(operationsOf(spans).map(({ action, by, text, step }) => [action, by, text, step]), [
    ["tell", "tester", "Hurry.", 3],
  ]);
  const messages = await it.agency.store.loadMessages(run.traceId);
  assert.deepEqual(messages.map(({ message }) => message.role), [
    "system",
    "user",
    "assistant",
    "tool",
    "user",
    "assistant",
    "tool",
    "assistant",
  ]);
});

Deno.test("what an agent is told while it gives its last answer is answered too", async () => {
  const answering = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const agency = await TestAgency.open({
    scenarios: "name: brief\nmatch: { agent: 'You answer' }\nsteps: [{ text: One. }, { text: Two. }]\n",
    listeners: [(event) => event.type === "delta" ? answering.resolve() : undefined],
  });
  await using _ = agency;
  const run = await agency.runner.queue(
    await agency.agent("model: mistral-small-latest\ninstructions: You answer.\n"),
    {
      prompt: "Well?",
    },
  );
  // The last answer comes only when the agent has been told.
  const write = agency.store.write.bind(agency.store);
  agency.store.write = async (events, ...rest) => {
    if (events.some((it) => it.type === "span_end" && it.outputMessages?.[0]?.role === "assistant")) {
      await told.promise;
    }
    return await write(events, ...rest);
  };
  const done = agency.runner.execute(run);
  await answering.promise;
  await agency.store.requestControl(run.traceId, "tell", { text: "And then?", id: "x" });
  told.resolve();
  const ended = await done;
  const spans = await spansOf(agency, ended);
  const count = spans.filter(({ kind }) => kind === "llm").length;
  const read = operationsOf(spans).filter(({ step }) => step !== undefined).length;
  assert.equal(count, 1 + read, "every message that arrived in time has its answer");
});

Deno.test("settings hold from the next step on, say what they were, and who set them", async () => {
  await using it = await atWork(`${AGENT}limits: { maxSteps: 3 }\n`);
  const said = await setRun(it.services, await it.live(), {
    maxSteps: "9",
    temperature: "0.7",
    model: "mistral-large-latest",
  });
  assert.equal(
    said,
    "model mistral-small-latest → mistral-large-latest, temperature 0.2 → 0.7, maxSteps 3 → 9",
  );
  it.work.finish(0);
  await it.work.next();
  it.work.finish(1);
  const run = await it.done;
  assert.equal(run.status, "completed", "three steps would not have been enough");
  const spans = await spansOf(it.agency, run);
  const calls = spans.filter(({ kind }) => kind === "llm");
  assert.deepEqual(
    calls.map(({ requestModel, attributes }) => [requestModel, attributes["gen_ai.request.temperature"]]),
    [
      ["mistral-small-latest", 0.2],
      ["mistral-large-latest", 0.7],
      ["mistral-large-latest", 0.7],
    ],
  );
});

Deno.test("a limit that is set below what was used stops the run, and time that is set shorter runs out", async () => {
  await using it = await atWork();
  await setRun(it.services, await it.live(), { timeoutSeconds: "0.001" });
  const run = await it.done;
  assert.deepEqual([run.status, run.error?.type], ["stopped", "timeout"]);
});

Deno.test("one tool call is broken off, and the model reads that a person did so", async () => {
  await using it = await atWork();
  const second = it.work.next();
  const span = await cancelCall(it.services, await it.live());
  assert.deepEqual([span.status, span.errorType], ["error", "cancelled"]);
  assert.equal(span.attributes["agentop.control.by"], "tester");
  await second;
  it.work.finish(1);
  const run = await it.done;
  assert.equal(run.status, "completed");
  const messages = await it.agency.store.loadMessages(run.traceId);
  const [part] = messages.find(({ message }) => message.role === "tool")!.message.parts;
  assert.match(JSON.stringify(part), /broken off by a person/);
});

Deno.test("what cannot be done to a run is refused with the reason, and nothing is asked of it", async () => {
  await using it = await atWork();
  const run = await it.live();
  await assert.rejects(tellRun(it.services, run, "  "), /Cannot tell \S+ nothing/);
  await assert.rejects(setRun(it.services, run, { approve: "auto" }), /Cannot set approve of a live run/);
  await assert.rejects(setRun(it.services, run, { maxStep: "4" }), /Try: maxSteps=…/);
  await assert.rejects(
    setRun(it.services, run, { maxSteps: "no" }),
    /Cannot set maxSteps: it must be a positive/,
  );
  await assert.rejects(
    cancelCall(it.services, run, "ffff"),
    /no such call is at work\. Try: [0-9a-f]{8} \(work\)/,
  );
  it.work.finish(0);
  await it.work.next();
  it.work.finish(1);
  const ended = await it.done;
  await assert.rejects(tellRun(it.services, ended, "Hello"), /it is completed/);
  assert.deepEqual(operationsOf(await spansOf(it.agency, ended)), []);
});

Deno.test("settings through the store that are none are left alone, whatever they are", async () => {
  await using it = await atWork();
  const { store } = it.agency;
  for (const settings of [null, 7, [], { approve: "auto" }, { maxSteps: -1 }, { tools: [] }, { model: "" }]) {
    await store.requestControl(it.run.traceId, "set", { settings });
  }
  await tellRun(it.services, await it.live(), "Go on.");
  it.work.finish(0);
  await it.work.next();
  it.work.finish(1);
  const operations = operationsOf(await spansOf(it.agency, await it.done));
  assert.deepEqual(operations.map(({ action }) => action), ["tell"]);
});

Deno.test("a run that was interrupted goes on with what was set, and reads what it had not read", async () => {
  await using it = await atWork();
  await setRun(it.services, await it.live(), { maxSteps: "9" });
  await tellRun(it.services, await it.live(), "Hurry.");
  // Its process dies: what it had open is closed by the next one.
  const stopped = new AbortController();
  stopped.abort();
  const { store } = it.agency;
  const spans = await spansOf(it.agency, it.run);
  const told = operationsOf(spans).find(({ action }) => action === "tell")!;
  assert.equal(told.step, undefined, "it waits to be read");
  const again = await continued(
    { ...await it.live(), status: "interrupted" },
    {},
    { spans: spans.values() },
  );
  assert.equal((again.config["limits"] as { maxSteps: number }).maxSteps, 9);
  assert.equal(
    ((await continued({ ...again, config: it.run.config }, { maxSteps: 4 }, { spans: spans.values() }))
      .config["limits"] as { maxSteps: number }).maxSteps,
    4,
    "who resumes it has the last word",
  );
  it.work.finish(0);
  await it.work.next();
  it.work.finish(1);
  await it.done;
  assert.ok(await store.getRun(it.run.traceId));
});
