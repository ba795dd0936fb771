import assert from "node:assert/strict";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";

Deno.test("agentop score keeps scores by hand and by scorers, and show has them", async () => {
  await using home = await CliHome.create();
  const [runId] = await home.seed({ rounds: 2, text: () => "It is 3." });
  const byHand = await home.run(["score", "last", "helpful=0.8", "tone=friendly", "--comment", HOSTILE]);
  assert.equal(byHand.code, 0, byHand.stderr);
  assert.match(byHand.stdout, /helpful {2}0\.8/);
  assert.match(byHand.stdout, /tone {5}friendly/);
  assert.doesNotMatch(byHand.stdout, UNSAFE);
  const scored = await home.run([
    "--json",
    "score",
    "last",
    "--scorer",
    "completed",
    "--scorer",
    "tool_called=http_get",
  ]);
  assert.equal(scored.code, 0, "a low score is a score");
  const { runId: of, evaluations } = scored.json();
  assert.equal(of, runId);
  assert.deepEqual(
    evaluations.map((
      it: Record<string, unknown>,
    ) => [it.name, it.value, it.label, it.passed, it.error, it.source]),
    [["completed", 1, "pass", true, null, "scorer"], ["tool_called", 0, "fail", false, null, "scorer"]],
  );
  const step = await home.run(["--json", "score", "last", "good=pass", "--step", "2"]);
  assert.match(step.json().evaluations[0].spanId, /^[0-9a-f]{16}$/);
  const shown = (await home.run(["--json", "show", "last"])).json().evaluations;
  assert.deepEqual(shown.map((it: { name: string }) => it.name), [
    "helpful",
    "tone",
    "completed",
    "tool_called",
    "good",
  ]);
});

Deno.test("agentop score says what is wrong in one line and keeps nothing", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 1 });
  for (
    const [args, message, code] of [
      [["last"], /nothing says what to score. Try: helpful=0\.8/, 2],
      [["last", "helpful"], /is not NAME=VALUE/, 2],
      [["last", "a=1", "--scorer", "completed"], /NAME=VALUE is by hand, and --scorer is not/, 2],
      [["last", "--scorer", "completd"], /there is no such scorer. Try: completed/, 2],
      [["last", "--scorer", "completed", "--label", "x"], /Cannot score with --label/, 2],
      [["last", "a=1", "--step", "99"], /Cannot score step 99/, 2],
      [["nothing", "a=1"], /nothing/, 2],
    ] as const
  ) {
    const { code: got, stderr, stdout } = await home.run(["score", ...args]);
    assert.match(stderr, message);
    assert.match(stderr, /^agentop: Cannot [^\n]+\n$/);
    assert.deepEqual([got, stdout], [code, ""]);
  }
  const error = await home.run(["score", "last", "--scorer", "human=helpful"]);
  assert.equal(error.code, 1);
  assert.match(error.stdout, /human {2}error {2}nobody has scored it/);
  assert.equal((await home.run(["--json", "show", "last"])).json().evaluations.length, 1, "the error alone");
});
