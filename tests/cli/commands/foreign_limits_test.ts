import assert from "node:assert/strict";
import { join } from "node:path";
import { Attacked } from "../../support/attacked.ts";
import { hostileStore } from "../../support/hostile_store.ts";

const CALL = { name: "current_time", arguments: {} };
/** Never says anything else, and differs each time so that it is no loop. */
const ENDLESS = {
  name: "endless",
  steps: Array.from({ length: 80 }, (_, step) => ({
    toolCalls: [{ name: "calculator", arguments: { expression: `${step} + 1` } }],
  })),
};
const GREEDY =
  "model: mistral-small-latest\ntools: [calculator, current_time]\nlimits: { maxSteps: 5000, timeoutSeconds: 90000, maxRepeats: 0 }\n";
const NARROWED =
  /this home did not record it, so limits of here hold: 50 steps instead of 5000, 600 s instead of 90000, 5 repeats instead of 0\. Try: agentop resume .* --max-steps N/;

Deno.test("a run of somebody else's goes on, and again, within the limits of here, and the note says which", async () => {
  await using attacked = await Attacked.open(ENDLESS);
  const { runId } = await hostileStore(attacked.home.storePath, { agent: GREEDY, call: CALL });
  const replayed = await attacked.run("replay", runId, "--mode", "live", "--json");
  assert.match(replayed.stderr, NARROWED);
  const again = (await attacked.run("show", replayed.json().newRunId, "--json")).json();
  assert.deepEqual([again.run.status, again.run.error.type, again.run.steps], ["stopped", "max_steps", 50]);
  const resumed = await attacked.run("resume", runId, "--json", "--approve", "auto");
  assert.match(resumed.stderr, NARROWED, "a policy is no limit");
  assert.deepEqual([resumed.code, resumed.json().steps], [3, 50]);
  const flagged = await attacked.run("resume", runId, "--json", "--max-steps", "60");
  assert.equal(flagged.json().steps, 60, "the person's word counts");
});

Deno.test("an agent file of that name here says how far a run of somebody else's may go, its own limits where they are tighter", async () => {
  await using attacked = await Attacked.open(ENDLESS);
  await attacked.agents({
    "scribe.yaml": "model: mistral-small-latest\nlimits: { maxSteps: 55, maxRepeats: 0 }\n",
  });
  const stores = { "wide.db": [GREEDY, 55], "tight.db": [GREEDY.replace("5000", "7"), 7] } as const;
  for (const [name, [agent, steps]] of Object.entries(stores)) {
    const path = join(attacked.home.path, name);
    await hostileStore(path, { agent, call: CALL });
    const resumed = await attacked.run("--store", path, "resume", "last", "--json");
    assert.equal(resumed.json().steps, steps);
  }
});

Deno.test("what the flag allowed is said again with the command to go on, and kept nowhere", async () => {
  await using attacked = await Attacked.open(ENDLESS);
  await attacked.agents({ "busy.yaml": "model: mistral-small-latest\ntools: [calculator]\n" });
  const { stderr } = await attacked.run("run", "busy", "go", "--max-steps", "3", "--approve", "auto");
  assert.match(stderr, /Try: agentop resume \S+ --max-steps 6 --approve auto\n/);
  const unflagged = await attacked.run("resume", "last", "--max-steps", "5");
  assert.match(unflagged.stderr, /Try: agentop resume \S+ --max-steps 10\n/);
  assert.ok(
    !JSON.stringify((await attacked.run("show", "last", "--json")).json().run.error).includes("approve"),
  );
});

Deno.test("a deleted or pruned run is no longer known as made here", async () => {
  await using attacked = await Attacked.open();
  await attacked.agents({ "plain.yaml": "model: mistral-small-latest\n" });
  const known = async () =>
    (await Deno.readTextFile(join(attacked.home.path, "recorded_runs"))).split("\n").length - 1;
  for (let run = 0; run < 3; run++) await attacked.run("run", "plain", "go");
  assert.equal(await known(), 3);
  await attacked.run("runs", "delete", "last", "--yes");
  assert.equal(await known(), 2);
  await attacked.run("db", "prune", "--older-than", "0s");
  assert.equal(await known(), 0);
});
