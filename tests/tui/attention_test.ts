import assert from "node:assert/strict";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { Lookout } from "../../lib/tui/app/lookout.ts";
import { keepExperiment, keepResult } from "../support/experiments.ts";
import type { Store } from "../../lib/core/mod.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { everyState, finishedRun, Story, waitingRun } from "./scenario.ts";

const SIZE = [100, 30] as const;

Deno.test("a run that comes to wait for a person is told on every screen, and ! leads there", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("4");
  await bench.see(/Cost by model/);
  await waitingRun(bench.store, bench.host);
  await bench.see(/◔ 1 ! [\s\S]*editor \S+ waits for your approval: ! shows it/);
  assert.ok(bench.terminal.raw.includes("\x07"), "the bell");
  bench.press("!");
  await bench.see(/waits: press a/);
});

Deno.test("a run that fails or is cut off is told once, until a person has looked at it", async () => {
  await using bench = await Bench.open(SIZE, everyState, {
    loadState: () => Promise.resolve({ alert: "none" }),
  });
  const screen = await bench.see(/▶ ● live/);
  assert.doesNotMatch(screen, /! next waiting/, "what failed before is no news");
  for (const [agent, status] of [["first", "failed"], ["second", "interrupted"]] as const) {
    const story = await Story.begin(bench.store, bench.host, { agent });
    bench.host.advance(10);
    await story.finish(status, status === "failed" ? { error: { type: "503", message: "no" } } : {});
  }
  await bench.see(/✗ 2 ! /);
  bench.press("!");
  await bench.see(/first[\s\S]*503/);
  bench.press("!");
  const last = await bench.see(/second[\s\S]*cut off|cut off[\s\S]*second/);
  assert.doesNotMatch(last.split("\n")[0]!, /✗ \d/);
  assert.ok(!bench.terminal.raw.includes("\x07"), "no bell when it is not wanted");
});

Deno.test("a run of a case whose experiment went on with another one is no trouble any more", async () => {
  const host = fakeHost();
  await using store = await openStore(MEMORY, { host });
  const given = {
    suite: "sums",
    variants: ["small"],
    cases: ["one", "two"],
    scorers: [],
    result: () => ({ scores: [], status: "failed" as const }),
  };
  const { experimentId } = await keepExperiment(store, host, given);
  const look = async () => {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const lookout = new Lookout({
      services: { store, host },
      sinceMs: 0,
      found: ({ troubled }) => resolve(troubled.map((run) => run.prompt)),
    });
    lookout.look();
    const found = await promise;
    lookout.close();
    return found;
  };
  assert.deepEqual(await look(), ["What is one?", "What is two?"]);
  await keepResult(store, host, { experimentId, variant: "small", caseId: "one", repeat: 1 }, { scores: [] });
  assert.deepEqual(await look(), ["What is two?"]);
});

Deno.test("what waits when the workbench is opened is counted, and not told as news", async () => {
  await using bench = await Bench.open([80, 24], async (store, host) => {
    await waitingRun(store, host);
    await waitingRun(store, host, { path: "b.md", content: "B" });
  });
  const screen = await bench.see(/◔ 2 !/);
  assert.doesNotMatch(screen, /waits for your approval/);
});

Deno.test("keys of the footer and the sign in the header take clicks", async () => {
  await using bench = await Bench.open(SIZE, async (store, host) => {
    await finishedRun(store, host);
    await waitingRun(store, host);
  });
  const screen = await bench.see(/◔ 1 !/);
  const rows = screen.split("\n");
  bench.click(rows[29]!.indexOf("filter"), 29);
  await bench.see(/words, status:/);
  bench.press("escape");
  await bench.see(/open/);
  bench.click(rows[0]!.indexOf("◔") + 1, 0);
  await bench.see(/waits: press a/);
});

Deno.test("the header names the budget of which little is left, as far as there is room, and only while it is so", async () => {
  const budgeted = async (store: Store, host: FakeHost) => {
    await finishedRun(store, host);
    await store.saveBudget({ scope: "all", per: "day", limitUsd: 100 });
    await store.saveBudget({ scope: "agent:researcher", per: "month", limitUsd: 0.0022 });
  };
  for (
    const [size, wanted] of [[[160, 48], /budget 95% agent:researcher per month /], [
      [80, 24],
      /\$95% /,
    ]] as const
  ) {
    await using bench = await Bench.open(size, budgeted);
    await bench.until((screen) => wanted.test(screen.split("\n")[0]!), String(wanted));
    await bench.store.saveBudget({ scope: "agent:researcher", per: "month", limitUsd: 5 });
    await bench.until((screen) => !/95%/.test(screen.split("\n")[0]!), "gone");
  }
});
