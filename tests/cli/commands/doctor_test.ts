import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";
import { runChecks } from "../../../lib/app/checks.ts";
import { Context } from "../../../lib/cli/context.ts";
import { reply, startFaultServer } from "../../support/fault_server.ts";

interface Listed {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

async function checksOf(home: CliHome, env: Readonly<Record<string, string>> = {}) {
  const result = await home.run(["doctor", "--json"], { env });
  const checks: readonly Listed[] = result.json();
  return { result, check: (name: string) => checks.find((it) => it.name === name)! };
}

Deno.test("doctor is content with an empty home, says that the simulator answers, and makes no store", async () => {
  await using home = await CliHome.create();
  const { result, check } = await checksOf(home);
  assert.equal(result.code, 0);
  assert.match(check("model API").message, /simulator answers/);
  assert.match(check("store").message, /not there yet/);
  await assert.rejects(Deno.stat(home.storePath), Deno.errors.NotFound);
  const text = await home.run(["doctor"]);
  assert.match(text.stdout, /^✓ Deno +2\./);
  assert.match(text.stdout, /\nReady\.\n$/);
});

Deno.test("doctor asks the server for its models, and never shows the key", async () => {
  await using home = await CliHome.create();
  const models = { object: "list", data: [{ id: "m1", object: "model", capabilities: {} }] };
  await using good = await startFaultServer(
    reply(200, JSON.stringify(models), { "content-type": "application/json" }),
  );
  await using strict = await startFaultServer(
    reply(401, '{"message":"Unauthorized"}', { "content-type": "application/json" }),
  );
  const key = "sk-very-secret-key";
  const [ok, refused, gone] = await Promise.all([
    checksOf(home, { MISTRAL_SERVER_URL: good.url, MISTRAL_API_KEY: key }),
    checksOf(home, { MISTRAL_SERVER_URL: strict.url, MISTRAL_API_KEY: key }),
    checksOf(home, { MISTRAL_SERVER_URL: "http://127.0.0.1:1", MISTRAL_API_KEY: key }),
  ]);
  assert.deepEqual([ok.result.code, ok.check("model API").status], [0, "ok"]);
  assert.match(ok.check("model API").message, /answered in .* with 1 model/);
  assert.equal(good.requests[0]!.headers["authorization"], `Bearer ${key}`);
  for (const { result, check } of [refused, gone]) {
    assert.deepEqual([result.code, check("model API").status], [1, "broken"]);
    assert.ok(check("model API").remedy);
  }
  assert.match(refused.check("model API").message, /401/);
  for (const { result } of [ok, refused, gone]) {
    assert.equal((result.stdout + result.stderr).includes(key), false);
  }
});

Deno.test("doctor finds a broken store, a broken agent file and a clock that went back", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(join(home.path, "agents", "bad.yaml"), "name: [");
  await home.withStore(async (store) => {
    const { sampleRun } = await import("../../support/sample_run.ts");
    const { fakeHost } = await import("../../support/fake_host.ts");
    const run = sampleRun(fakeHost({ startMs: Date.now() + 86_400_000 }));
    await store.write([{ type: "run_start", run: { ...run, status: "completed" } }]);
  });
  const { result, check } = await checksOf(home);
  assert.equal(result.code, 0, "warnings are no failure");
  assert.match(check("agents").message, /bad\.yaml/);
  assert.match(check("clock").message, /the newest run began (24h00m|23h59m|1d00h) later/);
  await Deno.remove(`${home.storePath}-wal`).catch(() => {});
  await Deno.writeTextFile(home.storePath, "this is no database at all ".repeat(50));
  const damaged = await home.run(["doctor"]);
  assert.equal(damaged.code, 1);
  assert.match(
    damaged.stdout,
    /✗ store +Cannot open the store .*\n(.*\n)* +→ choose another file with --store\n/,
  );
  assert.match(damaged.stdout, /\n1 thing to repair\.\n$/);
});

Deno.test("doctor names a variable with a bad value", async () => {
  await using home = await CliHome.create();
  const { code, stderr } = await home.run(["doctor"], { env: { MISTRAL_RETRY_MAX_ATTEMPTS: "abc" } });
  assert.equal(code, 2);
  assert.match(stderr, /^agentop: Cannot use MISTRAL_RETRY_MAX_ATTEMPTS: .*got "abc"/);
});

Deno.test("runChecks() says how much room there is for the store", async () => {
  await using home = await CliHome.create();
  await using context = new Context({ home: home.path });
  const checks = await runChecks(context.app, { size: undefined, term: "", hasColors: false });
  assert.match(
    checks.find((it) => it.name === "disk")!.message,
    /^\d+(\.\d)? (B|kB|MB|GB|TB) free for the store$/,
  );
});

Deno.test("doctor checks the files of the home folder: prices, what the workbench keeps, agents", async () => {
  await using home = await CliHome.create();
  const path = (name: string) => join(home.path, name);
  await Deno.writeTextFile(
    path("prices.yaml"),
    "models:\n  - id: a\n    source: s\n    inputPerMillion: much\n",
  );
  await Deno.writeTextFile(path("tui.json"), '{ "theme": "pink", "keys": { "no.such": ["X"] } }');
  const { result, check } = await checksOf(home);
  assert.equal(result.code, 1);
  assert.equal(check("prices").status, "broken");
  assert.match(
    check("prices").message,
    /prices\.yaml:4: models\[0\]\.inputPerMillion must be a number of USD/,
  );
  assert.deepEqual([check("workbench").status, check("workbench").remedy !== null], ["warning", true]);
  assert.match(check("workbench").message, /Cannot use theme of tui\.json: got "pink"/);
  assert.match(result.stdout, /Cannot bind .*no\.such/);
  await Deno.remove(path("prices.yaml"));
  await Deno.writeFile(path("tui.json"), Uint8Array.of(0xff, 0xfe, 123, 0));
  const text = await home.run(["doctor"]);
  assert.equal(text.code, 0);
  assert.match(text.stdout, /! workbench +Cannot use .*tui\.json: it is UTF-16 LE, not UTF-8/);
  assert.match(text.stdout, /\nReady, with 1 warning\.\n$/);
  await Deno.writeTextFile(path("tui.json"), "\ufeff{}");
  assert.match((await home.run(["doctor"])).stdout, /✓ workbench .*\n[^]*\nReady\.\n$/);
});

Deno.test("doctor says whether front ends can start the kernel, and what to do when it starts what is not there", async () => {
  await using home = await CliHome.create();
  const env = { JUPYTER_DATA_DIR: join(home.path, "jupyter data"), PATH: "" };
  const notebooks = async () => {
    const checks: readonly Listed[] = (await home.run(["doctor", "--json"], { env })).json();
    return checks.filter((it) => it.name === "notebooks");
  };
  const [none, frontEnd] = await notebooks();
  assert.match(none!.message, /agentop notebook brings the kernel along/);
  assert.match(frontEnd!.message, /neither JupyterLab nor VS Code is here: pip install jupyterlab/);
  await home.run(["notebook", "--install"], { env });
  const [there] = await notebooks();
  assert.deepEqual([there!.status, there!.message.endsWith("kernel.json")], ["ok", true]);
  const path = join(env.JUPYTER_DATA_DIR, "kernels", "agentop", "kernel.json");
  for (
    const [spec, expected] of [
      [
        { argv: [Deno.execPath(), "run", "file:///gone/main.js"] },
        /starts \/gone\/main\.js, which is not there$/,
      ],
      [{ argv: ["/gone/deno"] }, /starts \/gone\/deno, which is not there$/],
      [{}, /is no description of a kernel$/],
    ] as const
  ) {
    await Deno.writeTextFile(path, JSON.stringify(spec));
    const [broken] = await notebooks();
    assert.deepEqual([broken!.status, broken!.remedy], ["warning", "agentop notebook --install"]);
    assert.match(broken!.message, expected);
  }
});
