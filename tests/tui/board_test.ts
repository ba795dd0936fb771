import assert from "node:assert/strict";
import { NO_TOTALS, NO_USAGE, type Store } from "../../lib/core/mod.ts";
import { gridFor } from "../../lib/tui/screens/board/grid.ts";
import { type Sample, tokensPerSecond, withSample } from "../../lib/tui/screens/board/rate.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { finishedRun, liveRun, say, Story, waitingRun } from "./scenario.ts";
import { SERVICES } from "./screens_scenario.ts";

/** One that writes, one that waits for a person, one whose tool is at work. */
async function atWork(store: Store, host: FakeHost) {
  await finishedRun(store, host);
  const writing = await liveRun(
    store,
    host,
    "Dear customer,\n\nthank you for ordering twice. We will send both parcels in one box.",
  );
  await waitingRun(store, host);
  const counter = await Story.begin(store, host, {
    agent: "counter",
    model: "modèle-local",
    prompt: "Count.",
    config: { limits: { maxSteps: 12 } },
  });
  const call = await counter.call();
  await counter.attempt(call, 0, 300);
  await counter.answer(call, say("assistant", "I will look into the file first."), [1_400, 30], null);
  await counter.tool("read_file", { path: "sales.csv" }, "read_file(sales.csv)");
  return { ...writing, counter };
}

for (const size of [[160, 48], [80, 24]] as const) {
  Deno.test(`viewApp() draws board_${size[0]}x${size[1]}`, async () => {
    await using bench = await Bench.open(size, atWork, SERVICES, { color: "none" });
    await bench.see(/▶ ● live/);
    bench.press("3");
    await bench.see(/3 live runs[\s\S]*approve\? write_file\(letter\.md\)/);
    await assertGolden(`board_${size[0]}x${size[1]}`, await bench.steady());
  });

  Deno.test(`viewApp() draws board_twelve_${size[0]}x${size[1]}`, async () => {
    await using bench = await Bench.open(
      size,
      async (store, host) => {
        for (let at = 0; at < 4; at++) await atWork(store, host);
      },
      SERVICES,
      { color: "none" },
    );
    await bench.see(/▶ ● live/);
    bench.press("3");
    await bench.see(/12 live runs[\s\S]*both parcels|12 live runs[\s\S]*one box/);
    await assertGolden(`board_twelve_${size[0]}x${size[1]}`, await bench.steady());
  });
}

Deno.test("a run that is queued has its card, and a answers the one that waits", async () => {
  await using bench = await Bench.open([100, 30], async (store, host) => {
    await waitingRun(store, host);
    const next = await Story.begin(store, host, { agent: "indexer", prompt: "Index." });
    await next.status("queued");
  }, SERVICES);
  await bench.see(/▶/);
  bench.press("3");
  await bench.see(/1 live run [\s\S]*1 queued[\s\S]*editor[\s\S]*indexer/);
  const screen = await bench.steady();
  assert.equal(screen.match(/write_file\(letter\.md\)/g)?.length, 1, "said once");
  bench.press("g", "a");
  await bench.see(/waits: press a/);
});

Deno.test("the board goes from run to run, opens one, and leads back to it", async () => {
  await using bench = await Bench.open([100, 30], atWork, SERVICES);
  await bench.see(/▶ ● live/);
  bench.press("3");
  await bench.see(/▶ writer/);
  bench.press("right");
  await bench.see(/▶ editor/);
  bench.press("tab", "tab");
  await bench.see(/▶ counter/);
  bench.press("left", "enter");
  await bench.see(/waits: press a/);
  bench.press("escape");
  await bench.see(/▶ editor/);
  bench.press("g");
  await bench.see(/▶ writer/);
  bench.press("S");
  await bench.see(/Stop this run\?[\s\S]*writer/);
});

Deno.test("a run that ends keeps its place on the board until the board is left", async () => {
  let at: Awaited<ReturnType<typeof atWork>> | undefined;
  await using bench = await Bench.open([160, 48], async (store, host) => {
    at = await atWork(store, host);
  }, SERVICES);
  await bench.see(/▶ ● live/);
  bench.press("3");
  await bench.see(/3 live runs/);
  await at!.story.finish("failed", { error: { type: "503", message: "the server is down" } });
  const screen = await bench.see(/2 live runs[\s\S]*1 ended/);
  assert.match(screen, /▶ writer[\s\S]*✗ failed[\s\S]*the server is down/);
  bench.press("1");
  await bench.see(/▶ ● live/);
  bench.press("3");
  const again = await bench.see(/2 live runs/);
  assert.doesNotMatch(again, /\d ended|[─▶] writer ─/);
});

Deno.test("the board marks what it estimates while an answer is arriving, and grows with it", async () => {
  let at: Awaited<ReturnType<typeof atWork>> | undefined;
  await using bench = await Bench.open([160, 48], async (store, host) => {
    at = await atWork(store, host);
  }, SERVICES);
  await bench.see(/▶ ● live/);
  bench.press("3");
  const first = await bench.see(/~\d+ tokens[\s\S]*~\$0\.00\d+ of \$0\.0500/);
  const tokens = (screen: string) => Number(/~(\d+) tokens {2}/.exec(screen)?.[1]);
  bench.host.advance(1_000);
  await bench.store.writePartial({
    traceId: at!.story.run.traceId,
    spanId: at!.llm,
    text: "word ".repeat(400),
    reasoning: "",
    updatedAtUs: bench.host.now() * 1000,
  });
  await bench.until((screen) => tokens(screen) > tokens(first) + 400, "more tokens");
  await at!.story.answer(at!.llm, say("assistant", "Done."), [100, 500], 0.001);
  await bench.see(/ \$0\.0050 of \$0\.0500/);
});

Deno.test("an empty board says so and what to do", async () => {
  await using bench = await Bench.open([80, 24], (store, host) => finishedRun(store, host));
  await bench.see(/▶ ✓ done/);
  bench.press("3");
  await bench.see(/No run is live\.[\s\S]*launch an agent[\s\S]*list of all runs/);
  bench.press("enter", "j", "right");
  await bench.see(/No run is live\./);
});

Deno.test("gridFor() finds room for all of 1 to 12 runs from 80x24 to 220x60, and for some in less", () => {
  for (const [columns, rows] of [[80, 21], [100, 27], [160, 45], [220, 57]] as const) {
    for (let count = 1; count <= 12; count++) {
      const { across, down } = gridFor(count, columns, rows);
      assert.ok(across * down >= count && across * down - count < across, `${count} in ${columns}x${rows}`);
      assert.ok(columns / across >= 26 && rows / down >= 5);
    }
  }
  assert.deepEqual(gridFor(1, 160, 45), { across: 1, down: 1 });
  assert.deepEqual(gridFor(12, 40, 9), { across: 1, down: 1 });
  assert.deepEqual(gridFor(40, 160, 45).across * gridFor(40, 160, 45).down, 12);
});

Deno.test("tokensPerSecond() is that of the last seconds, falls in silence, and begins anew with another answer", () => {
  const arrived = (samples: readonly Sample[], second: number, tokens: number, spanId = "a") =>
    withSample(samples, { spanId, sinceUs: 0, atUs: second * 1e6, tokens });
  let samples = arrived([], 2, 20);
  assert.equal(tokensPerSecond(samples, 2_000), 10);
  for (let second = 3; second <= 12; second++) samples = arrived(samples, second, 20 + (second - 2) * 100);
  assert.equal(tokensPerSecond(samples, 12_000), 100);
  assert.equal(arrived(samples, 12, 1_020), samples);
  assert.equal(tokensPerSecond(samples, 17_000), 50);
  const other = arrived(samples, 14, 28, "b");
  assert.equal(tokensPerSecond(other, 14_000), 2);
  assert.equal(tokensPerSecond(withSample(other, undefined), 14_000), undefined);
});

Deno.test("/ begins with nothing, Enter alone searches on, and n goes on from what is in view", async () => {
  await using bench = await Bench.open([100, 30], async (store, host) => {
    const story = await Story.begin(store, host);
    const call = await story.call();
    const text = Array.from({ length: 200 }, (_, at) => `line ${at + 1}${at % 50 === 0 ? " here" : ""}`).join(
      "\n\n",
    );
    await story.answer(call, say("assistant", text), [10, 10], 0.001);
    await story.finish("completed", { output: text });
  });
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/Spans/);
  bench.press("/", "here", "enter");
  await bench.see(/line 1 here/);
  bench.press("/", "enter");
  await bench.see(/line 51 here/);
  bench.press("/", "line 120", "enter");
  const screen = await bench.see(/line 120/);
  assert.doesNotMatch(screen, /not in this tab/);
  bench.press("/", "here", "enter");
  await bench.see(/line 151 here/);
  bench.press("g");
  await bench.see(/line 1 here/);
  bench.press("n", "n");
  await bench.see(/line 51 here/);
});

Deno.test("a run at 80 columns shows its cost, where cached tokens would take its place", async () => {
  await using bench = await Bench.open([80, 24], async (store, host) => {
    const story = await Story.begin(store, host, {
      config: { limits: { budgetUsd: 0.5 } },
      totals: {
        ...NO_TOTALS,
        steps: 12,
        costUsd: 0.0123,
        usage: { ...NO_USAGE, inputTokens: 12_345, cachedInputTokens: 1_200, outputTokens: 3_456 },
      },
    });
    await story.finish("completed", { output: "Done." });
  });
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/Spans/);
  const frame = await bench.steady();
  assert.match(frame, /12\.3k in 3\.5k out {3}cost \$0\.0123 .*of \$0\.5000/);
  bench.terminal.resize(160, 48);
  await bench.see(/12\.3k in \(1\.2k cached\) 3\.5k out/);
});

Deno.test("a copy that many terminals refuse is in a file, whose path is sent, and nothing is called copied", async () => {
  const kept: string[] = [];
  const word = "word ".repeat(20_000);
  await using bench = await Bench.open([100, 30], async (store, host) => {
    const story = await Story.begin(store, host);
    const call = await story.call();
    await story.answer(call, say("assistant", word), [10, 10], 0.001);
    await story.finish("completed", { output: "Done." });
  }, { keepCopy: (text) => Promise.resolve((kept.push(text), "/home/ada/copied.txt")) });
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/Spans/);
  await bench.steady();
  bench.press("j");
  await bench.see(/word word/);
  bench.press("y");
  const screen = await bench.see(/100 kB is more than terminals take: it is in .*copied\.txt/);
  assert.doesNotMatch(screen, /Copied/);
  assert.deepEqual(kept, [word]);
  assert.ok(bench.terminal.raw.includes(btoa("/home/ada/copied.txt")));
});
