import assert from "node:assert/strict";
import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../lib/simulator/mod.ts";
import { CliHome } from "../support/cli.ts";

const SCENARIO = JSON.stringify({
  name: "hangs",
  steps: [
    { toolCalls: [{ name: "calculator", arguments: { expression: "6 * 7" } }] },
    { faults: [{ hang: true }], text: "It is 42." },
  ],
});

/** Kills the program once the second model call is under way. */
async function killInSecondCall(child: Deno.ChildProcess): Promise<void> {
  let seen = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    seen += chunk;
    const attempts = seen.split("\n").filter((line) => /"span_start".*"kind":"attempt"/.test(line));
    if (attempts.length === 2) child.kill("SIGKILL");
  }
  await child.stderr.cancel();
  await child.status;
}

Deno.test("a run whose process was killed is repeated as it was, and once resumed, as it became", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(
    join(home.path, "agents", "sums.yaml"),
    "model: mistral-small-latest\ntools: [calculator]\n",
  );
  const sim = await startSimulator({ scenarios: await parseScenarios(SCENARIO, "test.yaml") });
  try {
    const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
    await killInSecondCall(home.start(["run", "sums", "six times seven?", "--jsonl"], { env }));
    const killed = await home.run(["replay", "last", "--mode", "recorded", "--json"]);
    const { runId, status, steps, divergence } = killed.json();
    assert.equal(killed.code, 0, killed.stderr);
    assert.deepEqual([status, steps.identical, steps.firstDivergence, divergence], [
      "interrupted",
      3,
      null,
      null,
    ]);
    const resumed = await home.run(["resume", runId, "--json"], { env });
    assert.equal(resumed.json().output, "It is 42.", resumed.stderr);
    const again = await home.run(["replay", runId, "--mode", "recorded", "--json"]);
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual([again.json().newOutput, again.json().steps.identical], ["It is 42.", 3]);
    const fork = await home.run(["replay", runId, "--mode", "recorded", "--from", "4", "--json"]);
    assert.deepEqual([fork.code, fork.json().steps.firstDivergence], [0, null], fork.stderr);
    const { spans } = (await home.run(["show", "last", "--json"])).json();
    const numbers = spans.flatMap((span: { step: number | null }) => span.step ?? []);
    assert.deepEqual(numbers, [1, 2, 3, 4]);
    assert.equal((await home.run(["db", "verify"])).code, 0);
  } finally {
    await sim.close();
  }
});
