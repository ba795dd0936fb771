import assert from "node:assert/strict";
import { ATTR } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { CliHome } from "../support/cli.ts";
import { replayArguments, startReplay } from "../../lib/app/replay_process.ts";
import { readConfig } from "../../lib/cli/config.ts";

Deno.test("replayArguments() says what the workbench asked for, the run last and never as a flag", () => {
  assert.deepEqual(replayArguments({ runId: "-x", mode: "recorded" }), ["--mode", "recorded", "--", "-x"]);
  assert.deepEqual(
    replayArguments({
      runId: "r",
      mode: "live",
      overrides: { model: "m=1", temperature: "0.5" },
      tools: "ask",
      fromStep: 3,
    }),
    [
      ...["--mode", "live", "--set", "model=m=1", "--set", "temperature=0.5"],
      ...["--tools", "ask", "--from", "3", "--", "r"],
    ],
  );
});

Deno.test("replayArguments() hands an edit over as a file", () => {
  const request = { runId: "r", mode: "hybrid", edit: { step: 2, text: "secret" } } as const;
  const args = replayArguments(request, "/tmp/a=b.txt");
  assert.deepEqual(args, ["--mode", "hybrid", "--edit", "2=/tmp/a=b.txt", "--", "r"]);
  assert.ok(!args.join(" ").includes("secret"));
});

Deno.test("replay --announce says the new run's ids, or why there is none, on one line and nothing else", async () => {
  await using home = await CliHome.create();
  const { runId } = (await home.run(["run", "main", "What is 17% of 240?", "--json"])).json();
  const modes = ["recorded", "hybrid"].map((mode) =>
    home.run(["replay", "--announce", ...replayArguments({ runId, mode: mode as "recorded" })])
  );
  for (const said of await Promise.all(modes)) {
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stdout, /^\{"runId":"[^"]+","traceId":"[0-9a-f]{32}"\}\n$/);
    assert.equal(said.stderr, "");
    const shown = (await home.run(["show", JSON.parse(said.stdout).runId, "--json"])).json();
    assert.equal(shown.run.status, "completed");
  }
  await Deno.writeTextFile(`${home.path}/edit.txt`, "41");
  const edit = { step: 1, text: "41" };
  const fork = await home.run([
    ...["replay", "--announce"],
    ...replayArguments({ runId, mode: "hybrid", edit }, `${home.path}/edit.txt`),
  ]);
  const { spans } = (await home.run(["show", fork.json().runId, "--json"])).json();
  const steps = spans.map((span: { step?: number | null }) => span.step ?? 0).filter(Boolean);
  assert.deepEqual(steps, [1], "a first step that was edited is gone on from, not begun anew");
  const overrides = { temperature: "hot" };
  const refused = await home.run([
    "replay",
    "--announce",
    ...replayArguments({ runId, mode: "live", overrides }),
  ]);
  const reason = 'Cannot set temperature: it must be a number from 0 to 1.5: got "hot"';
  const remedy = "--set temperature=VALUE";
  assert.deepEqual(refused.json(), { error: { message: reason, remedy } });
  assert.match(refused.stderr, /Cannot set temperature/);
  const config = readConfig({ home: home.path }, () => undefined);
  const keepsAlive = setInterval(() => {}, 1000); // nothing waits for a process that outlives its starter
  await assert.rejects(startReplay(config, { runId, mode: "live", overrides }), {
    name: "AgentOpError",
    message: `${reason}. Try: ${remedy}`,
    reason,
    remedy,
  }).finally(() => clearInterval(keepsAlive));
});

Deno.test("a replay that the workbench starts asks before a new tool call, through the store", async () => {
  await using home = await CliHome.create();
  const { runId } = (await home.run(["run", "main", "What is 17% of 240?", "--json"])).json();
  await Deno.writeTextFile(`${home.path}/prompt.txt`, "What is 19% of 350?");
  const edit = { step: 0, text: "" };
  const child = home.start([
    ...["replay", "--announce"],
    ...replayArguments({ runId, mode: "hybrid", tools: "ask", edit }, `${home.path}/prompt.txt`),
  ]);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { traceId } = JSON.parse((await lines.read()).value!);
  await using store = await openStore(home.storePath);
  const question = async () =>
    [...(await store.loadTrace(traceId)).spans.values()].find((span) => span.kind === "guardrail");
  const asked = await new Promise<NonNullable<Awaited<ReturnType<typeof question>>>>((resolve, reject) => {
    const look = () => question().then((span) => span && resolve(span)).catch(reject);
    store.onChange(look);
    look();
  });
  const exact = asked.attributes[ATTR.toolCallArguments];
  assert.match(JSON.stringify(exact), /19 ?% ?of 350|19 \/ 100 \* 350/);
  assert.equal((await store.getRun(traceId))!.status, "waiting");
  await store.requestControl(traceId, "approve", { spanId: asked.spanId });
  assert.equal((await child.status).code, 0);
  assert.match((await store.getRun(traceId))!.output!, /66\.5/);
  await lines.cancel();
  await child.stdin.close();
  await child.stderr.cancel();
});
