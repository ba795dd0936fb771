import assert from "node:assert/strict";
import { parseScenarios, startSimulator } from "../../../lib/simulator/mod.ts";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";

Deno.test("replay, diff, memory and show work from the command line in the shapes of the contract", async () => {
  await using home = await CliHome.create();
  const first = (await home.run(["run", "main", "What is 17% of 240?", "--json"])).json();
  assert.equal(first.status, "completed");
  const recorded = await home.run(["replay", "last", "--mode", "recorded", "--json"]);
  assert.equal(recorded.code, 0, recorded.stderr);
  const document = recorded.json();
  assert.deepEqual(Object.keys(document), [
    ...[
      "runId",
      "newRunId",
      "mode",
      "overrides",
      "diffId",
      "diff",
      "originalOutput",
      "newOutput",
      "status",
      ...["error", "finishReason", "warnings"],
    ],
    ...["steps", "divergence", "usageDelta", "costUsd", "costKnown", "estimatedCostUsd"],
    ...["costDeltaUsd", "savedCostUsd"],
  ]);
  assert.deepEqual(document.steps, { identical: 3, changed: 0, added: 0, removed: 0, firstDivergence: null });
  assert.equal(document.runId, first.runId);
  assert.equal(document.savedCostUsd, first.costUsd);
  const diverged = await home.run(["replay", first.runId, "--mode", "recorded", "--set", "temperature=1"]);
  assert.equal(diverged.code, 1);
  assert.match(
    diverged.stdout,
    /nothing was asked; differs from the recording at step 1: temperature is 1, it was 0\.3/,
  );
  await Deno.writeTextFile(`${home.path}/edit.txt`, "99");
  const fork = await home.run(["replay", first.runId, "--from", "2", "--edit", "2=edit.txt", "--json"]);
  assert.equal(fork.code, 0, fork.stderr);
  assert.deepEqual(fork.json().overrides, { from: 2, edits: { 2: "99" } });
  assert.deepEqual([
    fork.json().steps.identical,
    fork.json().steps.changed,
    fork.json().steps.firstDivergence,
  ], [1, 2, 2]);
  const forkId = fork.json().newRunId;
  const [same, different, unified, json, memory, patches, shown, everything, unknown] = await Promise.all([
    home.run(["diff", first.runId, document.newRunId]),
    home.run(["diff", first.runId, forkId]),
    home.run(["diff", first.runId, forkId, "--unified"]),
    home.run(["diff", first.runId, forkId, "--json"]),
    home.run(["memory", forkId, "--step", "2"]),
    home.run(["memory", first.runId, "--diff", "--json"]),
    home.run(["show", forkId]),
    home.run(["show", forkId, "--json"]),
    home.run(["replay", "nosuchrun"]),
  ]);
  assert.deepEqual([same.code, different.code, unified.code, json.code, unknown.code], [0, 1, 1, 1, 2]);
  assert.match(same.stdout, /= the same/);
  assert.match(different.stdout, /= 1 llm|= 1 chat/);
  assert.match(
    different.stdout,
    /~ 2 tool calculator\n +\/output\/0\/parts\/0\/response\n +- 40\.8\n +\+ 99/,
  );
  assert.match(unified.stdout, /^--- [^]*\n@@ [^]*\n-[^]*\n\+/);
  for (
    const key of [
      "left",
      "right",
      "identical",
      "steps",
      "output",
      "usageDelta",
      "costDeltaUsd",
      "durationDeltaMs",
    ]
  ) {
    assert(key in json.json(), key);
  }
  assert.match(memory.stdout, /step 2 [^]*99/);
  const steps = patches.json().steps as {
    step: number;
    cause: { kind: string; name: string };
    changes: { path: string }[];
  }[];
  assert.deepEqual(steps.map((it) => [it.step, it.cause.kind, it.changes.map((change) => change.path)]), [
    [0, "prompt", ["/messages/0", "/messages/1"]],
    [1, "llm", ["/messages/2"]],
    [2, "tool", ["/messages/3"]],
    [3, "llm", ["/messages/4"]],
  ]);
  assert.equal(steps[2]!.cause.name, "calculator");
  assert.match(shown.stdout, /Replays and forks\n/);
  assert.match(shown.stdout, /└─ ✓ \w+ {2}main .* step 2 edited {2}← this run/);
  assert.deepEqual(everything.json().toolCalls.map((it: { source: string }) => it.source), ["recorded"]);
  assert.equal(everything.json().diffs.length, 1);
  assert.match(unknown.stderr, /^agentop: Cannot find run "nosuchrun"[^\n]*\n$/);
});

Deno.test("diff keeps what it found, once for two runs, and leaves what a replay has kept", async () => {
  await using home = await CliHome.create();
  const [a, b] = await home.seed({ prompt: "one" }, { prompt: "two", rounds: 5 });
  const diffs = async () => (await home.run(["show", b!, "--json"])).json().diffs;
  assert.deepEqual(await diffs(), []);
  for (let times = 0; times < 2; times++) assert.equal((await home.run(["diff", a!, b!])).code, 1);
  const [kept, ...others] = await diffs();
  assert.deepEqual([kept.left, kept.right, others.length], [a, b, 0]);
  assert.equal((await home.run(["diff", a!, a!])).code, 0);
  const rows = (await home.run(["sql", "select run_id, new_run_id, diff_json from diffs", "--json"])).json();
  assert.deepEqual([rows.length, rows[0].run_id, rows[0].new_run_id], [1, a, b]);
  assert.equal(JSON.parse(rows[0].diff_json).identical, false);
});

Deno.test("diff and memory escape what comes from outside", async () => {
  await using home = await CliHome.create();
  await home.seed({ text: () => HOSTILE }, { text: (round) => `${HOSTILE}${round}`, rounds: 4 });
  for (const args of [["diff", "last~1", "last"], ["diff", "last~1", "last", "--json"], ["memory", "last"]]) {
    const { stdout } = await home.run(args);
    assert(stdout.length > 100 && !UNSAFE.test(stdout), args.join(" "));
  }
});

Deno.test("memory names the step it has no record of", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2 });
  const { code, stderr } = await home.run(["memory", "last", "--step", "9"]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^agentop: Cannot show step 9 of \S+: its memory was recorded up to step 4\. Try: --step 4\n$/,
  );
});

Deno.test("replay refuses an edit that is no text, names no step or comes twice, in one line", async () => {
  await using home = await CliHome.create();
  const { runId } = (await home.run(["run", "main", "What is 17% of 240?", "--json"])).json();
  const file = async (name: string, bytes: Uint8Array) => {
    await Deno.writeFile(`${home.path}/${name}`, bytes);
  };
  await file("latin1.txt", new Uint8Array([0x63, 0x61, 0x66, 0xe9]));
  await file("zeros.bin", new Uint8Array(64));
  await file("large.txt", new Uint8Array(1_000_001).fill(0x61));
  await file("fine.txt", new TextEncoder().encode("99"));
  const cases = [
    [["2=latin1.txt"], /latin1\.txt:\d+: it is .*not UTF-8/],
    [["2=zeros.bin"], /zeros\.bin(:1)?: it /],
    [["2=large.txt"], /it is larger than 1 MB/],
    [["2=nowhere.txt"], /there is no such file/],
    [["2"], /it must be the number of a step/],
    [["two=fine.txt"], /it must be the number of a step/],
    [["2="], /it must be the number of a step/],
    [["2=fine.txt", "2=fine.txt"], /^agentop: Cannot edit step 2: it is edited twice/],
    [["4=fine.txt"], /has 3 steps/],
  ] as const;
  for (const [edits, expected] of cases) {
    const { code, stdout, stderr } = await home.run([
      "replay",
      runId,
      ...edits.flatMap((it) => ["--edit", it]),
    ]);
    assert.deepEqual([code, stdout], [2, ""], edits.join(" "));
    assert.match(stderr, /^agentop: Cannot [^\n]+ Try: [^\n]+\n$/);
    assert.match(stderr, expected);
  }
  assert.equal((await home.run(["runs", "--json"])).json().length, 1);
});

Deno.test("replay says when the simulator answered, and keeps overrides as what they are", async () => {
  await using home = await CliHome.create();
  await home.run(["run", "main", "What is 17% of 240?"]);
  const silent = await home.run(["replay", "last"]);
  assert.deepEqual([silent.code, silent.stderr], [0, ""]);
  const asked = await home.run(["replay", "last", "--set", "seed=4"]);
  assert.match(asked.stderr, /^No MISTRAL_API_KEY: the built-in simulator answered\./);
  const sets = ["--set", "seed=5", "--set", "tools.calculator=off", "--set", "model=mistral-large-latest"];
  const { stdout, stderr, json } = await home.run(["replay", "last", ...sets, "--json"]);
  assert.equal(stderr, "", stdout);
  assert.deepEqual(json().overrides, { seed: 5, "tools.calculator": "off", model: "mistral-large-latest" });
});

Deno.test("cost leaves answers from a recording off the receipt, and says so", async () => {
  await using home = await CliHome.create();
  await home.run(["run", "main", "What is 17% of 240?"]);
  await home.run(["replay", "last", "--mode", "recorded"]);
  const { stdout } = await home.run(["cost", "last"]);
  assert.match(stdout, /No call of this run was billed\.\n2 calls answered from a recording: nothing to pay/);
  assert.doesNotMatch(stdout, /no price is known/);
});

Deno.test("memory says what left the window of the model, which always holds the question", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(`${home.path}/agents/data`, { recursive: true });
  await Deno.writeTextFile(`${home.path}/agents/data/sales.csv`, "region,revenue\nnorth,1\n");
  await Deno.writeTextFile(
    `${home.path}/agents/short.yaml`,
    "model: mistral-small-latest\ninstructions: You are the researcher.\nmemory: { window: 1 }\n" +
      "tools: [calculator, { list_files: { root: ./data } }, { read_file: { root: ./data } }]\n",
  );
  await home.run(["run", "short", "How many rows in sales.csv and what is the total revenue?"]);
  const { stdout } = await home.run(["memory", "last", "--diff"]);
  const [first, second] = [stdout.indexOf("step 1"), stdout.indexOf("step 5")];
  assert(first > 0 && second > first, stdout);
  assert.doesNotMatch(stdout.slice(0, second), /no longer sent/);
  assert.match(stdout.slice(second), /^step 5 llm [^\n]*\n {2}… 2 older messages no longer sent\n/);
});

Deno.test("replay escapes the reason it left the recording for", async () => {
  await using home = await CliHome.create();
  await home.run(["run", "main", "What is 17% of 240?"]);
  await home.withStore(async (store) => {
    const { traceId } = await store.resolveRun("last");
    const { run, spans } = await store.loadTrace(traceId);
    const again = "ab".repeat(16);
    await store.write([
      { type: "run_start", run: { ...run, traceId: again, runId: `0${run.runId.slice(1, -4)}beef` } },
      ...[...spans.values()].filter((span) => span.kind === "agent" || span.step === 1).map((span) => ({
        type: "span_start" as const,
        span: {
          ...span,
          traceId: again,
          ...(span.kind === "llm" ? { status: "error" as const, errorType: HOSTILE } : {}),
        },
      })),
    ]);
  });
  const { stdout, stderr } = await home.run(["replay", "beef"]);
  assert.match(stdout, /left the recording at step 1: this call failed before: \\x1b\[2J/, stderr);
  assert(!UNSAFE.test(stdout + stderr));
});

Deno.test("replay counts what the run that it handed work to had cost as saved", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(`${home.path}/agents`);
  await Deno.writeTextFile(
    `${home.path}/agents/writer.yaml`,
    "model: mistral-small-latest\ninstructions: You write.\n",
  );
  await Deno.writeTextFile(
    `${home.path}/agents/editor.yaml`,
    "model: mistral-small-latest\ninstructions: You edit.\ntools: [{ agent: writer }]\n",
  );
  const scenarios = await parseScenarios(
    JSON.stringify({ name: "writer", match: { agent: "You write" }, steps: [{ text: "A kettle." }] }) +
      "\n---\n" +
      JSON.stringify({
        name: "editor",
        steps: [{ toolCalls: [{ name: "writer", arguments: { prompt: "Write." } }] }, { text: "Edited." }],
      }),
    "test.yaml",
  );
  const simulator = await startSimulator({ scenarios });
  try {
    const env = { MISTRAL_SERVER_URL: simulator.url, MISTRAL_API_KEY: "k" };
    const original = (await home.run(["run", "editor", "Write and edit.", "--json"], { env })).json();
    const [child] = (await home.run(["runs", "--agent", "writer", "--json"])).json();
    assert(child.costUsd > 0);
    for (const mode of ["hybrid", "recorded"]) {
      const replay = (await home.run(["replay", original.runId, "--mode", mode, "--json"], { env })).json();
      assert.equal(replay.savedCostUsd, Number((original.costUsd + child.costUsd).toFixed(12)), mode);
    }
  } finally {
    await simulator.close();
  }
});
