import assert from "node:assert/strict";
import fc from "fast-check";
import { FAMILY_RUNS_MAX, forkChanges, forkTree, loadForkTree } from "../../lib/analysis/mod.ts";
import { NO_TOTALS, type Run } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";

const runId = (number: number) => `019a0000-0000-7000-8000-${String(number).padStart(12, "0")}`;

function run(number: number, parent?: number, given: Partial<Run> = {}): Run {
  return {
    traceId: number.toString(16).padStart(32, "0"),
    runId: runId(number),
    agent: "researcher",
    status: "completed",
    model: "mistral-small-latest",
    origin: "agent",
    userId: "default",
    tags: {},
    config: {},
    prompt: "How many rows?",
    startTimeUs: 1_000_000 + number,
    endTimeUs: 2_000_000 + number,
    totals: NO_TOTALS,
    ...(parent === undefined ? {} : { forkedFrom: { runId: runId(parent), step: 1 } }),
    ...given,
  };
}

const numbers = (members: readonly { run: Run }[]) => members.map((it) => Number(it.run.runId.slice(-12)));

Deno.test("forkTree() puts every run below the one it came from, in order of start, whatever order they come in", () => {
  const family = [run(6, 2), run(1), run(3, 2), run(5, 1), run(2, 1), run(4, 3)];
  const { members, isCut } = forkTree(family);
  assert.equal(isCut, false);
  assert.deepEqual(numbers(members), [1, 2, 3, 4, 6, 5]);
  assert.deepEqual(members.map(({ guides }) => guides.length), [0, 1, 2, 3, 2, 1]);
  assert.deepEqual(members.map(({ isLast }) => isLast), [true, false, false, true, true, true]);
});

Deno.test("forkTree() shows each run once, also with parents that are missing, or name each other", () => {
  const parents = fc.array(fc.option(fc.nat({ max: 20 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(fc.property(parents, (given) => {
    const { members } = forkTree(given.map((parent, number) => run(number, parent)));
    assert.deepEqual(numbers(members).toSorted((a, b) => a - b), given.map((_, number) => number));
    for (const [at, { guides, run: { forkedFrom } }] of members.entries()) {
      if (guides.length === 0) continue;
      // The row above at the level before is the parent.
      const parent = members.slice(0, at).findLast((it) => it.guides.length === guides.length - 1)!;
      assert.equal(parent.run.runId, forkedFrom!.runId);
    }
  }));
});

Deno.test("forkChanges() names what a replay or fork changed, and nothing else", () => {
  const config = {
    model: "a",
    baseDir: "/here",
    instructions: "Count.",
    parameters: { temperature: 0.2, seed: 7 },
    tools: [{ kind: "tool", name: "calculator" }, { kind: "tool", name: "read_file", config: { root: "." } }],
  };
  const parent = run(1, undefined, { config });
  assert.deepEqual(forkChanges(parent, run(2, 1, { config: { ...config, baseDir: "/there" } })), []);
  const fork = run(3, 1, {
    model: "mistral-large-latest",
    prompt: "How many columns?",
    config: {
      ...config,
      model: "mistral-large-latest",
      instructions: "Sum the columns, and say so.",
      parameters: { temperature: 0.5 },
      tools: [{ kind: "tool", name: "calculator" }],
    },
    forkedFrom: { runId: runId(1), step: 4 },
  });
  assert.deepEqual(forkChanges(parent, fork), [
    "model mistral-large-latest",
    "temperature 0.5",
    "no seed",
    "other instructions",
    "without read_file",
    "another prompt",
    "from step 4",
  ]);
  const at = (step: number, edits: string) =>
    forkChanges(
      parent,
      run(5, 1, { config, tags: { "agentop.edits": edits }, forkedFrom: { runId: runId(1), step } }),
    );
  assert.deepEqual(at(1, "1"), ["step 1 edited"]);
  assert.deepEqual(at(3, "3"), ["step 3 edited"]);
  assert.deepEqual(at(2, "4, 6"), ["from step 2", "step 4, 6 edited"]);
  const hostile = run(4, 1, { config: { parameters: "no record", tools: "no list", x: null } });
  assert.ok(forkChanges(parent, hostile).length > 0);
});

async function storeOf(runs: readonly Run[]) {
  const host = fakeHost({ startMs: Date.UTC(2026, 0, 1) });
  const store = await openStore(":memory:", { host });
  await store.write(runs.map((each) => ({ type: "run_start", run: each })));
  return { store };
}

Deno.test("loadForkTree() finds the whole family from any of its runs, and leaves other runs out", async () => {
  const { store } = await storeOf([run(1), run(2, 1), run(3, 2), run(4, 2), run(5, 1), run(9), run(10, 9)]);
  await using _ = store;
  for (const from of [run(1), run(3, 2), run(5, 1)]) {
    assert.deepEqual(numbers((await loadForkTree(store, [from])).members), [1, 2, 3, 4, 5]);
  }
  assert.deepEqual(numbers((await loadForkTree(store, [run(4, 2), run(10, 9)])).members), [
    1,
    2,
    3,
    4,
    5,
    9,
    10,
  ]);
  // A parent that was deleted.
  assert.deepEqual(numbers((await loadForkTree(store, [run(20, 19)])).members), [20]);
});

Deno.test("loadForkTree() asks once per generation, and a family larger than the limit keeps the run in question", async () => {
  const wide = Array.from({ length: FAMILY_RUNS_MAX + 50 }, (_, at) => run(at + 2, 1));
  const last = wide.at(-1)!;
  const { store } = await storeOf([run(1), ...wide, run(5_000, 2)]);
  await using _ = store;
  let questions = 0;
  const counted = {
    resolveRun: (id: string) => store.resolveRun(id),
    forksOf: (ids: readonly string[]) => (questions++, store.forksOf(ids)),
  };
  const { members, isCut } = await loadForkTree(counted, [last]);
  assert.equal(isCut, true);
  assert.equal(members.length, FAMILY_RUNS_MAX);
  assert.ok(members.some(({ run }) => run.runId === last.runId));
  assert.ok(questions <= 3, `${questions} questions`);
});

Deno.test("loadForkTree() stays bounded in a family as deep as it is long", async () => {
  const chain = Array.from({ length: 1_200 }, (_, at) => run(at + 1, at === 0 ? undefined : at));
  const { store } = await storeOf(chain);
  await using _ = store;
  const { members, isCut } = await loadForkTree(store, [chain[600]!]);
  assert.equal(isCut, true);
  assert.ok(members.some(({ run }) => run.runId === chain[600]!.runId));
  assert.ok(members.length <= FAMILY_RUNS_MAX);
  assert.deepEqual(numbers(members), numbers(members).toSorted((a, b) => a - b));
});

Deno.test("loadForkTree() ends in a family that names itself", async () => {
  const { store } = await storeOf([run(1, 2), run(2, 1), run(3, 3)]);
  await using _ = store;
  assert.deepEqual(numbers((await loadForkTree(store, [run(1, 2)])).members).length, 2);
  assert.deepEqual(numbers((await loadForkTree(store, [run(3, 3)])).members), [3]);
});
