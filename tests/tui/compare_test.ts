import assert from "node:assert/strict";
import { ATTR, type Message, type Run, type Store } from "../../lib/core/mod.ts";
import { nextChange } from "../../lib/tui/screens/compare/rows.ts";
import { wordRows } from "../../lib/tui/screens/compare/text_rows.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import type { ReplayRequest } from "../../lib/app/mod.ts";
import type { TuiServices } from "../../lib/tui/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { liveRun, say, Story } from "./scenario.ts";

const SIZES = [[160, 48], [100, 30], [80, 24]] as const;
const BEFORE =
  "There are 1,204 rows in sales.csv.\n\nThe first row is the header, so 1,203 are orders.\nAsk for more.";
const AFTER =
  "There are 1,204 rows in sales.csv.\n\nThe header is not an order: 1,203 are orders.\nAsk for more.";

/** Three readings that are equal on both sides, one that differs, and the answer. */
async function readings(
  store: Store,
  host: FakeHost,
  model: string,
  answer: string,
  change: Partial<Run> = {},
): Promise<Story> {
  const config = { model, limits: { maxSteps: 12 } };
  const story = await Story.begin(store, host, { model, config, ...change });
  for (const file of ["a.csv", "b.csv", "c.csv"]) await reading(story, host, file, `rows of ${file}`);
  await reading(
    story,
    host,
    "sales.csv",
    model.includes("large") ? { rows: 1204, header: true } : { rows: 1204 },
  );
  const call = await story.call();
  host.advance(900);
  await story.answer(call, say("assistant", answer), [400, model.includes("large") ? 70 : 50], 0.0012);
  await story.finish("completed", { output: answer });
  return story;
}

async function reading(story: Story, host: FakeHost, path: string, response: unknown): Promise<void> {
  const tool = await story.tool("read_file", { path }, `read_file(${path})`);
  host.advance(12);
  const message: Message = {
    role: "tool",
    parts: [{ type: "tool_call_response", id: "c", name: "read_file", response }],
  };
  await story.end(tool, { outputMessages: [message], attributes: { [ATTR.toolCallResult]: response } });
}

async function twoRuns(store: Store, host: FakeHost): Promise<readonly [Story, Story]> {
  const first = await readings(store, host, "mistral-small-latest", BEFORE);
  host.advance(5_000);
  return [first, await readings(store, host, "mistral-large-latest", AFTER)];
}

const RUNS = /▶ ✓ done[\s\S]*✓ done/;

async function compared(bench: Bench): Promise<void> {
  await bench.see(RUNS);
  bench.press("j", "space");
  await bench.see(/◆/);
  bench.press("k", "d");
  await bench.see(/configuration[\s\S]*final answer/);
}

for (const size of SIZES) {
  for (const mode of ["words", "unified"] as const) {
    const name = `compare_${mode}_${size[0]}x${size[1]}`;
    Deno.test(`viewApp() draws ${name}`, async () => {
      await using bench = await Bench.open(size, twoRuns, {}, { color: "none" });
      await compared(bench);
      bench.press("N");
      await bench.see(/Final answer/);
      if (mode === "unified") bench.press("u");
      await bench.see(mode === "words" ? /The header is not an order/ : /@@/);
      await assertGolden(name, await bench.steady());
    });
  }
}

Deno.test("viewApp() draws compare_step, an empty comparison and the form of a replay", async () => {
  await using bench = await Bench.open([100, 30], twoRuns, {}, { color: "none" });
  await bench.see(RUNS);
  bench.press("6");
  await bench.see(/No runs to compare yet/);
  await assertGolden("compare_empty_100x30", await bench.steady());
  bench.press("escape");
  await bench.see(RUNS);
  bench.press("r");
  await bench.see(/Replay \S+/);
  await assertGolden("replay_form_100x30", await bench.steady());
  bench.press("escape");
  await compared(bench);
  bench.press("n");
  await bench.see(/\+ \/output\/0\/parts\/0\/response\/header/);
  await assertGolden("compare_step_100x30", await bench.steady());
});

Deno.test("compare: with no runs chosen it shows the newest replay beside its original", async () => {
  const replayed = async (store: Store, host: FakeHost) => {
    const first = await readings(store, host, "mistral-small-latest", BEFORE);
    host.advance(5_000);
    const forkedFrom = { runId: first.run.runId, step: 1 };
    const again = await readings(store, host, "mistral-large-latest", AFTER, { forkedFrom });
    host.advance(5_000);
    await readings(store, host, "mistral-small-latest", BEFORE);
    return [first, again];
  };
  await using bench = await Bench.open([100, 30], replayed);
  await bench.see(RUNS);
  bench.press("6");
  await bench.see(
    /- \S+ +✓ done +mistral-small[\s\S]*\+ \S+ +✓ done +mistral-large[\s\S]*↳[\s\S]*final answer/,
  );
});

Deno.test("compare: two marked runs, n and N go from change to change and around the end, Enter unfolds", async () => {
  await using bench = await Bench.open([100, 30], twoRuns);
  await compared(bench);
  await bench.see(/change 1 of 4[\s\S]*▸ 3 equal steps/);
  bench.press("n");
  await bench.see(/change 2 of 4[\s\S]*▶ ~ 4/);
  bench.press("n", "n");
  await bench.see(/change 4 of 4/);
  bench.press("n");
  await bench.see(/change 1 of 4/);
  bench.press("N");
  await bench.see(/change 4 of 4/);
  bench.press("g", "j", "enter");
  await bench.see(/▾ 3 equal steps[\s\S]*= 1 +tool +read_file/);
  bench.press("j");
  await bench.see(/the same on both sides[\s\S]*path: "a\.csv"/);
  bench.press("k", "enter");
  await bench.see(/▸ 3 equal steps/);
});

Deno.test("compare: x swaps the sides, tab and j read on, escape goes back level by level", async () => {
  await using bench = await Bench.open([100, 30], twoRuns);
  await compared(bench);
  await bench.see(/- \S+ +✓ done +mistral-small[\s\S]*\+ \S+ +✓ done +mistral-large/);
  bench.press("X");
  await bench.see(/- \S+ +✓ done +mistral-large[\s\S]*\+ \S+ +✓ done +mistral-small/);
  bench.press("n", "tab", "G", "escape");
  await bench.see(/▶ ~ 4/);
  bench.press("escape");
  await bench.see(/AGENT/);
});

Deno.test("runs: d alone marks a run, d on another compares, the first on the left", async () => {
  await using bench = await Bench.open([100, 30], twoRuns);
  await bench.see(RUNS);
  bench.press("d");
  await bench.see(/is the left side: go to another run, then press d/);
  bench.press("d");
  await bench.see(/This run is marked/);
  bench.press("j", "d");
  await bench.see(/- \S+ +✓ done +mistral-large[\s\S]*\+ \S+ +✓ done +mistral-small/);
});

Deno.test("compare: a run that is not finished is refused in one line", async () => {
  await using bench = await Bench.open([100, 30], async (store, host) => {
    await twoRuns(store, host);
    await liveRun(store, host, "words");
  });
  await bench.see(/▶ ● live/);
  bench.press("d", "j", "d");
  await bench.see(/cannot be compared[\s\S]*it is[\s│]+running, not finished/);
});

/** Services whose replays are only written down; the run that "starts" is the newest of the store. */
function recorder(requests: ReplayRequest[], given: Partial<TuiServices> = {}): Partial<TuiServices> {
  return {
    replay: (request) => {
      requests.push(request);
      return Promise.resolve({ traceId: "0".repeat(32), runId: "not-yet-written" });
    },
    ...given,
  };
}

Deno.test("replay: the form makes the request, refuses what does not fit, and opens the new run", async () => {
  const requests: ReplayRequest[] = [];
  await using bench = await Bench.open([100, 30], twoRuns, recorder(requests));
  await bench.see(RUNS);
  bench.press("enter");
  await bench.see(/5 steps/);
  bench.press("5.", "r");
  await bench.see(/from step +5/);
  bench.press("mistral-medium-latest", "tab", "9", "enter");
  await bench.see(/Cannot use temperature: got "9"\. Try: 0 to 1\.5/);
  bench.press("\x15", "0.5", "tab", "tab", "tab", "tab", "tab", "space", "enter");
  await bench.until(() => requests.length === 1, "a request");
  assert.equal(requests[0]!.mode, "live");
  assert.deepEqual(requests[0]!.overrides, { model: "mistral-medium-latest", temperature: "0.5" });
  assert.equal(requests[0]!.fromStep, 5);
  assert.equal(
    (await bench.store.getRun((await bench.store.resolveRun(requests[0]!.runId)).traceId))!.agent,
    "researcher",
  );
  bench.press("escape");
  await bench.see(/AGENT/);
});

Deno.test("fork: what the editor saved is the edit of the step; unchanged text starts nothing", async () => {
  const requests: ReplayRequest[] = [];
  const texts: string[] = [];
  const saved: string[] = [];
  await using bench = await Bench.open(
    [100, 30],
    twoRuns,
    recorder(requests, {
      openEditor: (text) => {
        texts.push(text);
        return Promise.resolve(saved.at(-1));
      },
    }),
  );
  await bench.see(RUNS);
  bench.press("enter");
  await bench.see(/5 steps/);
  bench.press("3.", "f");
  await bench.see(/Nothing changed/);
  await bench.see(/step 3 of 5/);
  saved.push("other rows");
  bench.press("f");
  await bench.until(() => requests.length === 1, "a request");
  assert.deepEqual(texts, ["rows of c.csv", "rows of c.csv"]);
  assert.deepEqual(requests[0]!.edit, { step: 3, text: "other rows" });
});

Deno.test("replay: a failure to start is said and the form stays", async () => {
  await using bench = await Bench.open([100, 30], twoRuns, {
    replay: () => Promise.reject(new Error('Cannot use model "x": the server does not offer it. Try: y')),
  });
  await bench.see(RUNS);
  bench.press("r");
  await bench.see(/from step/);
  bench.press("x", "enter");
  await bench.see(/the server does not offer it/);
  await bench.see(/from step/);
});

Deno.test("run detail: d compares a replay with its original, and the end of a watched one says so", async () => {
  let replay: Story | undefined;
  await using bench = await Bench.open([100, 30], async (store, host) => {
    const [original] = await twoRuns(store, host);
    replay = await Story.begin(store, host, { forkedFrom: { runId: original.run.runId, step: 1 } });
  });
  await bench.see(/▶ ● live/);
  bench.press("enter");
  await bench.see(/Spans/);
  await bench.steady();
  await replay!.finish("completed", { output: AFTER });
  await bench.see(/The replay has ended: d compares it with the original/);
  bench.press("d");
  await bench.see(/- \S+ +✓ done[\s\S]*↳[\s\S]*removed/);
});

Deno.test("nextChange() finds every change in both directions and none where there is none", () => {
  const rows = [false, true, false, true].map((isChange, at) => ({
    kind: "answer" as const,
    key: "answer" as const,
    isChange,
    at,
  }));
  assert.equal(nextChange(rows, 0, 1), 1);
  assert.equal(nextChange(rows, 1, 1), 3);
  assert.equal(nextChange(rows, 3, 1), 1);
  assert.equal(nextChange(rows, 1, -1), 3);
  assert.equal(nextChange([rows[0]!], 0, 1), undefined);
  assert.equal(nextChange([], 0, 1), undefined);
});

Deno.test("wordRows() levels both sides after each line that both have", () => {
  const rows = wordRows(
    [
      { op: "same", text: "one\n" },
      { op: "removed", text: "two\nthree" },
      { op: "added", text: "2" },
      { op: "same", text: "\nfour" },
    ],
    23,
    true,
    UNICODE,
  );
  const text = rows.map((row) => row.map((part) => part.text).join(""));
  assert.deepEqual(text, [
    "  one      │   one     ",
    "- two      │ + 2       ",
    "- three    │           ",
    "  four     │   four    ",
  ]);
});
