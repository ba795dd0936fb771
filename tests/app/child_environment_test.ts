import assert from "node:assert/strict";
import { join } from "node:path";
import { App } from "../../lib/app/mod.ts";
import { withoutKeys } from "../../lib/core/mod.ts";
import { bisectHistory, createJudge } from "../../lib/evals/mod.ts";
import { editFile } from "../../lib/cli/process/editor.ts";
import { startRunnerProcess } from "../../lib/app/runner_process.ts";
import { repeatInProcess } from "../../lib/replay/recorded_process.ts";
import { readConfig } from "../../lib/cli/config.ts";
import { CliHome } from "../support/cli.ts";

const CANARY = "CANARY_OF_ANOTHER_PROGRAM";
const KEY = "canary-key-0123456789";

/** What every child of this process is started with while `work` runs. */
async function startedWith(work: () => Promise<unknown>): Promise<readonly Deno.CommandOptions[]> {
  const seen: Deno.CommandOptions[] = [];
  const { Command } = Deno;
  Deno.Command = class extends Command {
    constructor(program: string | URL, options: Deno.CommandOptions = {}) {
      seen.push(options);
      super(program, options);
    }
  };
  try {
    await work();
  } finally {
    Deno.Command = Command;
  }
  return seen;
}

Deno.test("processes of ours start with a cleared environment; keys go only to those that run agents, never as arguments", async () => {
  await using home = await CliHome.create();
  Deno.env.set(CANARY, "1");
  Deno.env.set("MISTRAL_API_KEY", KEY);
  Deno.env.set("MISTRAL_SERVER_URL", "http://127.0.0.1:1");
  try {
    const config = readConfig({ home: home.path, store: join(home.path, "agentop.db") });
    const [runId] = await home.seed({});
    await using app = new App(config);
    const plain = await startedWith(async () => {
      assert.equal((await app.sql("select count(*) as n from runs", { maxRows: 1 })).rows.length, 1);
      const { store, environment } = await app.replayServices();
      const { traceId } = await store.resolveRun(runId!);
      const original = await store.loadTrace(traceId);
      const begun = { run: original.run, spans: new Map(), snapshots: [], evaluations: [] };
      await repeatInProcess({ original, begun }, { environment }).catch(() => {}); // it is no agent of ours
    });
    assert.equal(plain.length, 2);
    const running = setInterval(() => {}, 1e6); // a runner process does not keep this one alive
    const runner = await startedWith(() => startRunnerProcess(config, "none"));
    clearInterval(running);
    assert.equal(runner.length, 1);
    assert.equal(runner[0]!.env!["MISTRAL_API_KEY"], KEY);
    for (const { clearEnv, env = {}, args = [] } of [...plain, ...runner]) {
      assert.equal(clearEnv, true);
      assert.equal(CANARY in env, false);
      assert.equal(args.some((it) => it.includes(KEY)), false);
    }
    for (const { env = {} } of plain) assert.equal("MISTRAL_API_KEY" in env, false);
  } finally {
    for (const name of [CANARY, "MISTRAL_API_KEY", "MISTRAL_SERVER_URL"]) Deno.env.delete(name);
  }
});

Deno.test({
  name: "commands of the person's own have the person's environment without a key of ours; git has neither",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using home = await CliHome.create();
    const secret = {
      MISTRAL_API_KEY: KEY,
      MISTRAL_SERVER_URL: "http://ann:secret-of-the-url@127.0.0.1:1",
      WANDB_API_KEY: KEY,
      HF_TOKEN: KEY,
      ELEVENLABS_API_KEY: KEY,
    };
    const set = { ...secret, [CANARY]: "kept" };
    for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
    try {
      const said = join(home.path, "environment");
      const tells = join(home.path, "tells.sh");
      await Deno.writeTextFile(tells, `#!/bin/sh\nenv > ${said}\n`, { mode: 0o755 });
      const config = readConfig({ home: home.path, store: join(home.path, "agentop.db") });
      const environment = withoutKeys(config);
      const told = async (work: () => Promise<unknown>) => {
        await work();
        const text = await Deno.readTextFile(said);
        await Deno.remove(said);
        return text;
      };
      const [runId] = await home.seed({});
      await using app = new App(config);
      const services = await app.replayServices();
      const run = await services.store.resolveRun(runId!);
      const judge = await createJudge(services, { check: tells, environment });
      for (
        const own of [
          await told(() => editFile({ command: tells, environment }, "x")),
          await told(() => judge.judge(run)),
        ]
      ) {
        assert.match(own, new RegExp(`^${CANARY}=kept$`, "m"));
        assert.ok(!own.includes(KEY) && !own.includes("secret-of-the-url"), own);
      }
      const options = { judge, replay: {}, range: "HEAD", file: join(home.path, "a.yaml"), defaults: {} };
      const [git] = await startedWith(() => bisectHistory(services, run, options).catch(() => {}));
      assert.equal(git?.clearEnv, true);
      assert.deepEqual(git.env, config.environments.plain);
      for (const name of Object.keys(set)) assert.equal(name in git.env!, false, name);
    } finally {
      for (const name of Object.keys(set)) Deno.env.delete(name);
    }
  },
});
