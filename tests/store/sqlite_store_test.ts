import assert from "node:assert/strict";
import fc from "fast-check";
import { applyEvent, type DurableEvent, type Trace } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { openDatabase } from "../support/open_database.ts";
import { sampleEvents } from "../support/sample_run.ts";

function fold(events: Iterable<DurableEvent>): Trace {
  let trace: Trace | undefined;
  for (const event of events) trace = applyEvent(trace, event);
  return trace!;
}

Deno.test("store loads exactly what a live listener folded", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 9 })];
  for (let i = 0; i < events.length; i += 4) await store.write(events.slice(i, i + 4));
  const live = fold(events);
  assert.deepEqual(await store.loadTrace(live.run.traceId), live);
});

Deno.test("store loads any split of a run's events alike", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.integer({ min: 0, max: 5 }),
      async (sizes, rounds) => {
        await using store = await openStore(MEMORY);
        const events = [...sampleEvents({ rounds })];
        for (let i = 0, n = 0; i < events.length; n++) {
          const size = sizes[n % sizes.length]!;
          await store.write(events.slice(i, i + size));
          i += size;
        }
        const live = fold(events);
        assert.deepEqual(await store.loadTrace(live.run.traceId), live);
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("store keeps every string: NUL, lone surrogates, anything", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "binary", maxLength: 700 }),
      fc.string({ unit: "binary-ascii" }),
      async (a, b) => {
        const nasty = `${a}\u0000\ud800${b}`;
        const events = [...sampleEvents({ host, rounds: 1, prompt: nasty, text: () => nasty })];
        await store.write(events);
        const live = fold(events);
        const loaded = await store.loadTrace(live.run.traceId);
        assert.deepEqual(loaded, live);
        assert.equal(loaded.run.prompt, nasty);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("store keeps numbers beyond 2^53 in attributes and arguments as they came", async () => {
  await using store = await openStore(MEMORY);
  const [start, root, ...rest] = [...sampleEvents({ rounds: 0 })];
  assert(root?.type === "span_start");
  const attributes = { big: "9007199254740993", float: 1e300, nested: { a: [1, null, true] } };
  await store.write([start!, { ...root, span: { ...root.span, attributes } }, ...rest]);
  const loaded = await store.loadTrace(root.span.traceId);
  assert.deepEqual(loaded.spans.get(root.span.spanId)?.attributes, attributes);
});

Deno.test("write() is all or nothing, and a bad batch does not fail its neighbours", async () => {
  await using store = await openStore(MEMORY);
  const good = [...sampleEvents({ rounds: 1 })];
  const [start] = [...sampleEvents({ host: fakeHost({ startMs: 5 }), rounds: 0 })];
  assert(start?.type === "run_start");
  const run = { ...start.run, traceId: "ab".repeat(16), runId: "00000000-0000-7000-8000-000000000001" };
  const bad: DurableEvent[] = [
    { type: "run_start", run },
    { type: "span_end", traceId: run.traceId, spanId: "cd".repeat(8), endTimeUs: 1, status: "ok" },
  ];
  const [first, second] = await Promise.allSettled([store.write(good), store.write(bad)]);
  assert.equal(first.status, "fulfilled");
  assert.equal(second.status, "rejected");
  assert.equal(await store.countRuns(), 1);
});

Deno.test("writes of many runs at once all arrive", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const runs = Array.from({ length: 30 }, () => [...sampleEvents({ host, rounds: 2 })]);
  await Promise.all(runs.map(async (events) => {
    for (const event of events) await store.write([event]);
  }));
  assert.equal(await store.countRuns({ status: ["completed"] }), 30);
  for (const events of runs) {
    const live = fold(events);
    assert.deepEqual(await store.loadTrace(live.run.traceId), live);
  }
});

Deno.test("listRuns() pages through everything once, in every order", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  for (let i = 0; i < 23; i++) await store.write([...sampleEvents({ host, rounds: i % 4 })]);
  for (const sort of ["newest", "oldest", "cost", "tokens", "duration", "steps"] as const) {
    const seen: string[] = [];
    let page = await store.listRuns({ sort, limit: 5 });
    seen.push(...page.runs.map((run) => run.runId));
    while (page.nextCursor) {
      page = await store.listRuns({ sort, limit: 5, cursor: page.nextCursor });
      seen.push(...page.runs.map((run) => run.runId));
    }
    assert.equal(seen.length, 23, sort);
    assert.equal(new Set(seen).size, 23, sort);
  }
});

Deno.test("listRuns() withoutTexts says the same of a run but for prompt, output and configuration", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  for (const prompt of ["short?", "long? ".repeat(500)]) {
    await store.write([...sampleEvents({ prompt, host })]);
  }
  const { runs: whole } = await store.listRuns();
  const { runs: bare } = await store.listRuns({ withoutTexts: true });
  assert.ok(whole.every(({ prompt, config }) => prompt !== "" && "name" in config));
  assert.deepEqual(bare, whole.map(({ output: _, ...run }) => ({ ...run, prompt: "", config: {} })));
});

Deno.test("listRuns() filters and searches, indexed or not", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  await store.write([
    ...sampleEvents({ host, agent: "a", prompt: "Where is the Zürich café?", group: "g1" }),
  ]);
  await store.write([
    ...sampleEvents({ host, agent: "b", prompt: "nothing here", model: "mistral-large-latest" }),
  ]);
  await store.write([...sampleEvents({ host, agent: "c", prompt: "a live zebra", open: true })]);
  const agents = async (filter: Parameters<typeof store.listRuns>[0]) =>
    (await store.listRuns(filter)).runs.map((run) => run.agent).sort();
  for (const indexed of [false, true]) {
    if (indexed) await store.indexPending();
    assert.deepEqual(await agents({ filter: { text: "zurich" } }), ["a"]);
    assert.deepEqual(await agents({ filter: { text: "zurich CAFE" } }), ["a"]);
    assert.deepEqual(await agents({ filter: { text: '"read_file" done' } }), ["a", "b"]);
    assert.deepEqual(await agents({ filter: { text: "zeb*" } }), ["c"]);
    assert.deepEqual(await agents({ filter: { text: '"* ( OR NEAR' } }), []);
    assert.deepEqual(await agents({ filter: { text: " ' " } }), ["a", "b", "c"]);
  }
  assert.deepEqual(await agents({ filter: { model: "large" } }), ["b"]);
  assert.deepEqual(await agents({ filter: { group: "g1" } }), ["a"]);
  assert.deepEqual(await agents({ filter: { status: ["running"] } }), ["c"]);
  assert.deepEqual(await agents({ filter: { agent: "b", text: "nothing" } }), ["b"]);
});

Deno.test("resolveRun() takes ids, beginnings, ends and last~N, and says what is ambiguous", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const events = [...sampleEvents({ host, rounds: 1 })];
    assert(events[0]?.type === "run_start");
    ids.push(events[0].run.runId);
    await store.write(events);
  }
  assert.equal((await store.resolveRun(ids[1]!)).runId, ids[1]);
  assert.equal((await store.resolveRun(ids[1]!.slice(-8))).runId, ids[1]);
  assert.equal((await store.resolveRun("last")).runId, ids[2]);
  assert.equal((await store.resolveRun("last~2")).runId, ids[0]);
  await assert.rejects(store.resolveRun("last~3"), /not that many runs/);
  await assert.rejects(store.resolveRun(ids[0]!.slice(0, 6)), /3 runs match/);
  await assert.rejects(store.resolveRun("ffffffff"), /no run has this id/);
  await assert.rejects(store.resolveRun("a%"), /Cannot find run/);
});

Deno.test("costBy() adds up by every key", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  await store.write([...sampleEvents({ host, agent: "a", rounds: 2, group: "g" })]);
  await store.write([...sampleEvents({ host, agent: "b", rounds: 3 })]);
  const [byModel] = await store.costBy("model");
  assert.equal(byModel?.key, "mistral-small-latest");
  assert.equal(byModel?.runs, 2);
  assert.equal(byModel?.llmCalls, 5);
  const runs = (await store.listRuns()).runs;
  const total = runs.reduce((sum, run) => sum + run.totals.costUsd, 0);
  for (const key of ["model", "agent", "day", "group", "user", "run"] as const) {
    const rows = await store.costBy(key);
    assert(Math.abs(rows.reduce((sum, row) => sum + row.costUsd, 0) - total) < 1e-12, key);
    assert.deepEqual(rows.map((row) => row.costUsd), rows.map((row) => row.costUsd).sort((a, b) => b - a));
  }
  assert.deepEqual((await store.costBy("group")).map((row) => row.key), ["(none)", "g"]);
  assert.equal((await store.costBy("day"))[0]?.key, "2026-01-01");
});

Deno.test("partial text is replaced, seen, and gone when the call ends", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 1 })];
  const start = events.findIndex((it) => it.type === "span_start" && it.span.kind === "llm");
  await store.write(events.slice(0, start + 1));
  const begun = events[start];
  assert(begun?.type === "span_start");
  const { traceId, spanId } = begun.span;
  await store.writePartial({ traceId, spanId, text: "He", reasoning: "", updatedAtUs: 1 });
  await store.writePartial({ traceId, spanId, text: "Hello", reasoning: "hm", updatedAtUs: 2 });
  assert.deepEqual(await store.partials(traceId), [{
    traceId,
    spanId,
    text: "Hello",
    reasoning: "hm",
    updatedAtUs: 2,
  }]);
  await store.write(events.slice(start + 1));
  assert.deepEqual(await store.partials(traceId), []);
});

Deno.test("takeControl() hands out each request once, in order", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 0 })];
  await store.write(events);
  assert(events[0]?.type === "run_start");
  const { traceId } = events[0].run;
  await store.requestControl(traceId, "pause");
  await store.requestControl(traceId, "set", { settings: { budgetUsd: 2 } });
  const taken = await store.takeControl(traceId);
  assert.deepEqual(taken.map(({ action, argument }) => [action, argument]), [["pause", {}], ["set", {
    settings: { budgetUsd: 2 },
  }]]);
  assert.deepEqual(await store.takeControl(traceId), []);
});

Deno.test("the six views of the original answer SQL", async () => {
  await using database = await openDatabase();
  const { store, sqlite } = database;
  await store.write([...sampleEvents({ rounds: 2 })]);
  const all = (sql: string) => sqlite.prepare(sql).all();
  const [run] = all("select * from runs");
  assert.equal(run?.["final_response"], "done after 2 rounds");
  assert.equal(run?.["initial_prompt"], "How many rows?");
  assert.match(String(run?.["start_time"]), /^2026-01-01T00:00:00\.\d{3}Z$/);
  assert.deepEqual(all("select role from messages order by position").map((row) => row["role"]), [
    "system",
    "user",
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
  const [call] = all("select tool_name, return_value, call_id from tool_calls order by start_time");
  assert.deepEqual({ ...call }, {
    tool_name: "read_file",
    return_value: `row 0 ${"x".repeat(80)}`,
    call_id: "c0",
  });
  assert.equal(all("select * from memory_snapshots").length, 4);
  assert.equal(all("select * from diffs").length, 0);
  assert.equal(all("select * from evaluations").length, 0);
});

Deno.test("verify() passes a good store and names what was changed", async () => {
  await using database = await openDatabase();
  const { store, sqlite } = database;
  await store.write([...sampleEvents({ rounds: 3, chars: 400 })]);
  assert.deepEqual((await store.verify()).problems, []);
  sqlite.exec("update run_message set message_id = zeroblob(16) where position = 2");
  assert.match((await store.verify()).problems.join(), /message 2 was changed/);
  sqlite.exec("update body set data = x'00', encoding = 0 where id = 2");
  assert.match((await store.verify()).problems.join(), /body 2: wrong content/);
});
