import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AgentOpError, systemHost, type TraceEvent } from "../lib/core/mod.ts";
import { DISPLAY, type Displayed } from "../lib/notebook/mod.ts";
import { openStudio, type Studio } from "../lib/studio.ts";

const CALCULATES = { model: "mistral-small-latest", tools: ["calculator"] };
const PROMPT = "What is 17% of 240?";

async function withStudio(work: (studio: Studio, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "agentop-studio-" });
  try {
    await using studio = await openStudio({ store: join(folder, "a.db"), home: folder, simulator: true });
    await work(studio, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const refuses = async (work: Promise<unknown>, expected: RegExp): Promise<void> => {
  await assert.rejects(work, (error) => {
    assert(error instanceof AgentOpError);
    assert.match(error.message, expected);
    return true;
  });
};

Deno.test("openStudio() runs an agent with nothing else imported, and tells of every event", async () => {
  await withStudio(async (studio) => {
    const events: TraceEvent[] = [];
    const run = await studio.run(CALCULATES, PROMPT, {
      set: { temperature: 0 },
      tags: { why: "test" },
      onEvent: (event) => events.push(event),
    });
    assert.equal(run.status, "completed");
    assert.match(run.output!, /40\.8/);
    assert.deepEqual(run.tags, { why: "test", simulator: "true" });
    assert.equal(events[0]!.type, "run_start");
    assert.equal(events.at(-1)!.type, "run_update");
    const { spans } = await studio.trace("last");
    assert.equal([...spans.values()].filter((span) => span.kind === "tool").length, 1);
    assert.deepEqual((await studio.runs({ search: "17%" })).map((it) => it.runId), [run.runId]);
    const [cost] = await studio.costs("model");
    assert.equal(cost!.key, "mistral-small-latest");
    assert.equal(cost!.costUsd, run.totals.costUsd);
  });
});

Deno.test("Studio says what money went on: prompts, what was paid twice, other prices, and the month", async () => {
  await withStudio(async (studio) => {
    const first = await studio.run(CALCULATES, PROMPT, { set: { seed: 1 } });
    const second = await studio.run(CALCULATES, PROMPT, { set: { seed: 1 } });
    await studio.replay("last", { mode: "hybrid" });
    const [prompt, ...others] = await studio.dearestPrompts();
    assert.deepEqual(others, []);
    assert.equal(prompt!.prompt, PROMPT);
    assert.equal(prompt!.costUsd, first.totals.costUsd + second.totals.costUsd);
    const again = await studio.duplicates();
    assert.equal(
      again.length,
      2,
      "both calls of the second run; what a replay answered from the record is not paid",
    );
    assert(again.every((it) => it.runId === second.runId && it.firstRunId === first.runId && it.time === 2));
    const [large] = await studio.whatIf({ model: "mistral-large-latest" });
    assert.equal(large!.changeUsd, large!.whatIfUsd! - large!.costUsd!);
    assert((await studio.whatIf({ cachedShare: 1 }))[0]!.whatIfUsd! < large!.costUsd!);
    assert.equal((await studio.whatIf({ model: "nobody-sells-this" }))[0]!.whatIfUsd, null);
    assert.equal((await studio.forecast()).spentUsd, large!.costUsd);
    await refuses(studio.whatIf({ cachedShare: 1.5 }), /cachedShare: it must be from 0 to 1: got 1.5/);
    await refuses(studio.whatIf({ cachedShare: 1, by: "agent" }), /by agent without a model/);
  });
});

Deno.test("Studio says what a prompt cache did for each call, and draws it", async () => {
  await withStudio(async (studio) => {
    const rules = "Answer with figures and their units. ".repeat(30);
    const agent = (time: string) => ({
      ...CALCULATES,
      name: "clerk",
      instructions: `It is ${time}. ${rules}`,
    });
    await studio.run(agent("10:01"), PROMPT);
    const { runId } = await studio.run(agent("10:02"), PROMPT);
    const [first, second] = await studio.cache({ runs: runId });
    assert.match(first!.why, /^a time changes at byte \d+, in message 1 \(system\): "10:01" is "10:02" now$/);
    assert(first!.lostTokens >= 128 && first!.lostUsd! > 0);
    assert.deepEqual([second!.why, second!.cachedInputTokens > 0], ["", true]);
    assert.equal((await studio.cache()).length, 4);
    const shown = await (await studio.chart("cache") as unknown as Displayed)[DISPLAY]();
    assert.match(String(shown["text/plain"]), /input tokens came from a cache; about \$[\d.]+ lost/);
  });
});

Deno.test("Studio replays, forks and compares runs, and shows what they knew", async () => {
  await withStudio(async (studio) => {
    const original = await studio.run(CALCULATES, PROMPT);
    const repeated = await studio.replay(original.runId, { mode: "recorded" });
    assert.equal(repeated.diff.identical, true);
    assert.equal(repeated.savedCostUsd, original.totals.costUsd);
    const fork = await studio.fork(original.runId, 2, { edits: { 2: "41" } });
    assert.deepEqual(fork.run.forkedFrom, { runId: original.runId, step: 2 });
    const family = await studio.forks(fork.run.runId);
    assert.deepEqual(family.map(({ tree, changed }) => [tree.slice(0, 3), changed]), [
      [original.runId.slice(-8, -5), "inline"],
      ["├─ ", "nothing"],
      ["└─ ", "step 2 edited"],
    ]);
    assert.equal(family[2]!.parentRunId, original.runId);
    assert.match(String((await family[DISPLAY]())["text/html"]), /└─ ● /);
    const step = await studio.step(original.runId, 2);
    assert.equal(step.kind, "tool");
    assert.match(
      String((await (step as unknown as Displayed)[DISPLAY]())["text/html"]),
      /<details class="step tool" open>/,
    );
    await refuses(studio.step(original.runId, 9), /Cannot show step 9 of \w+: it has 3 steps\. Try: 1 to 3/);
    const diff = await studio.diff(original.runId, fork.run.runId);
    assert.equal(diff.identical, false);
    assert.equal(diff.steps[0]!.op, "same");
    const memory = await studio.memory(original.runId);
    assert.deepEqual(memory.map((it) => it.cause.kind), ["prompt", "llm", "tool", "llm"]);
  });
});

Deno.test("Studio scores runs, answers SQL and writes pages and plain copies", async () => {
  await withStudio(async (studio, folder) => {
    const run = await studio.run(CALCULATES, PROMPT);
    assert.equal((await studio.score("last", "includes=40.8")).label, "pass");
    assert.equal((await studio.score("last", "includes=nothing like it")).label, "fail");
    assert.equal((await studio.trace("last")).evaluations.length, 2);
    const rows = await studio.sql("select run_id, status from runs");
    assert.deepEqual(rows, [{ run_id: run.runId, status: "completed" }]);
    assert.match(await studio.export("html", { runs: ["last"] }), /^<!DOCTYPE html>[^]*40\.8[^]*<\/html>/);
    const file = await studio.export("sqlite", { file: join(folder, "copy.db") });
    using copy = new DatabaseSync(file, { readOnly: true });
    assert.deepEqual({ ...copy.prepare("select run_id, final_response from runs").get() }, {
      run_id: run.runId,
      final_response: run.output,
    });
    await refuses(studio.export("sqlite", { file }), /it exists\. Try: --force/);
    await refuses(studio.export("htm"), /there is no such format\. Try: html/);
    await refuses(studio.export("sqlite"), /it is no text/);
  });
});

Deno.test("Studio refuses tools that need an approval unless an approver allows them", async () => {
  await withStudio(async (studio, folder) => {
    const agent = { model: "mistral-small-latest", tools: [{ write_file: { root: folder } }] };
    const asked: string[] = [];
    const prompt = "Use write_file with path note.txt and content hi.";
    await studio.run(agent, prompt);
    await assert.rejects(Deno.stat(join(folder, "note.txt")), Deno.errors.NotFound);
    await studio.run(agent, prompt, {
      approver: ({ toolName }) => {
        asked.push(toolName);
        return Promise.resolve({ decision: "allow", by: "test" });
      },
    });
    const { spans } = await studio.trace("last~1");
    const refused = [...spans.values()].filter((span) => span.kind === "tool");
    assert.equal(asked.length, refused.length, "the same calls were refused before");
  });
});

Deno.test("Studio says in one line what it cannot do", async () => {
  await withStudio(async (studio, folder) => {
    await refuses(studio.trace("last"), /^Cannot .*Try: /);
    await refuses(studio.runs({ search: "statsu:failed" }), /Try: status:/);
    await refuses(studio.run("nobody", "hi"), /^Cannot find agent "nobody"/);
    await refuses(studio.run(CALCULATES, "  "), /the prompt is empty/);
    await refuses(studio.run({ model: "x", maxSteps: 3 }, "hi"), /^Cannot load inline\.yaml/);
    await refuses(studio.run(CALCULATES, "hi", { set: { temprature: 1 } }), /Try: --set temperature/);
    await refuses(studio.sql("delete from runs"), /only reading is allowed/);
    await refuses(openStudio({ store: join(folder, "no", "such", "a.db"), home: folder }), /^Cannot open/);
    await using inMemory = await openStudio({ store: ":memory:", home: folder, simulator: true });
    await refuses(inMemory.sql("select 1"), /the store is in memory/);
  });
});

Deno.test("a studio works in the zone that it was given, and refuses what is none", async () => {
  const startMs = Date.UTC(2026, 0, 1, 12); // the next day there
  await using studio = await openStudio({
    store: ":memory:",
    simulator: true,
    timeZone: "Pacific/Kiritimati",
    host: { ...systemHost(), now: () => startMs },
  });
  await studio.run({ model: "mistral-small-latest" }, "Hello");
  assert.deepEqual((await studio.costs("day")).map(({ key }) => key), ["2026-01-02"]);
  assert.equal((await studio.runs({ search: "since:2026-01-02" })).length, 1);
  assert.equal((await studio.runs({ search: "until:2026-01-02" })).length, 0);
  await assert.rejects(openStudio({ store: ":memory:", timeZone: "Mars" }), {
    message: 'Cannot use "Mars": not a time zone. Try: Europe/Paris',
  });
});

Deno.test("openStudio({ redact }) takes personal data out of what is kept, and refuses a rule that there is none of", async () => {
  await using studio = await openStudio({ store: ":memory:", simulator: true, redact: "email" });
  const run = await studio.run({ model: "mistral-small-latest" }, "Write to ada@example.org");
  assert.equal(run.prompt, "Write to [redacted email]");
  await assert.rejects(openStudio({ store: ":memory:", redact: "emial" }), /Cannot redact by "emial"/);
});
