import { deepStrictEqual as assertEquals, match, ok, rejects } from "node:assert";
import fc from "fast-check";
import { App } from "../../lib/app/mod.ts";
import { dryRunHuggingface, dryRunWandb } from "../../lib/app/ways_out/dry_run.ts";
import { exportWandb } from "../../lib/app/ways_out/export_wandb.ts";
import type { AppConfig } from "../../lib/app/mod.ts";
import { exportApp, writeRuns } from "../support/export_app.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";
import { WandbServer } from "../support/wandb_server.ts";

const signal = new AbortController().signal;

Deno.test("exportWandb() sends a run with history, costs, and its trace as an artifact of the agent's and prompt's version", async () => {
  await using server = new WandbServer();
  await using app = exportApp({ WANDB_API_KEY: "key", WANDB_BASE_URL: server.url, WANDB_PROJECT: "evals" });
  const store = await app.store();
  await store.write([...sampleEvents({ rounds: 2, group: "night" })]);
  const [run] = (await store.listRuns()).runs;
  const report = await exportWandb(app, { signal });
  assertEquals([report.runs, report.unchanged, report.refused, report.url], [
    1,
    0,
    0,
    `${server.url}/tester/evals`,
  ]);
  const sent = server.runs.get(run!.runId)!;
  assertEquals([sent.groupName, sent.exitcode, sent.config!.runId!.value], ["night", 0, run!.runId]);
  const steps = sent.history.map((line) => JSON.parse(line));
  assertEquals(steps.map((it) => it._step), [0, 1, 2, 3]);
  assertEquals(steps.at(-1)["total/tokens"], sent.summary!.totalTokens);
  const table = sent.summary!.costs as { path: string; nrows: number };
  const { columns, data } = JSON.parse(new TextDecoder().decode(sent.files.get(table.path)));
  assertEquals([data.length, columns[4]], [table.nrows, "quantity"]);
  assertEquals([...sent.uses].map((it) => it.split("@")[0]), ["agent-researcher", "prompt-researcher"]);
  const [trace] = server.committed("trace");
  assertEquals(trace!.runName, run!.runId);
  const whole = JSON.parse(new TextDecoder().decode(trace!.files.get("costs.table.json")!.content));
  assertEquals([whole._type, whole.columns, whole.data, whole.nrows], ["table", columns, data, table.nrows]);
  const line = JSON.parse(new TextDecoder().decode(trace!.files.get("trace.jsonl")!.content));
  assertEquals([line.format, JSON.parse(line.trace).run.runId], ["agentop.run/1", run!.runId]);
});

const secretsFor = (server: WandbServer) => ({ WANDB_API_KEY: "key", WANDB_BASE_URL: server.url });

Deno.test("exportWandb() sends nothing twice, and what has changed again", async () => {
  await using server = new WandbServer();
  await using app = exportApp(secretsFor(server));
  await writeRuns(app, 3);
  assertEquals((await exportWandb(app, { signal })).runs, 3);
  const before = server.requests;
  const again = await exportWandb(app, { signal });
  assertEquals([again.runs, again.unchanged, server.requests - before], [0, 3, 1]); // whose key it is
  const [run] = (await (await app.store()).listRuns()).runs;
  const evaluation = {
    evalId: "e".repeat(32),
    traceId: run!.traceId,
    name: "tone",
    value: 0.5,
    source: "person",
    createdAtUs: 1,
  };
  await (await app.store()).write([{ type: "evaluation", evaluation }]);
  assertEquals((await exportWandb(app, { signal })).runs, 1);
  assertEquals(server.runs.get(run!.runId)!.summary!["score/tone"], 0.5);
  assertEquals(server.committed("trace").filter((it) => it.runName === run!.runId).length, 2);
});

Deno.test("exportWandb() takes out what is a secret by now, and leaves folders of this machine out of the configuration", async () => {
  await using server = new WandbServer({ key: "sesame-0123456789" });
  await using app = exportApp({ ...secretsFor(server), WANDB_API_KEY: "sesame-0123456789" });
  const host = fakeHost();
  await using early = new App({ ...app.config, secrets: {} }, { host });
  const store = await early.store();
  await store.write([...sampleEvents({ prompt: "Is sesame-0123456789 a key?", host })]);
  app.store = () => Promise.resolve(store);
  await exportWandb(app, { signal });
  const [run] = server.runs.values();
  assertEquals(run!.config!.prompt!.value, "Is [redacted WANDB_API_KEY] a key?");
  assertEquals("baseDir" in run!.config!, false);
  const content = server.committed("trace")[0]!.files.get("trace.jsonl")!.content!;
  assertEquals(new TextDecoder().decode(content).includes("sesame"), false);
});

Deno.test("exportWandb() names the variable of a key or server that does not do, before anything is sent", async () => {
  await using server = new WandbServer();
  const fails = async (secrets: AppConfig["secrets"], reason: RegExp) => {
    await using app = exportApp(secrets);
    await writeRuns(app, 1);
    await rejects(exportWandb(app, { signal }), reason);
  };
  await fails(
    { ...secretsFor(server), WANDB_API_KEY: "wrong" },
    /refuses the key of WANDB_API_KEY: it answered 401/,
  );
  await fails(
    { WANDB_BASE_URL: "http://wandb.example.org", WANDB_API_KEY: "key" },
    /without encryption.*WANDB_BASE_URL=https/,
  );
  await fails({ ...secretsFor(server), WANDB_ENTITY: "others" }, /403: .*permission denied.*WANDB_ENTITY/);
  assertEquals(server.runs.size, 0);
});

Deno.test("exportWandb() goes on past a run that is refused or was deleted, and says so", async () => {
  let refused = "";
  await using server = new WandbServer({
    fault: (request) =>
      request.url.includes(`/${refused}/file_stream`)
        ? new Response("too large", { status: 413 })
        : undefined,
  });
  await using app = exportApp(secretsFor(server));
  await writeRuns(app, 3);
  const store = await app.store();
  const { runs } = await store.listRuns({ sort: "oldest" });
  refused = runs[0]!.runId;
  const changesSince = store.changesSince.bind(store);
  store.changesSince = (traceId, cursor) =>
    traceId === runs[1]!.traceId ? Promise.resolve(undefined) : changesSince(traceId, cursor);
  const report = await exportWandb(app, { signal });
  assertEquals([report.runs, report.refused, report.deleted], [1, 1, 1]);
  match(report.message!, /413: too large/);
});

Deno.test("exportWandb() gives up on a server that hangs, and waits where one is busy", async () => {
  const hangs = new AbortController();
  let busy = 2;
  await using server = new WandbServer({
    fault: (request) => {
      if (request.url.endsWith("file_stream")) {
        return new Promise((resolve) =>
          hangs.signal.addEventListener("abort", () => resolve(new Response()))
        );
      }
      return busy-- > 0 ? new Response("busy", { status: 503, headers: { "retry-after": "7" } }) : undefined;
    },
  });
  const host = fakeHost();
  await using app = exportApp(secretsFor(server), host);
  await writeRuns(app, 1);
  await rejects(exportWandb(app, { signal, timeoutMs: 200 }), /does not answer: nothing came within 0.2 s/);
  ok(host.waits.slice(0, 2).every((ms) => ms >= 7000), String(host.waits));
  hangs.abort();
});

Deno.test("exportWandb() that is killed anywhere and run again leaves nothing out and nothing twice", async () => {
  let dies = Infinity;
  let isDead = false;
  await using server = new WandbServer({
    fault: () => {
      if (--dies > 0) return undefined;
      isDead = true;
      return new Response("", { status: 401 });
    },
  });
  await using first = exportApp(secretsFor(server));
  await writeRuns(first, 4);
  const store = await first.store();
  const { runs } = await store.listRuns({ sort: "oldest" });
  // A process that is killed does not write down how far it came.
  const noteSent = store.noteSent.bind(store);
  store.noteSent = (target, sent) => isDead ? Promise.reject(new Error("killed")) : noteSent(target, sent);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 45 }), async (after) => {
      dies = after;
      isDead = false;
      await exportWandb(first, { signal, again: true }).catch(() => {});
    }),
    { numRuns: 50, seed: 15 },
  );
  dies = Infinity;
  isDead = false;
  await exportWandb(first, { signal });
  assertEquals([...server.runs.keys()].sort(), runs.map(({ runId }) => runId).sort());
  for (const { runId } of runs) {
    const run = server.runs.get(runId)!;
    const steps = run.history.map((line) => JSON.parse(line)._step);
    assertEquals(steps, steps.map((_, index) => index));
    assertEquals([run.exitcode, run.uses.size], [0, 2]);
    assertEquals(server.committed("trace").filter((it) => it.runName === runId).length, 1);
  }
  assertEquals([server.committed("agent").length, server.committed("prompt").length], [2, 2]);
  assertEquals((await exportWandb(first, { signal })).unchanged, 4);
});

Deno.test("dryRunWandb() and dryRunHuggingface() say what would leave, with nothing secret in the example, and ask nobody", async () => {
  const secrets = { WANDB_ENTITY: "team", ELEVENLABS_API_KEY: "sesame-0123456789" };
  const host = fakeHost({ fetch: () => Promise.reject(new Error("nobody is asked")) });
  await using app = exportApp(secrets, host);
  await using early = exportApp({});
  const store = await early.store();
  await store.write([...sampleEvents({ prompt: `Is sesame-0123456789 a key? ${"x".repeat(900)}`, host })]);
  app.store = () => Promise.resolve(store);
  const wandb = await dryRunWandb(app, { signal });
  assertEquals([wandb.to, wandb.runs], ["https://api.wandb.ai team/agentop", 1]);
  assertEquals(wandb.bytes, wandb.parts.reduce((sum, { bytes }) => sum + bytes, 0));
  ok(
    wandb.fields.includes("history.step/costUsd") && wandb.fields.includes("config.prompt"),
    String(wandb.fields),
  );
  const dataset = await dryRunHuggingface(app, { signal, repo: "me/traces" });
  assertEquals([dataset.to, dataset.runs], ["https://huggingface.co/datasets/me/traces (private)", 1]);
  for (const { redacted, example } of [wandb, dataset]) {
    assertEquals(Object.keys(redacted), ["ELEVENLABS_API_KEY"]);
    const text = JSON.stringify(example);
    ok(text.includes("[redacted ELEVENLABS_API_KEY] a key?") && !text.includes("sesame"), text);
    ok(!text.includes("x".repeat(301)), text);
  }
});
