import assert from "node:assert/strict";
import { CliHome, HOSTILE, UNSAFE } from "../support/cli.ts";

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
      "error",
    ],
    ...["steps", "divergence", "usageDelta", "costDeltaUsd", "savedCostUsd"],
  ]);
  assert.deepEqual(document.steps, { identical: 3, changed: 0, added: 0, removed: 0, firstDivergence: null });
  assert.equal(document.runId, first.runId);
  assert.equal(document.savedCostUsd, first.costUsd);
  const diverged = await home.run(["replay", first.runId, "--mode", "recorded", "--set", "temperature=1"]);
  assert.equal(diverged.code, 1);
  assert.match(diverged.stdout, /left the recording at step 1: temperature is 1, it was 0\.3/);
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
  assert.match(shown.stdout, /└─ ✓ \w+ {2}main .* from step 2 {2}← this run/);
  assert.deepEqual(everything.json().toolCalls.map((it: { source: string }) => it.source), ["recorded"]);
  assert.equal(everything.json().diffs.length, 1);
  assert.match(unknown.stderr, /^agentop: Cannot find run "nosuchrun"[^\n]*\n$/);
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
