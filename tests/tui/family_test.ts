import assert from "node:assert/strict";
import {
  type DurableEvent,
  newRunId,
  newTraceId,
  NO_TOTALS,
  nowUs,
  type Run,
  type Store,
} from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { say, Story } from "./scenario.ts";

const SIZES = [[160, 48], [100, 30], [80, 24]] as const;
const RUNS = /▶ . (?:live|done|failed)/;

async function answered(store: Store, host: FakeHost, answer: string, given: Partial<Run>): Promise<Story> {
  const story = await Story.begin(store, host, given);
  const call = await story.call();
  host.advance(700);
  await story.answer(call, say("assistant", answer), [400, 50], 0.0012);
  await story.finish("completed", { output: answer });
  host.advance(5_000);
  return story;
}

const config = { model: "mistral-small-latest", parameters: { temperature: 0.2 } };
const from = ({ run }: Story, step = 1) => ({ forkedFrom: { runId: run.runId, step } });

/** A run, a replay of it, a fork of that, a replay that failed, one that is live, and a stranger; in this order of age. */
async function family(store: Store, host: FakeHost): Promise<readonly Story[]> {
  const first = await answered(store, host, "There are 1,204 rows.", { config });
  const large = { model: "mistral-large-latest", config: { ...config, model: "mistral-large-latest" } };
  const replay = await answered(store, host, "1,204 rows, 1,203 of them orders.", {
    ...from(first),
    ...large,
  });
  const fork = await answered(store, host, "1,203 orders.", {
    ...from(replay, 2),
    ...large,
    config: { ...large.config, parameters: { temperature: 0.9 } },
  });
  const failed = await Story.begin(store, host, { ...from(first), config, prompt: "How many columns?" });
  await failed.finish("failed", { error: { type: "timeout", message: "no answer within 30 s" } });
  host.advance(5_000);
  const stranger = await answered(store, host, "Hello.", { agent: "greeter", prompt: "Greet.", config });
  const live = await Story.begin(store, host, { ...from(fork), ...large });
  return [first, replay, fork, failed, stranger, live];
}

const FAMILY = /researcher mistral-small[\s\S]*└ . \w+ [\s\S]*another prompt/;

/** The fork, compared with what it came from. */
async function compared(bench: Bench): Promise<void> {
  await bench.see(RUNS);
  bench.press("3j", "enter");
  await bench.see(/1,203 orders/);
  bench.press("d");
  await bench.see(/configuration[\s\S]*final answer/);
}

for (const size of SIZES) {
  Deno.test(`viewApp() draws compare_family_${size[0]}x${size[1]} and live_family_${size[0]}x${size[1]}`, async () => {
    await using bench = await Bench.open(size, family, {}, { color: "none" });
    await bench.see(RUNS);
    bench.press("3j", "enter");
    await bench.see(/1,203 orders/);
    bench.press("F");
    await bench.see(FAMILY);
    await assertGolden(`live_family_${size[0]}x${size[1]}`, await bench.steady());
    bench.press("escape", "d");
    await bench.see(/configuration[\s\S]*final answer/);
    bench.press("F");
    await bench.see(FAMILY);
    await assertGolden(`compare_family_${size[0]}x${size[1]}`, await bench.steady());
  });
}

Deno.test("compare: the family shows replays, forks of replays and what each changed; Enter and Space choose the sides", async () => {
  await using bench = await Bench.open([100, 30], family);
  await compared(bench);
  await bench.see(/- \w+ +✓ done +mistral-large[\s\S]*\+ \w+ +✓ done +mistral-large/);
  bench.press("F");
  const screen = await bench.see(FAMILY);
  assert.match(screen, / {2}✓ \w+ researcher mistral-small/);
  assert.match(screen, /- ├ ✓ \w+ model mistral-large-latest/);
  assert.match(screen, /▶ \+ │ └ ✓ \w+ temperature 0\.9, from step 2/);
  assert.match(screen, /│ {3}└ ● \w+ temperature 0\.2/);
  assert.match(screen, /└ ✗ \w+ another prompt +failed/);
  assert.doesNotMatch(screen, /greeter/);
  bench.press("g", "enter");
  await bench.see(
    /- \w+ +✓ done +mistral-large[\s\S]*\+ \w+ +✓ done +mistral-small[\s\S]*▶ \+ ✓ \w+ researcher/,
  );
  bench.press("G", "space");
  await bench.see(/- \w+ +✗ failed +mistral-small[\s\S]*▶ - └ ✗ \w+ another prompt/);
  bench.press("space");
  await bench.see(/is the left side/);
  // What is on the other side changes places.
  bench.press("g", "space");
  await bench.see(/- \w+ +✓ done +mistral-small[\s\S]*\+ \w+ +✗ failed/);
  bench.press("escape");
  await bench.see(/prompt {2}How many columns\?/);
});

Deno.test("compare: a live run of the family is refused in a sentence, and a run that is gone leaves the comparison", async () => {
  await using bench = await Bench.open([100, 30], family);
  await compared(bench);
  bench.press("F");
  await bench.see(FAMILY);
  bench.press("j", "enter");
  await bench.see(/is running: it can be compared when it has ended/);
  const { loadTrace } = bench.store;
  bench.store.loadTrace = () =>
    Promise.reject(new Error("Cannot find the run: it was deleted. Try: agentop runs"));
  bench.press("g", "enter");
  await bench.see(/it was deleted/);
  await bench.see(/- \w+ +✓ done +mistral-large[\s\S]*\+ \w+ +✓ done +mistral-large/);
  bench.store.loadTrace = loadTrace;
  bench.press("enter");
  await bench.see(/\+ \w+ +✓ done +mistral-small/);
});

Deno.test("compare: tab goes through the panes, z gives one all the room, escape gives it back", async () => {
  await using bench = await Bench.open([160, 48], family);
  await compared(bench);
  await bench.see(/Family: replays and forks[\s\S]*Steps/);
  bench.press("tab", "z");
  await bench.see(/^ z all panes/m);
  await bench.until(
    (screen) => !/Steps|Family/.test(screen) && /Configuration/.test(screen),
    "the detail alone",
  );
  bench.press("tab");
  await bench.until(
    (screen) => /Family/.test(screen) && !/Steps|Configuration/.test(screen),
    "the family alone",
  );
  bench.press("tab");
  await bench.until(
    (screen) => /Steps/.test(screen) && !/Family|Configuration/.test(screen),
    "the steps alone",
  );
  bench.press("enter");
  await bench.see(/Configuration/);
  bench.press("escape");
  await bench.see(/Family: replays and forks[\s\S]*Steps/);
});

Deno.test("compare: a click goes to a pane and chooses what is under the pointer", async () => {
  await using bench = await Bench.open([160, 48], family);
  await compared(bench);
  await bench.see(FAMILY);
  const click = async (wanted: RegExp, x: number) => {
    const y = (await bench.steady()).split("\n").findIndex((row) => wanted.test(row));
    for (const end of ["M", "m"]) bench.terminal.send(`\x1b[<0;${x};${y + 1}${end}`);
  };
  await click(/another prompt/, 20);
  await bench.see(/▶ {3}└ ✗ \w+ another prompt/);
  bench.press("enter");
  await bench.see(/\+ \w+ +✗ failed/);
  await click(/~ +prompt/, 20);
  await bench.see(/▶ ~ +prompt[\s\S]*How many columns/);
  await click(/╭─ Family.*╭─ Prompt/, 120);
  bench.press("escape");
  await bench.see(/▶ ~ +prompt/);
});

Deno.test("run detail: F lists the family, Enter opens a relative, escape comes back, d compares with it", async () => {
  await using bench = await Bench.open([100, 30], family);
  await bench.see(RUNS);
  bench.press("3j", "enter");
  await bench.see(/1,203 orders/);
  bench.press("F");
  await bench.see(/▶ ◆ │ └ ✓ \w+ temperature 0\.9/);
  bench.press("g", "enter");
  await bench.see(/There are 1,204 rows\./);
  bench.press("escape");
  await bench.see(/1,203 orders/);
  bench.press("F", "g", "d");
  await bench.see(/- \w+ +✓ done +mistral-small[\s\S]*\+ \w+ +✓ done +mistral-large/);
});

Deno.test("run detail: a run of which nothing was made says how to make something of it", async () => {
  await using bench = await Bench.open([160, 48], family);
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/greeter/);
  await bench.steady();
  bench.press("F");
  await bench.see(/Nothing was made of this run yet\. Try: r to replay it, f to fork it/);
});

Deno.test("run detail: the family is among the facts, and follows what other processes do", async () => {
  await using bench = await Bench.open([160, 48], family);
  await bench.see(RUNS);
  bench.press("5j", "enter");
  await bench.see(/There are 1,204 rows\./);
  await bench.see(/Family F opens[\s\S]*◆ ✓/);
  const { runs } = await bench.store.listRuns({ sort: "oldest", limit: 1 });
  await Story.begin(bench.store, bench.host, {
    forkedFrom: { runId: runs[0]!.runId, step: 1 },
    config: { ...config, parameters: { temperature: 1.4 } },
  });
  await bench.see(/└ ● \w+ temperature/);
});

Deno.test("a family of thousands is shown as far as it is read, with the run in view in it", async () => {
  const bench = await Bench.open([100, 30], async (store, host) => {
    const root = await answered(store, host, "There are 1,204 rows.", { config });
    const events = Array.from({ length: 3_000 }, (_, at): DurableEvent => {
      const run: Run = {
        ...root.run,
        traceId: newTraceId(host),
        runId: newRunId(host),
        status: "completed",
        totals: NO_TOTALS,
        startTimeUs: nowUs(host) + at,
        endTimeUs: nowUs(host) + at + 1,
        ...from(root),
        config: { ...config, parameters: { temperature: at / 3_000 } },
      };
      return { type: "run_start", run };
    });
    await store.write(events);
  });
  await using _ = bench;
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/Spans/);
  await bench.steady();
  bench.press("F");
  await bench.see(/▶ ◆ └ ✓ \w+ temperature 0\.9996/);
  await bench.see(/1,000 of 1,000\+/);
  bench.press("g");
  await bench.see(/▶ +✓ \w+ researcher/);
});

Deno.test("what is compared, how, and which run is open are there again at the next start", async () => {
  let kept: unknown;
  const memory = {
    loadState: () => Promise.resolve(kept),
    saveState: (state: unknown) => Promise.resolve(void (kept = JSON.parse(JSON.stringify(state)))),
  };
  await using bench = await Bench.open([100, 30], family, memory);
  await compared(bench);
  bench.press("u", "z", "4");
  await bench.see(/No model|mistral-large/);
  bench.press("z", "t", "7");
  await bench.see(/researcher/);
  bench.press("z", "6");
  await bench.see(/Steps/);
  bench.press("\x03");
  await bench.until(() => bench.exitCode === 0, "the end");
  const { screen, screens } = kept as { screen: string; screens: Record<string, Record<string, unknown>> };
  assert.equal(screen, "compare");
  assert.equal(screens["compare"]!["mode"], "unified");
  assert.equal(screens["compare"]!["zoom"], true);
  assert.deepEqual(screens["costs"], { since: "all", zoom: true });
  assert.deepEqual(screens["agents"], { zoom: true });
  assert.match(String(screens["live"]!["runId"]), /^[0-9a-f-]{36}$/);
  // The same store again: the comparison is read anew.
  await using again = await Bench.open([100, 30], family, memory);
  await again.until((text) => /Steps/.test(text) && !/Configuration/.test(text), "the steps alone");
  again.press(":", "live", "enter");
  await again.see(/1,203 orders/);
});

Deno.test("a kept run or comparison that is gone says so", async () => {
  const id = "0".repeat(36);
  const kept = (screen: string, model: unknown) => ({
    loadState: () => Promise.resolve({ screen, screens: { [screen]: model } }),
  });
  await using compare = await Bench.open(
    [100, 30],
    family,
    kept("compare", { pairing: { left: id, right: id } }),
  );
  await compare.see(/cannot be compared[\s\S]*Cannot find run/);
  await using live = await Bench.open(
    [100, 30],
    family,
    kept("live", { traceId: "0".repeat(32), runId: id }),
  );
  await live.see(/no longer in the store/);
  await using odd = await Bench.open(
    [100, 30],
    family,
    kept("live", { traceId: "\x1b[31m", runId: 5, zoom: "x" }),
  );
  await odd.see(/No run is open/);
});

Deno.test("a queued run is not offered for replay, and is refused in a sentence where it is asked for", async () => {
  await using bench = await Bench.open(
    [100, 30],
    (store, host) => Story.begin(store, host, { status: "queued" }),
  );
  await bench.see(/▶ ○ queued/);
  bench.press("r");
  await bench.see(/cannot be replayed[\s\S]*it is[\s│]+queued, not finished/);
  bench.press("escape", "enter");
  await bench.see(/○ queued +researcher/);
  assert.doesNotMatch(await bench.steady(), /r replay|f fork/);
});
