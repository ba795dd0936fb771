import assert from "node:assert/strict";
import { firstOf, splitAt, stepped } from "../../lib/tui/widgets/split.ts";
import { Bench } from "./bench.ts";
import { finishedRun, say, Story } from "./scenario.ts";

const SIZE = [100, 30] as const;

Deno.test("runs that another screen led to are left for that screen, with the filter that was here before", async () => {
  await using bench = await Bench.open(SIZE, finishedRun);
  await bench.see(/▶ ✓ done/);
  bench.press("/", "agent:res", "enter");
  await bench.see(/\/ agent:res/);
  bench.press("4");
  await bench.see(/│▶ +mistral-small|│▶ mistral-small/);
  bench.press("enter");
  await bench.see(/\/ model:mistral-small-latest since/);
  bench.press("escape");
  await bench.see(/Cost by model/);
  bench.press("1");
  await bench.see(/\/ agent:res/);
});

Deno.test("a failed run is opened at its error, and another one at a tab that has something in it", async () => {
  await using bench = await Bench.open(SIZE, async (store, host) => {
    const failed = await Story.begin(store, host, { agent: "flaky" });
    await failed.finish("failed", { error: { type: "provider", message: "no answer came" } });
    host.advance(1_000);
    const story = await Story.begin(store, host);
    const call = await story.call();
    await story.answer(call, say("assistant", "Here it is."), [10, 10], 0.001);
    await story.finish("completed", { output: "Here it is." });
  });
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/Spans/);
  bench.press("]");
  await bench.see(/user[\s\S]*How many rows/);
  bench.press("escape", "j", "enter");
  await bench.see(/provider: no answer came/);
  bench.press("escape", "k", "enter");
  await bench.see(/Here it is/);
});

Deno.test("l always lands in the list of agents, whatever was typed before", async () => {
  await using bench = await Bench.open(SIZE, finishedRun);
  await bench.see(/▶ ✓ done/);
  bench.press("l");
  await bench.see(/researcher/);
  bench.press("enter", "half a prompt");
  await bench.see(/half a prompt/);
  bench.press("escape", "escape");
  await bench.see(/▶ ✓ done/);
  bench.press("l", "writ");
  await bench.see(/\/ writ .*half a prompt/);
});

Deno.test("the border between two panes moves by keys and by being dragged, and is where it was at the next start", async () => {
  let kept: unknown;
  await using bench = await Bench.open(SIZE, finishedRun, {
    saveState: (state) => Promise.resolve(void (kept = state)),
  });
  const border = (screen: string) =>
    screen.split("\n").find((row) => row.includes("╮╭"))!.indexOf("╭─ Output");
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/Spans/);
  assert.equal(border(await bench.steady()), 56);
  bench.press(">");
  assert.equal(border(await bench.until((screen) => border(screen) !== 56, "a bigger tree")), 60);
  bench.press("<", "<");
  assert.equal(border(await bench.until((screen) => border(screen) < 56, "a smaller tree")), 52);
  bench.terminal.send("\x1b[<0;53;11M");
  bench.terminal.send("\x1b[<32;41;11M");
  bench.terminal.send("\x1b[<0;41;11m");
  assert.equal(border(await bench.until((screen) => border(screen) < 52, "the border dragged")), 40);
  assert.ok(!bench.terminal.raw.includes("\x1b]52;"), "nothing was marked");
  await bench.until(() => JSON.stringify(kept ?? "").includes('"split":-16'), "the border kept");
});

Deno.test("no pane is moved out of sight", () => {
  assert.equal(firstOf(100, 56, stepped(0, 1, 99), "columns"), 76);
  assert.equal(firstOf(100, 56, stepped(0, -1, 99), "columns"), 24);
  assert.equal(firstOf(24, 10, splitAt(24, 10, 0), "rows"), 5);
  assert.equal(firstOf(100, 56, splitAt(100, 56, 40), "columns"), 40);
});

Deno.test("the wheel reads the answer beside the list, and the selection stays where it is", async () => {
  const answer = Array.from({ length: 60 }, (_, at) => `line ${at}`).join("\n");
  await using bench = await Bench.open([160, 48], async (store, host) => {
    const story = await Story.begin(store, host);
    await story.finish("completed", { output: answer });
    await finishedRun(store, host);
  });
  await bench.see(/▶ ✓ done/);
  bench.press("j");
  const screen = await bench.see(/│ line 0 /);
  const rows = screen.split("\n");
  const y = rows.findIndex((row) => row.includes("│ line 0 "));
  const x = rows[y]!.indexOf("line 0");
  bench.terminal.send(`\x1b[<65;${x + 1};${y + 1}M`);
  const after = await bench.see(/│ line 3 /);
  assert.doesNotMatch(after, /│ line 0 /);
  assert.match(after, /2 of 2/);
});
