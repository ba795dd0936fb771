import assert from "node:assert/strict";
import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../../lib/simulator/mod.ts";
import { CliHome } from "../../support/cli.ts";

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

const WRITES = (hangs: boolean) =>
  JSON.stringify({
    name: "writes",
    steps: [
      { toolCalls: [{ name: "write_file", arguments: { path: "a.txt", content: "a" } }] },
      {
        toolCalls: [{ name: "write_file", arguments: { path: "b.txt", content: "b" } }],
        ...(hangs ? { faults: [{ hang: true }] } : {}),
      },
      { text: "Both are written." },
    ],
  });

/** Kills the program once the store shows that the second model call is under way. */
async function killInSecondAttempt(home: CliHome, child: Deno.ChildProcess): Promise<void> {
  const status = child.status;
  await home.withStore(async (store) => {
    const second = Promise.withResolvers<void>();
    const look = async () => {
      const run = await store.resolveRun("last");
      if (run.status !== "running") return;
      const { spans } = await store.loadTrace(run.traceId);
      if ([...spans.values()].filter((span) => span.kind === "attempt").length === 2) second.resolve();
    };
    const stop = store.onChange(() => void look().catch(second.reject));
    try {
      await look();
      await Promise.race([second.promise, status]);
    } finally {
      stop();
    }
  });
  child.kill("SIGKILL");
  await Promise.all([
    status,
    child.stdout.cancel(),
    child.stderr.cancel(),
    child.stdin.abort().catch(() => {}),
  ]);
}

Deno.test("a hybrid replay that was killed goes on from its recording: no recorded tool call is executed", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(
    join(home.path, "agents", "clerk.yaml"),
    "model: mistral-small-latest\ntools:\n  - write_file: { root: ../files }\n",
  );
  const files = join(home.path, "files");
  const run = async (hangs: boolean, work: (env: Record<string, string>) => Promise<void>) => {
    const sim = await startSimulator({ scenarios: await parseScenarios(WRITES(hangs), "test.yaml") });
    await work({ MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" }).finally(() => sim.close());
  };
  await run(false, async (env) => {
    const { code, stderr } = await home.run(["run", "clerk", "Write both.", "--approve", "auto"], { env });
    assert.equal(code, 0, stderr);
  });
  assert.deepEqual([...Deno.readDirSync(files)].map((it) => it.name).sort(), ["a.txt", "b.txt"]);
  await Deno.remove(files, { recursive: true });
  await run(true, async (env) => {
    const replay = home.start(["replay", "last", "--set", "temperature=1"], { env });
    await killInSecondAttempt(home, replay);
    const resumed = await home.run(["resume", "last", "--json"], { env });
    assert.equal(resumed.json().output, "Both are written.", resumed.stderr);
  });
  const { run: { tags }, toolCalls } = (await home.run(["show", "last", "--json"])).json();
  assert.equal(tags["agentop.replay"], "hybrid, tools live");
  assert.deepEqual(toolCalls.map((it: { source: string }) => it.source), ["recorded", "recorded"]);
  assert.equal(await Deno.stat(files).then(() => true, () => false), false, "nothing was written again");
});

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
