import assert from "node:assert/strict";
import { readFilter, readFilters, withFilter } from "../../lib/tui/screens/runs/saved_filters.ts";
import { Bench } from "./bench.ts";
import { everyState } from "./scenario.ts";

const SIZE = [100, 30] as const;

Deno.test("a filter that is refused changes nothing: list, count and figures stay those of the last one", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("/", "agent:flaky");
  await bench.see(/matching 1 [\s\S]*1 match[\s\S]*▶ ✗ failed/);
  bench.press(" nosuch:x");
  const refused = await bench.see(/there is no such term/);
  assert.match(refused, /still agent:flaky {2}1 match/);
  assert.match(refused, /matching 1 /);
  assert.match(refused, /all terms: [^]*until|one of status/, "the terms there are");
  bench.press("enter", "ctrl+w");
  const back = await bench.see(/▶ ✗ failed/);
  assert.doesNotMatch(back, /still|Not understood/);
});

Deno.test("a term without its value yet filters nothing, and the figures say what they are about", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("/", "agent:flaky cost>");
  const screen = await bench.see(/cost>/);
  assert.doesNotMatch(screen, /Cannot filter/);
  await bench.see(/matching 1 [\s\S]*cost>[\s\S]*1 match/);
});

Deno.test("tab completes terms and the names that occur, and walks on with each press", async () => {
  await using bench = await Bench.open(SIZE, everyState);
  await bench.see(/▶ ● live/);
  bench.press("/", "stat");
  await bench.see(/tab completes[\s\S]*status: +how it stands/);
  bench.press("tab", "fa");
  await bench.see(/status:failed/);
  bench.press("tab");
  await bench.see(/\/ status:failed[\s\S]*▶ ✗ failed/);
  bench.press(" or agent:");
  await bench.see(/agent:researcher/);
  bench.press("tab", "tab");
  await bench.see(/or agent:(?!flaky)\S+/);
  bench.press("enter");
  await bench.see(/matching [2-9]/);
});

Deno.test("filters are kept with names, offered with the one of the last time, and never applied unasked", async () => {
  let kept: unknown;
  {
    await using bench = await Bench.open(SIZE, everyState, {
      saveState: (state) => Promise.resolve(void (kept = state)),
    });
    await bench.see(/▶ ● live/);
    bench.press("'", "s");
    await bench.see(/No filter is set/);
    bench.press("escape", "/", "status:failed", "enter", "'", "s");
    await bench.see(/of the filter in view/);
    bench.press("bad ones", "enter");
    await bench.see(/Filters[\s\S]*bad ones +status:failed/);
    bench.press("escape", "/", "ctrl+u", "agent:writer", "enter");
    await bench.see(/agent:writer .*1 match/);
    bench.press("q");
    await bench.until(() => bench.exitCode !== undefined, "left");
  }
  await using again = await Bench.open(SIZE, everyState, { loadState: () => Promise.resolve(kept) });
  await again.see(/all runs 6 [\s\S]*6 runs/);
  again.press("'");
  await again.see(/bad ones +status:failed[\s\S]*last time +agent:writer/);
  again.press("j", "enter");
  await again.see(/agent:writer .*1 match/);
  again.press("'", "D", "k", "enter");
  await again.see(/agent:writer .*1 match/);
});

Deno.test("saved filters are bounded, and a file may hold anything", () => {
  assert.deepEqual(withFilter([{ name: "a", text: "1" }], " a ", "2"), [{ name: "a", text: "2" }]);
  assert.deepEqual(withFilter([], "", "x"), []);
  assert.equal(
    withFilter(Array.from({ length: 50 }, (_, at) => ({ name: `${at}`, text: "x" })), "new", "y").length,
    50,
  );
  assert.deepEqual(readFilters([null, 3, { name: 1, text: "x" }, { name: "n", text: "x" }, { name: "m" }]), [
    { name: "n", text: "x" },
  ]);
  assert.equal(readFilter({}), undefined);
});
