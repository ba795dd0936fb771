import assert from "node:assert/strict";
import { Bench } from "./bench.ts";
import { everyState, finishedRun, Story, waitingRun } from "./scenario.ts";

const SIZE = [100, 30] as const;

Deno.test("a run that comes to wait for a person is told on every screen, and ! leads there", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("4");
  await bench.see(/Cost by model/);
  await waitingRun(bench.store, bench.host);
  await bench.see(/⧗ 1 ! [\s\S]*editor \S+ waits for your approval: ! shows it/);
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

Deno.test("what waits when the workbench is opened is counted, and not told as news", async () => {
  await using bench = await Bench.open([80, 24], async (store, host) => {
    await waitingRun(store, host);
    await waitingRun(store, host, { path: "b.md", content: "B" });
  });
  const screen = await bench.see(/⧗ 2 !/);
  assert.doesNotMatch(screen, /waits for your approval/);
});

Deno.test("keys of the footer and the sign in the header take clicks", async () => {
  await using bench = await Bench.open(SIZE, async (store, host) => {
    await finishedRun(store, host);
    await waitingRun(store, host);
  });
  const screen = await bench.see(/⧗ 1 !/);
  const rows = screen.split("\n");
  bench.click(rows[29]!.indexOf("filter"), 29);
  await bench.see(/words, status:/);
  bench.press("escape");
  await bench.see(/open/);
  bench.click(rows[0]!.indexOf("⧗") + 1, 0);
  await bench.see(/waits: press a/);
});
