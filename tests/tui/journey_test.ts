import assert from "node:assert/strict";
import { type DurableEvent, newRunId, newTraceId, NO_TOTALS, nowUs } from "../../lib/core/mod.ts";
import { Bench } from "./bench.ts";
import { ANSWER, everyState, finishedRun, liveRun, say, Story, waitingRun } from "./scenario.ts";

const SIZE = [100, 30] as const;

Deno.test("the workbench opens a run, reads it, and goes back", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("j");
  await bench.see(/▶ ✓ done .*researcher/);
  bench.press("enter");
  await bench.see(/There are 1,204 rows/);
  bench.press("j", "]");
  await bench.see(/You answer with figures/);
  bench.press("enter", "escape", "escape");
  await bench.see(/▶ ✓ done .*researcher/);
});

Deno.test("the workbench takes counts before motions and digits as screens", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("3j");
  await bench.see(/▶ ■ budget/);
  bench.press("2G");
  await bench.see(/▶ ✓ done .*researcher/);
  bench.press("2");
  await bench.see(/Prompt/);
  bench.press("1");
  await bench.see(/▶ ✓ done .*researcher/);
});

Deno.test("the workbench filters as one types, keeps the filter, and clears it with escape", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/6 runs/);
  bench.press("/", "status:failed");
  await bench.see(/1 match/);
  bench.press("enter", "2");
  await bench.see(/Prompt/);
  bench.press("1");
  await bench.see(/status:failed .*1 match/);
  bench.press("escape");
  await bench.see(/6 runs/);
  bench.press("/", "stauts:failed");
  await bench.see(/all runs 6 [\s\S]*still all {2}6 runs[\s\S]*there is no such term/);
});

Deno.test("the workbench keeps the selection on its run when new ones arrive", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("2j");
  await bench.see(/▶ ✓ done .*翻訳者/);
  await finishedRun(bench.store, bench.host, { agent: "newcomer" });
  const screen = await bench.see(/newcomer/);
  assert.match(screen, /▶ ✓ done .*翻訳者/);
});

Deno.test("the workbench launches a run and watches it from its first event", async () => {
  const begun: Story[] = [];
  await using bench = await Bench.open(SIZE, undefined, {
    launch: async (request) => {
      bench.launches.push(request);
      const story = await Story.begin(bench.store, bench.host, {
        agent: "researcher",
        prompt: request.prompt,
      });
      begun.push(story);
      return { traceId: story.run.traceId, runId: story.run.runId };
    },
  });
  await bench.see(/No runs yet/);
  bench.press("l");
  await bench.see(/▶ researcher/);
  bench.press("/", "wrt", "enter", "Write it.", "enter", "Now.", "tab", "tab", "0.5", "ctrl+s");
  await bench.see(/● live +researcher/);
  assert.deepEqual(bench.launches, [{
    agent: "agents/writer.yaml",
    prompt: "Write it.\nNow.",
    overrides: { temperature: "0.5" },
  }]);
  const llm = await begun[0]!.call();
  await bench.see(/1 llm mistral-small/);
  await begun[0]!.answer(llm, say("assistant", "Written."), [10, 2], 0.0001);
  await begun[0]!.finish("completed", { output: "Written." });
  await bench.see(/✓ done[\s\S]*Written\./);
});

Deno.test("the workbench says what is missing before it launches", async () => {
  await using bench = await Bench.open(SIZE);
  await bench.see(/No runs yet/);
  bench.press("l");
  await bench.see(/▶ researcher/);
  bench.press("ctrl+s");
  await bench.see(/Write a prompt first/);
  bench.press("x", "tab", "tab", "hot", "ctrl+s");
  await bench.see(/Cannot use temperature: got "hot"\. Try: 0 to 1\.5/);
  bench.press("escape", "down", "down", "ctrl+s");
  await bench.see(/Cannot launch broken: line 3/);
  assert.deepEqual(bench.launches, []);
});

Deno.test("the workbench follows streamed text until it is scrolled, then counts what is new", async () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n");
  let at: Awaited<ReturnType<typeof liveRun>> | undefined;
  await using bench = await Bench.open(SIZE, async (store, host) => {
    at = await liveRun(store, host, lines(60));
  });
  const { story, llm } = at!;
  const stream = (count: number) =>
    bench.store.writePartial({
      traceId: story.run.traceId,
      spanId: llm,
      text: lines(count),
      reasoning: "",
      updatedAtUs: 1,
    });
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/line 60/);
  await stream(70);
  bench.press("2", "3");
  await bench.see(/▶ writer[\s\S]*line 70/);
  bench.press("enter");
  await bench.see(/Spans[\s\S]*line 70/);
  bench.press("tab", "k");
  await bench.see(/line 69/);
  await stream(90);
  await story.status("running");
  const screen = await bench.see(/↓ 20 new/);
  assert.doesNotMatch(screen, /line 70/);
  bench.press("G");
  await bench.see(/line 90/);
  await story.answer(llm, say("assistant", ANSWER), [1, 1], 0);
  await story.finish("completed", { output: ANSWER });
  await bench.see(/✓ done[\s\S]*There are 1,204 rows/);
});

for (
  const [key, action, argument] of [["y", "approve", {}], ["A", "approve", { always: true, scope: "tool" }], [
    "n",
    "deny",
    {},
  ]] as const
) {
  Deno.test(`the workbench shows the exact arguments of a waiting tool and "${key}" answers`, async () => {
    let waiting: Awaited<ReturnType<typeof waitingRun>> | undefined;
    await using bench = await Bench.open(SIZE, async (store, host) => {
      waiting = await waitingRun(store, host, { path: "letter.md", content: "a\u202eb\x1b[31mred" });
    });
    await bench.see(/◔ waiting/);
    bench.press("enter");
    await bench.see(/waits: press a/);
    bench.press("a");
    await bench.see(/content +a\\u\{?202e\}?b\\x1b\[31mred/i);
    bench.press(key);
    await bench.see(/Allowed|Refused/);
    const requests = await bench.store.takeControl(waiting!.story.run.traceId);
    assert.deepEqual(requests.map((request) => [request.action, request.argument]), [[
      action,
      { spanId: waiting!.question, by: "workbench", ...argument },
    ]]);
  });
}

Deno.test("the workbench asks a live run to pause and to stop, and a paused one to go on", async () => {
  let story: Story | undefined;
  await using bench = await Bench.open(SIZE, async (store, host) => {
    ({ story } = await liveRun(store, host, "words"));
  });
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/p pause/);
  bench.press("p");
  await bench.see(/Asked the run to pause/);
  await story!.status("paused");
  await bench.see(/⏸ paused/);
  bench.press("R");
  await bench.see(/Asked the run to go on/);
  bench.press("S");
  await bench.see(/Stop this run\?/);
  bench.press("y");
  await bench.see(/Asked the run to stop/);
  const requests = await bench.store.takeControl(story!.run.traceId);
  assert.deepEqual(requests.map((request) => request.action), ["pause", "resume", "stop"]);
});

Deno.test("the workbench quits at once when nothing it started is live, and asks otherwise", async () => {
  let own: Story | undefined;
  await using bench = await Bench.open(SIZE, everyState, {
    launch: async () => {
      own = await Story.begin(bench.store, bench.host);
      return { traceId: own.run.traceId, runId: own.run.runId };
    },
  });
  await bench.see(/▶ ● live/);
  bench.press("l");
  await bench.see(/▶ researcher/);
  bench.press("enter", "Go.", "ctrl+s");
  await bench.see(/● live +researcher/);
  bench.press("q");
  await bench.see(/Prompt/);
  bench.press("escape", "escape");
  await bench.see(/6 runs|7 runs/);
  bench.press("q");
  await bench.see(/A run started here is live/);
  bench.press("escape");
  await bench.see(/7 runs/);
  bench.press("q");
  await bench.see(/A run started here is live/);
  bench.press("s");
  await bench.until(() => bench.exitCode === 0, "exit");
  assert.deepEqual((await bench.store.takeControl(own!.run.traceId)).map((request) => request.action), [
    "stop",
  ]);
});

Deno.test("the workbench walks through thousands of runs page by page and reaches the last at once", async () => {
  await using bench = await Bench.open(SIZE, async (store, host) => {
    const events: DurableEvent[] = [];
    for (let index = 0; index < 2_500; index++) {
      host.advance(1_000);
      events.push({
        type: "run_start",
        run: {
          traceId: newTraceId(host),
          runId: newRunId(host),
          agent: `agent${index}`,
          status: "completed",
          model: "m",
          origin: "agent",
          userId: "default",
          tags: {},
          config: {},
          prompt: "p",
          startTimeUs: nowUs(host),
          endTimeUs: nowUs(host) + 1,
          totals: NO_TOTALS,
        },
      });
    }
    await store.write(events);
  });
  await bench.see(/▶ .*agent2499 /);
  bench.press("G");
  await bench.see(/▶ .*agent0 [\s\S]*2,500 of 2,500/);
  bench.press("3k");
  await bench.see(/▶ .*agent3 [\s\S]*2,497 of 2,500/);
  bench.press("g");
  await bench.see(/▶ .*agent2499 [\s\S]* 1 of 2,500/);
  for (let page = 0; page < 12; page++) {
    bench.press("20j");
    await bench.see(new RegExp(`▶ .*agent${2499 - 20 * (page + 1)} `));
  }
});

Deno.test("the workbench shows a store that fails and goes on when it works again", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  const list = bench.store.listRuns;
  bench.store.listRuns = () => Promise.reject(new Error("disk \x1b[31mfull"));
  bench.press("s");
  await bench.see(/disk \\x1b\[31mfull/);
  bench.store.listRuns = list;
  bench.press("s");
  await bench.until(
    (screen) => /by tokens/.test(screen) && !/disk/.test(screen),
    "the list without a complaint",
  );
});

Deno.test("the workbench redraws for a new size", async () => {
  await using bench = await Bench.open([160, 48], everyState);
  await bench.see(/Answer/);
  bench.terminal.resize(39, 20);
  await bench.see(/Too small/);
  bench.terminal.resize(80, 24);
  await bench.see(/▶ ● live/);
});

Deno.test("3 shows the live runs after a launch, also when another run was in view before", async () => {
  await using bench = await Bench.open([100, 30], (store, host) => finishedRun(store, host));
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/There are 1,204 rows/);
  bench.press("l");
  await bench.see(/▶ researcher/);
  bench.press("enter", "Count again.", "ctrl+o");
  await bench.see(/Started\. 3 shows it/);
  bench.press("escape", "3");
  await bench.see(/No run is live/);
  await Story.begin(bench.store, bench.host, { agent: "older" });
  bench.host.advance(1_000);
  await Story.begin(bench.store, bench.host, { traceId: "0".repeat(32), agent: "counter" });
  await bench.see(/2 live runs[\s\S]*▶ counter/);
});

Deno.test("the workbench lets a run go on that a limit stopped, under the limit that its error names", async () => {
  const asked: unknown[] = [];
  let story: Story | undefined;
  await using bench = await Bench.open(SIZE, async (store, host) => {
    story = await Story.begin(store, host);
    const remedy = `agentop resume ${story.run.runId} --max-steps 24`;
    await story.finish("stopped", {
      error: { type: "max_steps", message: "the limit of 12 steps was reached", remedy },
    });
  }, {
    resume: (traceId, limits) => {
      asked.push([traceId, limits]);
      return Promise.resolve();
    },
  });
  await bench.see(/▶ ■ steps/);
  bench.press("enter");
  await bench.see(/R resume/);
  bench.press("R");
  await bench.see(/the limit of 12 steps was reached[^]*go on with +24/);
  bench.press("backspace", "backspace", "x", "enter");
  await bench.see(/not a whole number/);
  bench.press("backspace", "30", "enter");
  await bench.see(/Resuming from the last finished step/);
  assert.deepEqual(asked, [[story!.run.traceId, { maxSteps: 30 }]]);
});

Deno.test("the workbench lets a failed run go on as resume does", async () => {
  const asked: unknown[] = [];
  await using bench = await Bench.open(SIZE, async (store, host) => {
    const story = await Story.begin(store, host);
    await story.finish("failed", {
      error: { type: "401", message: "Unauthorized", remedy: "check MISTRAL_API_KEY" },
    });
  }, { resume: (_, limits) => (asked.push(limits), Promise.resolve()) });
  await bench.see(/▶ ✗ failed/);
  bench.press("enter");
  await bench.see(/R resume/);
  bench.press("R");
  await bench.see(/Resuming from the last finished step/);
  assert.deepEqual(asked, [undefined]);
});
