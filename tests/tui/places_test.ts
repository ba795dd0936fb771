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
