import assert from "node:assert/strict";
import { keySheet, SHEET } from "../../tasks/key_sheet.ts";
import type { Store } from "../../lib/core/mod.ts";
import { lazyStore, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { everyState, finishedRun, liveRun, type Story } from "./scenario.ts";

const SIZE = [100, 30] as const;
const DEMOS = [
  { agent: "researcher", prompt: "How many rows?", about: "tools: reads a file" },
  { agent: "flaky", prompt: "Why wait?", about: "retries" },
];

Deno.test("the palette finds an action by a few letters, shows its key and does it", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("ctrl+p");
  await bench.see(/type a few letters[\s\S]*open the run +⏎/);
  bench.press("nextord");
  await bench.see(/next order: newest, cost.* s /);
  bench.press("enter");
  await bench.see(/by cost/);
  bench.press("ctrl+p", "settings", "enter");
  await bench.see(/Settings[\s\S]*theme +< dark >/);
});

Deno.test("the palette closes with escape and says when nothing fits", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("ctrl+p", "zzzz");
  await bench.see(/nothing does that here/);
  bench.press("escape");
  const screen = await bench.see(/⏎ open/);
  assert.doesNotMatch(screen, /nothing does that/);
});

Deno.test("the jump line opens a run by a part of its id, completes, and names what is wrong", async () => {
  let story: Story | undefined;
  await using bench = await Bench.open(SIZE, async (store, host) => {
    story = await finishedRun(store, host);
    await everyState(store, host);
  });
  await bench.see(/▶ ● live/);
  bench.press(":", "cotss", "enter");
  await bench.see(/Cannot go to "cotss": no such place\. Try: /);
  bench.press("escape", ":", "run nosuchrun", "enter");
  await bench.see(/Cannot find|Cannot open/);
  bench.press("escape", ":", "ru", "tab");
  await bench.see(/Go to[\s\S]*run last~1 +the one before/);
  bench.press("escape", ":", `run ${story!.run.runId.slice(-8)}`, "enter");
  await bench.see(/There are 1,204 rows/);
});

Deno.test("the jump line leads to an agent, a filter and a screen", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press(":", "agent nobody");
  await bench.see(/agent nobody/);
  await bench.steady();
  bench.press("enter");
  await bench.see(/Cannot find agent "nobody"\. Try: :agent/);
  bench.press("escape", ":", "find status:failed", "enter");
  await bench.see(/status:failed .*1 match/);
  bench.press(":", "settings", "enter");
  await bench.see(/< on > +clicks/);
});

Deno.test("settings are applied at once and remembered with the order; the next start shows every run", async () => {
  let kept: unknown;
  const services = {
    loadState: () => Promise.resolve(kept),
    saveState: (state: unknown) => Promise.resolve(void (kept = JSON.parse(JSON.stringify(state)))),
  };
  {
    await using bench = await Bench.open(SIZE, everyState, services);
    await bench.see(/▶ ● live/);
    bench.press("s", "/", "status:failed", "enter", "ctrl+t");
    await bench.see(/< off > +draw with ASCII/);
    bench.press("down", "down", "enter");
    await bench.see(/< on > +draw with ASCII/);
    assert.match(await bench.terminal.screen(), /\+- Settings/);
    bench.press("up", "enter");
    await bench.see(/mouse +< off >/);
    assert.ok(bench.terminal.raw.indexOf("\x1b[?1000h") < bench.terminal.raw.indexOf("\x1b[?1000l"));
    bench.press("escape");
    await bench.see(/status:failed/);
    bench.press("q");
    await bench.until(() => bench.exitCode === 0, "exit");
  }
  assert.deepEqual(kept, {
    mouse: false,
    ascii: true,
    screen: "runs",
    screens: { runs: { sort: "cost", lastFilter: "status:failed" } },
  });
  await using again = await Bench.open(SIZE, everyState, services);
  const screen = await again.see(/by cost +6 runs/);
  assert.match(screen, /\+- Runs/);
});

Deno.test("a bad settings file gives one message and the defaults", async () => {
  await using bench = await Bench.open(SIZE, everyState, {
    loadState: () => Promise.resolve({ theme: "pink\x1b[31m", keys: { "runs.nothing": ["x"] } }),
  });
  const screen = await bench.see(/Cannot use theme of tui\.json/);
  assert.match(screen, /and 1 more/);
  assert.match(screen, /▶ ● live|Loading/);
});

Deno.test("settings: the file is named and opened, what of it is not used is listed, and a change counts at once", async () => {
  let file: unknown = { theme: "pink", keys: { "runs.nothing": ["x"], "runs.sort": ["ctrl+alt+hyper+z"] } };
  const opened: string[] = [];
  await using bench = await Bench.open(SIZE, everyState, {
    statePath: "/data/tui.json",
    loadState: () => Promise.resolve(file),
    openEditor: () => Promise.resolve(undefined),
    openFile: (path) => {
      opened.push(path);
      file = { keys: { "runs.sort": ["X"] } };
      return Promise.resolve();
    },
  });
  await bench.see(/▶ ● live/);
  bench.press("ctrl+t");
  await bench.see(/File +\/data\/tui\.json/);
  await bench.see(/! Cannot use theme/);
  await bench.see(/! Cannot bind "runs\.nothing"/);
  await bench.see(/! Cannot bind "runs\.sort" to "ctrl\+alt\+hyper\+z": no such key/);
  bench.press("o");
  await bench.see(/runs\.sort +X +yours: next order/);
  assert.deepEqual(opened, ["/data/tui.json"]);
  assert.doesNotMatch(
    await bench.steady(),
    /Cannot use theme of tui\.json: got "pink"\. Try: auto.*\n.*Keys/,
  );
  bench.press("escape", "X");
  await bench.see(/by cost/);
});

Deno.test("keys can be changed in the file; footer, help and settings follow", async () => {
  await using bench = await Bench.open(SIZE, everyState, {
    loadState: () =>
      Promise.resolve({ keys: { "runs.sort": ["X"], "runs.zoom": ["l"], "motion.down": ["n"] } }),
  });
  await bench.see(/Cannot bind "runs\.zoom" to "l": it means "runs\.launch" there/);
  await bench.see(/▶ ● live/);
  bench.press("X");
  await bench.see(/by cost/);
  bench.press("s");
  bench.press("?", "order");
  await bench.see(/ X +next order/);
  bench.press("escape", "ctrl+t");
  await bench.see(/runs\.sort +X +yours: next order/);
});

Deno.test("the first start runs a demo with one key and watches it to its end", async () => {
  await using bench = await Bench.open(SIZE, undefined, {
    demos: () => Promise.resolve(DEMOS),
    launch: async (request) => {
      bench.launches.push(request);
      const story = await finishedRun(bench.store, bench.host, { prompt: request.prompt });
      return { traceId: story.run.traceId, runId: story.run.runId };
    },
  });
  await bench.see(/run this demo[\s\S]*▶ researcher[\s\S]*flaky/);
  bench.press("enter");
  await bench.see(/✓ done[\s\S]*There are 1,204 rows/);
  assert.deepEqual(bench.launches, [{ agent: "researcher", prompt: "How many rows?", group: "demo" }]);
});

Deno.test("the first start offers the other demos too", async () => {
  await using bench = await Bench.open([80, 24], undefined, { demos: () => Promise.resolve(DEMOS) });
  await bench.see(/▶ researcher/);
  bench.press("down", "enter");
  await bench.until(() => bench.launches.length === 1, "a launch");
  assert.equal(bench.launches[0]!.agent, "flaky");
});

Deno.test("marked runs stay marked by what they are, and S asks once for all of them", async () => {
  const stories: Story[] = [];
  await using bench = await Bench.open(SIZE, async (store, host) => {
    await everyState(store, host);
    for (let index = 0; index < 3; index++) stories.push((await liveRun(store, host, "words")).story);
  });
  await bench.see(/▶ ● live/);
  bench.press("space", "space", "space");
  await bench.see(/3 marked/);
  bench.press("s");
  await bench.see(/by cost[\s\S]*3 marked/);
  bench.press("S");
  await bench.see(/Stop 3 runs\?[\s\S]*stop all 3/);
  bench.press("y");
  await bench.see(/Asked 3 runs to stop/);
  for (const story of stories) {
    const requests = await bench.store.takeControl(story.run.traceId);
    assert.deepEqual(requests.map((request) => request.action), ["stop"]);
  }
  bench.press("escape");
  await bench.until((screen) => !screen.includes("marked"), "no marks");
});

Deno.test("Y copies a command line and o opens the answer in the editor", async () => {
  const edited: string[] = [];
  let story: Story | undefined;
  await using bench = await Bench.open(SIZE, async (store, host) => {
    story = await finishedRun(store, host);
  }, { openEditor: (text) => Promise.resolve(void edited.push(text)) });
  await bench.see(/▶ ✓ done/);
  bench.press("Y");
  await bench.see(/Sent to the clipboard/);
  assert.ok(bench.terminal.raw.includes(btoa(`agentop show ${story!.run.runId}`)));
  bench.press("o");
  await bench.until(() => edited.length === 1, "the editor");
  assert.match(edited[0]!, /There are 1,204 rows/);
});

Deno.test("the list says what arrived above while it is scrolled, and when the chosen run is deleted", async () => {
  await using bench = await Bench.open(SIZE, async (store, host) => {
    for (let index = 0; index < 40; index++) await finishedRun(store, host, { agent: `agent${index}` });
  });
  await bench.see(/▶ ✓ done .*agent39/);
  bench.press("36j");
  await bench.see(/▶ ✓ done .*agent3 /);
  await finishedRun(bench.store, bench.host, { agent: "newcomer" });
  await bench.see(/↑ 1 new/);
  bench.press("g");
  await bench.see(/▶ ✓ done .*newcomer/);
  assert.doesNotMatch(await bench.steady(), /1 new/);
  const { listRuns, getRun } = bench.store;
  const gone = (await listRuns.call(bench.store)).runs[0]!.traceId;
  bench.store.listRuns = async (query) => {
    const page = await listRuns.call(bench.store, query);
    return { ...page, runs: page.runs.filter((run) => run.traceId !== gone) };
  };
  bench.store.getRun = (id) => id === gone ? Promise.resolve(undefined) : getRun.call(bench.store, id);
  await finishedRun(bench.store, bench.host, { agent: "another" });
  await bench.see(/Run .* of newcomer was deleted/);
});

Deno.test("the preview shows what a live run is writing", async () => {
  let at: Awaited<ReturnType<typeof liveRun>> | undefined;
  await using bench = await Bench.open([160, 48], async (store, host) => {
    at = await liveRun(store, host, "Dear customer, so far");
  });
  await bench.see(/Dear customer, so far/);
  const { story, llm } = at!;
  await bench.store.writePartial({
    traceId: story.run.traceId,
    spanId: llm,
    text: "Dear customer, so far so good",
    reasoning: "",
    updatedAtUs: 2,
  });
  await bench.see(/so far so good/);
});

Deno.test("letters find an agent at once on the launch screen", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("l");
  await bench.see(/▶ researcher[\s\S]*type a few letters|type a few letters[\s\S]*▶ researcher/);
  bench.press("wr");
  await bench.see(/ \/ wr[\s\S]*▶ writer/);
  bench.press("escape");
  await bench.see(/▶ researcher/);
  bench.press("escape");
  await bench.see(/▶ ● live/);
});

/** A store that opens when it is told to. */
function gated(store: Store) {
  const gate = Promise.withResolvers<void>();
  const lazy = lazyStore(async () => {
    await gate.promise;
    return store;
  });
  return { ...lazy, gate };
}

Deno.test("the workbench is there while the store is opening, and what was typed meanwhile counts", async () => {
  await using store = await openStore(":memory:");
  const { gate, ...services } = gated(store);
  const host = fakeHost();
  await finishedRun(store, host, { agent: "finisher" });
  await using bench = await Bench.open(SIZE, undefined, services);
  const first = await bench.see(/1 Runs/);
  assert.match(first, /Loading/);
  bench.press("/", "agent:nobody");
  await bench.see(/\/ agent:nobody/);
  bench.press("enter", "ctrl+t");
  await bench.see(/draw with ASCII/);
  gate.resolve();
  bench.press("escape");
  await bench.see(/No run passes this filter/);
  bench.press("escape");
  await bench.see(/▶ ✓ done .*finisher/);
  await finishedRun(store, host, { agent: "latecomer" });
  await bench.see(/latecomer/);
});

Deno.test("the workbench can be left while the store is opening", async () => {
  await using store = await openStore(":memory:");
  const { gate, ...services } = gated(store);
  await using bench = await Bench.open(SIZE, undefined, services);
  await bench.see(/Loading/);
  bench.press("q");
  await bench.until(() => bench.exitCode === 0, "exit");
  gate.resolve();
});

Deno.test("a store that cannot be opened ends the workbench with its error", async () => {
  await using store = await openStore(":memory:");
  const { gate, ...services } = gated(store);
  await using bench = await Bench.open(SIZE, undefined, services);
  await bench.see(/Loading/);
  gate.reject(new Error("it is damaged"));
  await bench.until(() => bench.unopened !== undefined, "the error");
  assert.match(String(bench.unopened), /it is damaged/);
});

Deno.test("the mouse marks text, which is copied; the next key takes the mark away", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  const screen = await bench.see(/▶ ● live/);
  const row = screen.split("\n").findIndex((it) => it.includes("▶ ● live"));
  const x = screen.split("\n")[row]!.indexOf("live");
  const inverse = async () =>
    (await bench.terminal.cells())[row]!.filter((cell) => cell.inverse).map((cell) => cell.char).join("");
  bench.terminal.send(`\x1b[<0;${x + 1};${row + 1}M`);
  bench.terminal.send(`\x1b[<32;${x + 4};${row + 1}M`);
  bench.terminal.send(`\x1b[<0;${x + 4};${row + 1}m`);
  await bench.see(/Sent to the clipboard/);
  assert.ok(bench.terminal.raw.includes(`\x1b]52;c;${btoa("live")}\x07`));
  assert.equal(await inverse(), "live");
  bench.press("s");
  await bench.see(/by cost/);
  assert.equal(await inverse(), "");
});

Deno.test("docs/keys.md says what the key tables say", async () => {
  assert.equal(await Deno.readTextFile(SHEET), keySheet(), "stale. Try: deno task key-sheet");
});

Deno.test("the palette puts names and what is written before scattered letters, and finds nothing by those alone", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("ctrl+p", "theme", "enter");
  await bench.see(/Settings[\s\S]*theme +< dark >/);
  bench.press("escape", "ctrl+p", "sort");
  await bench.see(/type a few letters|> sort[\s\S]*▶ sort: next/);
  bench.press("escape", "ctrl+p", "wrap");
  await bench.see(/nothing does that here/);
});

Deno.test("the footer fills the width", async () => {
  await using narrow = await Bench.open([80, 24], everyState);
  await using wide = await Bench.open([160, 48], everyState);
  const last = async (bench: Bench) => (await bench.see(/▶ ● live/)).split("\n").at(-1)!;
  const [short, long] = [await last(narrow), await last(wide)];
  assert.match(short, /⏎ open .* \^p palette {2}\? help {2}q quit/);
  assert.ok(long.trimEnd().length > 140, long);
});

Deno.test("a store that lost writes says so at the start, and beside its name for as long as it is so", async () => {
  await using bench = await Bench.open([140, 24], undefined, {
    lostWrites: () => Promise.resolve(["the store lost its last writes: 2 acknowledged writes are missing"]),
  });
  await bench.see(/! lost writes[\s\S]*the store lost its last writes: 2 acknowledged writes/);
  bench.press("4");
  const screen = await bench.see(/Cost by model/);
  assert.match(screen.split("\n")[0]!, /! lost writes/);
});
