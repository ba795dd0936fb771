import assert from "node:assert/strict";
import { join } from "node:path";
import { newSpanId, QUARTER_MS, type Run, type Store } from "../../lib/core/mod.ts";
import { budgetWindows } from "../../lib/analysis/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import {
  beginRun,
  callOf,
  checkSchedules,
  claim,
  endOf,
  hostAt,
  WINDOWS,
} from "../support/budget_schedules.ts";

const ALWAYS = { from: 0, to: 10_000_000 };
const CHILD = new URL("./fixtures/child.ts", import.meta.url).pathname;

async function stateOf(store: Store, scope: string): Promise<readonly [spent: number, reserved: number]> {
  const found = (await store.listBudgets(WINDOWS)).find((it) => it.scope === scope);
  return [found!.spentUsd, found!.reservedUsd];
}

Deno.test("what is spent and set aside never passes a budget, in whatever order calls begin, end and are lost", async () => {
  await checkSchedules(25);
});

Deno.test("processes that ask for the last cent at once: one gets it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const host = hostAt();
    await using first = await openStore(path, { host });
    await using second = await openStore(path, { host });
    await using third = await openStore(path, { host });
    await first.saveBudget({ scope: "all", per: "day", limitUsd: 0.1 });
    const runs = [];
    for (let i = 0; i < 12; i++) runs.push(await beginRun(first, host));
    const answers = await Promise.all(
      runs.map((run, i) => [first, second, third][i % 3]!.reserveSpend(claim(run, newSpanId(host), 0.03))),
    );
    assert.equal(answers.filter(({ refusedBy }) => !refusedBy).length, 3);
    const { reservedUsd, spentUsd } = answers.find(({ refusedBy }) => refusedBy)!.refusedBy!;
    assert.deepEqual([spentUsd, reservedUsd], [0, 0.09]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what was set aside for a killed process is free again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using store = await openStore(path);
    await store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, "hold", path],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader.read()).value, "held\n");
    const host = hostAt();
    const run = await beginRun(store, host);
    const windows = { day: ALWAYS, week: ALWAYS, month: ALWAYS };
    const wanted = claim(run, newSpanId(host), 0.8, windows);
    assert.equal((await store.reserveSpend(wanted)).refusedBy?.reservedUsd, 0.8);
    child.kill("SIGKILL");
    await child.status;
    await child.stdin.abort().catch(() => {});
    await reader.cancel();
    assert.equal((await store.reserveSpend(wanted)).refusedBy, undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a budget counts what was spent before it was set, of its scope, in its window, by runs made here", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  const spend = async (change: Partial<Run>, usd: number) => {
    const run = await beginRun(store, host, change);
    const { spanId, start } = callOf(run, host);
    await store.write([start, endOf(run, spanId, host, usd)]);
  };
  host.advance(-QUARTER_MS * 49);
  await spend({}, 100); // the day before
  host.advance(QUARTER_MS * 49);
  await spend({ agent: "a", userId: "u" }, 1);
  await spend({ agent: "b", group: "g" }, 2);
  await spend({ agent: "a", origin: "otlp" }, 400);
  for (const scope of ["all", "agent:a", "user:u", "group:g", "agent:none", "model:mistral-small-latest"]) {
    await store.saveBudget({ scope, per: "day", limitUsd: 50 });
  }
  const spent = async () =>
    Object.fromEntries((await store.listBudgets(WINDOWS)).map(({ scope, spentUsd }) => [scope, spentUsd]));
  const before = {
    "agent:a": 1,
    "agent:none": 0,
    all: 3,
    "group:g": 2,
    "model:mistral-small-latest": 3,
    "user:u": 1,
  };
  assert.deepEqual(await spent(), before);
  // The first claim keeps the sums; from then on each call adds to them.
  const run = await beginRun(store, host, { agent: "a", userId: "v" });
  const { spanId, start } = callOf(run, host);
  assert.equal((await store.reserveSpend(claim(run, spanId, 5))).refusedBy, undefined);
  assert.deepEqual(await stateOf(store, "agent:a"), [1, 5]);
  await store.write([start, endOf(run, spanId, host, 4)]);
  assert.deepEqual(await spent(), { ...before, "agent:a": 5, all: 7, "model:mistral-small-latest": 7 });
  assert.deepEqual(await stateOf(store, "agent:a"), [5, 0]);
});

Deno.test("a budget on one name of a model holds for all of them: in its window, per run, and for what is set aside", async () => {
  const names = ["small-2603", "small-latest", "other-name"];
  for (const per of ["day", "run"] as const) {
    const host = hostAt();
    await using store = await openStore(MEMORY, { host });
    await store.saveBudget({ scope: "model:small-2603", per, limitUsd: 1 });
    const run = await beginRun(store, host, {});
    const call = async (model: string, usd: number, modelNames: readonly string[]) => {
      const { spanId, start } = callOf(run, host);
      const { refusedBy } = await store.reserveSpend({ ...claim(run, spanId, usd), model, modelNames });
      const named = start.type === "span_start"
        ? { ...start, span: { ...start.span, requestModel: model } }
        : start;
      return { refusedBy, answered: () => store.write([named, endOf(run, spanId, host, usd)]) };
    };
    const first = await call("small-latest", 0.5, names);
    assert.equal(first.refusedBy, undefined);
    assert.equal(
      (await call("other-name", 0.6, names)).refusedBy?.reservedUsd,
      0.5,
      "set aside under another name",
    );
    await first.answered();
    const refused = (await call("other-name", 0.6, names)).refusedBy;
    assert.deepEqual([refused?.scope, refused?.spentUsd], ["model:small-2603", 0.5], `spent, per ${per}`);
    assert.equal((await call("small-2603", 0.6, names)).refusedBy?.spentUsd, 0.5);
    assert.equal((await call("large-latest", 9, ["large-latest"])).refusedBy, undefined);
    if (per === "run") continue;
    const [state] = await store.listBudgets(WINDOWS, { "small-2603": names });
    assert.deepEqual([state?.spentUsd, state?.scope], [0.5, "model:small-2603"]);
    assert.equal((await store.listBudgets(WINDOWS))[0]?.spentUsd, 0);
  }
});

Deno.test("a budget per run counts the run with its hand-offs, and each run anew", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.saveBudget({ scope: "agent:child", per: "run", limitUsd: 1 });
  await store.saveBudget({ scope: "all", per: "run", limitUsd: 3 });
  const parent = await beginRun(store, host, { agent: "parent" });
  const child = await beginRun(store, host, { agent: "child", parentRunId: parent.runId });
  const spend = async (run: Run, usd: number) => {
    const { spanId, start } = callOf(run, host);
    const answer = await store.reserveSpend(claim(run, spanId, usd));
    if (!answer.refusedBy) await store.write([start, endOf(run, spanId, host, usd)]);
    return answer.refusedBy?.scope;
  };
  assert.equal(await spend(parent, 2.5), undefined);
  assert.equal(await spend(child, 0.75), "agent:child", "its tree has spent 2.5");
  assert.equal(await spend(parent, 0.75), "all");
  assert.equal(await spend(await beginRun(store, host, { agent: "child" }), 0.9), undefined);
});

Deno.test("what work is handed to spends from the budget per run of whoever handed it on, at the same time too", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.saveBudget({ scope: "agent:parent", per: "run", limitUsd: 1 });
  const parent = await beginRun(store, host, { agent: "parent" });
  const child = await beginRun(store, host, { agent: "child", parentRunId: parent.runId });
  const grandchild = await beginRun(store, host, { agent: "grandchild", parentRunId: child.runId });
  const refuses = async (run: Run, usd: number) =>
    (await store.reserveSpend(claim(run, newSpanId(host), usd))).refusedBy?.scope;
  assert.equal(await refuses(child, 1.5), "agent:parent");
  assert.equal(await refuses(child, 0.6), undefined);
  assert.equal(await refuses(parent, 0.6), "agent:parent", "0.6 is set aside below it");
  assert.equal(await refuses(grandchild, 0.6), "agent:parent");
  assert.equal(await refuses(await beginRun(store, host, { agent: "child" }), 1.5), undefined);
});

Deno.test("each part of a budget is told once in its window, and again when the budget is set anew", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.saveBudget({ scope: "all", per: "week", limitUsd: 10 });
  const run = await beginRun(store, host);
  const told = async (usd: number) => {
    const { spanId, start } = callOf(run, host);
    const { reached } = await store.reserveSpend(claim(run, spanId, usd));
    await store.write([start, endOf(run, spanId, host, usd)]);
    return reached.map(({ percent }) => percent);
  };
  assert.deepEqual(await told(4), []);
  assert.deepEqual(await told(1), [50]);
  assert.deepEqual(await told(1), []);
  assert.deepEqual(await told(3), [80]);
  assert.deepEqual(await told(1), [100]);
  await store.saveBudget({ scope: "all", per: "week", limitUsd: 20 });
  assert.deepEqual(await told(0.1), [50]);
});

Deno.test("a call of unknown price is refused under a budget, and a removed budget holds nobody", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  assert.equal(await store.isBudgeted(), false);
  await store.saveBudget({ scope: "all", per: "month", limitUsd: 10 });
  assert.equal(await store.isBudgeted(), true);
  const run = await beginRun(store, host);
  assert.equal((await store.reserveSpend(claim(run, newSpanId(host), null))).refusedBy?.per, "month");
  assert.equal(await store.removeBudget("all", "month"), true);
  assert.equal(await store.removeBudget("all", "month"), false);
  assert.equal((await store.reserveSpend(claim(run, newSpanId(host), null))).refusedBy, undefined);
});

Deno.test("windows are days, weeks from Monday and months of the person's zone", () => {
  const hours = (from: number, to: number) => (to - from) * QUARTER_MS / 3_600_000;
  const paris = budgetWindows(Date.UTC(2026, 9, 25, 10), "Europe/Paris"); // clocks go back that day
  assert.equal(hours(paris.day.from, paris.day.to), 25);
  assert.equal(hours(paris.week.from, paris.week.to), 7 * 24 + 1);
  assert.equal(paris.day.from * QUARTER_MS, Date.UTC(2026, 9, 24, 22));
  assert.equal(paris.week.from * QUARTER_MS, Date.UTC(2026, 9, 18, 22));
  assert.equal(paris.month.from * QUARTER_MS, Date.UTC(2026, 8, 30, 22));
  assert.equal(paris.month.to * QUARTER_MS, Date.UTC(2026, 9, 31, 23));
});
