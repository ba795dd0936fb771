import assert from "node:assert/strict";
import { type Store, StoreError } from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { everyState, finishedRun, liveRun, say, Story } from "./scenario.ts";
import { costlyMonth, richRun, SERVICES } from "./screens_scenario.ts";

const SIZE = [100, 30] as const;
const RUNS = /▶ ✓ done/;

Deno.test("what helps against the error of a run is shown with it, once", async () => {
  const error = { type: "401", message: "Cannot call m: 401: Unauthorized", remedy: "check MISTRAL_API_KEY" };
  const failed = async (store: Store, host: FakeHost) => {
    const story = await Story.begin(store, host, { status: "failed", error });
    await story.end(story.root, { status: "error", errorType: error.type, errorMessage: error.message });
  };
  await using bench = await Bench.open(SIZE, failed);
  const said = /401: Cannot call m: 401:[\s\S]*Try: check/;
  const list = await bench.see(said);
  assert.equal(list.split("Try:").length, 2);
  bench.press("enter");
  await bench.see(/Spans/);
  const detail = await bench.see(said);
  assert.equal(detail.split("Try:").length, 2);
});

Deno.test("costs: by agent, a longer time, and Enter shows the runs behind the row", async () => {
  await using bench = await Bench.open(SIZE, costlyMonth, SERVICES);
  await bench.see(RUNS);
  bench.press("4");
  await bench.see(/mistral-small-latest +7[\s\S]*modèle-local +6[^│]*\?/);
  bench.press("tab");
  await bench.see(/AGENT[\s\S]*翻訳者/);
  bench.press("j", "enter");
  const screen = await bench.see(/agent=researcher since:\S+ .*7 match/);
  assert.match(screen, /Runs/);
  bench.press("4");
  await bench.see(/Cost by agent/);
  bench.press("t");
  await bench.see(/ever \$0\.2940\+/);
});

Deno.test("costs: a day leads to the runs of that day only", async () => {
  await using bench = await Bench.open(SIZE, costlyMonth, SERVICES);
  await bench.see(RUNS);
  bench.press("4");
  await bench.see(/total/);
  bench.press("]", "]");
  await bench.see(/▶ 2026-01-20/);
  bench.press("j", "enter");
  await bench.see(/since:2026-01-19 until:2026-01-20 .*1 match/);
});

Deno.test("costs: what if asks for a model, prices the shown tokens, and escape ends it", async () => {
  await using bench = await Bench.open(SIZE, costlyMonth, SERVICES);
  await bench.see(RUNS);
  bench.press("4");
  await bench.see(/total/);
  bench.press("m", "my-own-model");
  await bench.see(/use my-own-model as typed/);
  bench.press("enter");
  await bench.see(/with the prices of my-own-model[\s\S]*mistral-small-latest +\$0\.1540 +\?/);
  bench.press("m", "2603", "enter");
  await bench.see(/\$0\.1540 +\$0\.1386 +-10%/);
  bench.press("tab");
  await bench.see(/AGENT[\s\S]*WHAT IF[\s\S]*\$0\.1386/);
  bench.press("escape");
  await bench.until((screen) => !screen.includes("WHAT IF"), "what-if over");
});

Deno.test("costs: a budget row opens its run", async () => {
  await using bench = await Bench.open(SIZE, costlyMonth, SERVICES);
  await bench.see(RUNS);
  bench.press("4");
  await bench.see(/total/);
  bench.press("[");
  await bench.see(/▶ \S+ +writer +\$0\.0400 +\$0\.0500[\s\S]*80%/);
  bench.press("enter");
  await bench.see(/✓ done {2}writer[\s\S]*of \$0\.0500/);
});

Deno.test("costs and runs show a store in trouble with what to do, and go on when it answers", async () => {
  await using bench = await Bench.open(SIZE, costlyMonth, SERVICES);
  await bench.see(RUNS);
  const { costBy } = bench.store;
  bench.store.costBy = () =>
    Promise.reject(
      new StoreError(
        "locked",
        "Cannot read the store /x.db: another process holds it for too long",
        { remedy: "wait" },
      ),
    );
  bench.press("4");
  await bench.see(
    /The store does not answer[\s\S]*another process holds it[\s\S]*Try {2}wait[\s\S]*\^r +try again/,
  );
  bench.store.costBy = costBy;
  bench.press("ctrl+r");
  await bench.see(/mistral-small-latest/);
});

Deno.test("agents: the error in full, launch with the agent chosen, and a missing editor is said", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("7");
  await bench.see(/reaches api\.example\.org/);
  bench.press("o");
  await bench.see(/No editor is set up\. Try: set EDITOR/);
  bench.press("G");
  await bench.see(/must be a positive integer: got "ten"[\s\S]*more than a row/);
  bench.press("k", "enter");
  await bench.see(/What should writer do\?/);
});

Deno.test("agents: o opens the file and reads the files again, tab goes to the last runs", async () => {
  const opened: string[] = [];
  let model = "mistral-small-latest";
  await using bench = await Bench.open(SIZE, richRun, {
    ...SERVICES,
    agents: () => Promise.resolve([{ name: "researcher", path: "agents/researcher.yaml", model, tools: [] }]),
    openFile: (path) => {
      opened.push(path);
      model = "ministral-edited";
      return Promise.resolve();
    },
  });
  await bench.see(RUNS);
  bench.press("7");
  await bench.see(/Last runs[\s\S]*✓ done/);
  bench.press("o");
  await bench.see(/ministral-edited/);
  assert.deepEqual(opened, ["agents/researcher.yaml"]);
  bench.press("tab", "enter");
  await bench.see(/✓ done {2}researcher/);
});

Deno.test("agents: a filter narrows the list to names, models and tools", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("7");
  await bench.see(/reads \.\/data/);
  bench.press("/", "large");
  await bench.see(/▶ ✓ writer[\s\S]*1 of 1/);
  bench.press("escape");
  await bench.see(/of 3/);
});

Deno.test("run detail: steps are scrubbed with counts, every tab follows, bookmarks are found again", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/4 steps/);
  bench.press(".", "M", "h");
  await bench.see(/tokens .*◆.* step 1 of 4 {2}430 tokens/);
  bench.press("3.");
  await bench.see(/step 4 of 4 {2}818 tokens/);
  bench.press("h");
  await bench.see(/cost .* step 4 of 4 {2}\$0\.0012/);
  bench.press("]", "]", "]", "]");
  await bench.see(/memory after step 4/);
  bench.press("2,");
  await bench.see(/step 2 of 4[\s\S]*memory after step 2/);
  bench.press("'");
  await bench.see(/step 1 of 4/);
});

Deno.test("run detail: Enter on a hand-off opens the child run and escape comes back to the call", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/4 steps/);
  bench.press("3.");
  await bench.see(/handed over to run/);
  bench.press("enter");
  await bench.see(/✓ done {2}writer[\s\S]*A draft of the child/);
  bench.press("escape");
  await bench.see(/✓ done {2}researcher[\s\S]*handed over to run/);
});

Deno.test("run detail: branches of a result fold, and a search opens the branch it finds", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/4 steps/);
  bench.press("2.", "]", "]", "tab");
  await bench.see(/rows: \[30\] …/);
  bench.press("j", "3j", "enter");
  await bench.see(/options: \{2\} …|options: \{2\}/);
  bench.press("/", "id: 27", "enter");
  await bench.see(/id: 27/);
  bench.press("/", "nowhere at all", "enter");
  await bench.see(/\/ nowhere at all +not found/);
});

Deno.test("run detail: a pattern is found while it is typed, n goes on, and one that is none says why", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/4 steps/);
  bench.press("2.", "]", "]");
  await bench.see(/rows: \[30\] …/);
  bench.press("/", "ctrl+r", "id: 2[789]");
  await bench.see(/id: 27[\s\S]*\/pattern\/ id: 2\[789\] +1\/3/);
  bench.press("enter", "n");
  await bench.see(/2\/3/);
  bench.press("/", "id: (");
  await bench.see(/id: \( +missing closing \)/);
  bench.press("escape");
  await bench.see(/id: 2\[789\] +2\/3/);
  bench.press("escape", "-");
  await bench.see(/▸ \{\d\} …/);
});

Deno.test("run detail: a live run is told, its budget and settings are set, and what is none is refused", async () => {
  let story: Story | undefined;
  const asked: unknown[] = [];
  await using bench = await Bench.open(SIZE, async (store, host) => {
    ({ story } = await liveRun(store, host, "words"));
  }, {
    operate: (traceId, operation) => {
      asked.push([traceId, operation]);
      if ("set" in operation && operation.set["temprature"]) {
        return Promise.reject(new Error("Cannot set temprature: it is not a known key"));
      }
      return "tell" in operation
        ? Promise.reject(new Error("Cannot tell it: it is deaf"))
        : Promise.resolve("Set it");
    },
  });
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/words/);
  bench.press("b", "lots", "enter");
  await bench.see(/not an amount in USD: got "lots"/);
  bench.press("\x15", "0.25", "enter");
  await bench.see(/Set it/);
  bench.press("=", "maxSteps", "enter");
  await bench.see(/Cannot set "maxSteps": it is not KEY=VALUE/);
  bench.press("=9 temprature=1", "enter");
  // What the run refuses stays in the field.
  await bench.see(
    /maxSteps=9 temprature=1[\s\S]*not a known key|not a known key[\s\S]*maxSteps=9 temprature=1/,
  );
  bench.press("\x15", "maxSteps=9 model=other", "enter");
  await bench.until((screen) => asked.length === 3 && !/model=other/.test(screen), "the settings");
  bench.press("i", "Hurry, please.", "enter");
  await bench.see(/it is deaf/);
  const { traceId } = story!.run;
  assert.deepEqual(asked, [
    [traceId, { set: { budgetUsd: "0.25" } }],
    [traceId, { set: { maxSteps: "9", temprature: "1" } }],
    [traceId, { set: { maxSteps: "9", model: "other" } }],
    [traceId, { tell: "Hurry, please." }],
  ]);
});

Deno.test("run detail: X breaks off the only tool at work wherever one is, and of several says which", async () => {
  let story: Story | undefined;
  const asked: unknown[] = [];
  await using bench = await Bench.open(SIZE, async (store, host) => {
    story = await Story.begin(store, host, { agent: "busy" });
    await story.tool("read_file", { path: "a" }, "read_file(a)");
  }, {
    operate: (_, operation) => {
      asked.push(operation);
      return Promise.resolve("read_file was broken off");
    },
  });
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/read_file\(a\)/);
  bench.press("g", "X");
  await bench.see(/was broken off/);
  assert.equal(asked.length, 1);
  await story!.tool("http_get", { url: "b" }, "http_get(b)");
  await bench.see(/http_get\(b\)/);
  bench.press("g", "X");
  await bench.see(/2 tools are at work: read_file, http_get/);
  assert.equal(asked.length, 1);
});

Deno.test("run detail: the cache coach is a tab, read when somebody looks; without a model call there is none", async () => {
  await using bench = await Bench.open(SIZE, async (store, host) => {
    await finishedRun(store, host);
    await Story.begin(store, host, { agent: "idle" });
  });
  await bench.see(/▶ ● live/);
  bench.press("j", "enter");
  await bench.see(/1,204 rows/);
  bench.press("[");
  await bench.see(/0 % of 1,172 input tokens[\s\S]*step 1 +0 % of 412/);
  bench.press("escape");
  await bench.see(/▶ ✓ done/);
  bench.press("k", "enter");
  const idle = await bench.see(/idle[\s\S]*Output/);
  assert.doesNotMatch(idle, /Cache/);
});

Deno.test("run detail: a run that was deleted while it was shown says so", async () => {
  await using bench = await Bench.open(SIZE, richRun, SERVICES);
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/4 steps/);
  bench.store.changesSince = () => Promise.resolve(undefined);
  bench.press("ctrl+r");
  await bench.see(/This run is gone[\s\S]*no longer in the store/);
  bench.press("escape");
  await bench.see(/2 runs/);
});

Deno.test("run detail: a store that fails later keeps what is shown and says that it is old", async () => {
  await using bench = await Bench.open(SIZE, everyState, SERVICES);
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/thank you for ordering twice/);
  bench.store.changesSince = () =>
    Promise.reject(new Error("Cannot read the store: the disk is full. Try: free some space"));
  bench.press("ctrl+r");
  await bench.see(/cannot refresh: \^r[\s\S]*thank you for ordering twice/);
});

Deno.test("run detail: a million lines open, scroll to the end and are searched at once", async () => {
  const lines: string[] = [];
  for (let index = 1; index <= 1_000_000; index++) lines.push(`row ${index}`);
  await using bench = await Bench.open(SIZE, async (store, host) => {
    const { story, llm } = await liveRun(store, host, "");
    await story.answer(llm, say("assistant", lines.join("\n")), [1, 1], 0);
  });
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/Spans/);
  bench.press("2.", "tab");
  await bench.see(/row 1 /);
  bench.press("G");
  await bench.see(/row 1000000/);
  bench.press("/", "row 654321", "enter");
  await bench.see(/row 654321/);
});
