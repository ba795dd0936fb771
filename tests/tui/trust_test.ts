import assert from "node:assert/strict";
import { Bench } from "./bench.ts";
import { waitingRun } from "./scenario.ts";

const SIZE = [100, 30] as const;
const AGENT = {
  name: "scribe",
  path: "agents/scribe.yaml",
  model: "mistral-small-latest",
  tools: ["write_file"],
  permissions: ["writes /home/you"],
  approve: "auto",
  isUntrusted: true,
};

for (
  const [key, launches] of [
    ["t", [{ agent: AGENT.path, prompt: "go", trust: true }]],
    ["a", [{ agent: AGENT.path, prompt: "go" }]],
  ] as const
) {
  Deno.test(`the workbench asks before it starts an agent that nobody trusts, and "${key}" starts it`, async () => {
    await using bench = await Bench.open(SIZE, () => Promise.resolve(), {
      agents: () => Promise.resolve([AGENT]),
    });
    bench.press("l");
    await bench.see(/scribe/);
    bench.press("enter", "go", "ctrl+s");
    await bench.see(/Trust\?[^]*write_file: writes \/home\/you[^]*trust the agents of its folder/);
    assert.deepEqual(bench.launches, []);
    bench.press("escape");
    await bench.see(/starts/);
    assert.deepEqual(bench.launches, []);
    bench.press("ctrl+s");
    await bench.see(/Trust\?/);
    bench.press(key);
    await bench.until(() => bench.launches.length > 0, "a launch");
    assert.deepEqual(bench.launches, launches);
  });
}

/** What was answered after so many keys, and the screen then. */
async function answered(args: unknown, keys: number, seen: RegExp): Promise<readonly unknown[]> {
  let traceId = "";
  await using bench = await Bench.open(SIZE, async (store, host) => {
    traceId = (await waitingRun(store, host, args)).story.run.traceId;
  });
  await bench.see(/◔ waiting/);
  bench.press("enter");
  await bench.see(/waits: press a/);
  bench.press("a");
  await bench.see(/always in this run of editor: every call of write_file/);
  for (let n = 0; n < keys; n++) bench.press("y");
  await bench.see(seen);
  return (await bench.store.takeControl(traceId)).map(({ action }) => action);
}

Deno.test("the workbench allows a call only once all of its arguments were shown", async () => {
  const lines = Array.from({ length: 40 }, (_, n) => `line ${n}`);
  assert.deepEqual(await answered({ lines }, 1, /line 20[^]*Read on/), []);
  assert.deepEqual(await answered({ lines }, 4, /Allowed once/), ["approve"]);
  // What a row spells out does not push the rest of it out of sight.
  const hidden = { path: `${"\u202e".repeat(70_000)}the end` };
  assert.deepEqual(await answered(hidden, 3, /u202e/), []);
});
