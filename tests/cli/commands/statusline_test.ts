import assert from "node:assert/strict";
import { join } from "node:path";
import { nowUs, systemHost } from "../../../lib/core/mod.ts";
import { openStore } from "../../../lib/store/mod.ts";
import { CliHome } from "../../support/cli.ts";
import { sampleRun } from "../../support/sample_run.ts";
import { fakeHost } from "../../support/fake_host.ts";

Deno.test("statusline: what stands in one line, of living processes only, and a budget by the part that is used", async () => {
  await using home = await CliHome.create();
  assert.equal((await home.run(["statusline"])).stdout, "no runs yet\n");
  {
    await using store = await openStore(home.storePath);
    const host = fakeHost({ startMs: Date.now() });
    const spend = async (usd: number | null) => {
      const run = { ...sampleRun(host), agent: "writer" };
      const span = { traceId: run.traceId, spanId: "00000000000000aa" };
      await store.write([
        { type: "run_start", run },
        {
          type: "span_start",
          span: {
            ...span,
            name: "chat",
            kind: "llm",
            requestModel: "m",
            startTimeUs: nowUs(host),
            status: "unset",
            attributes: {},
          },
        },
        { type: "span_end", ...span, endTimeUs: nowUs(host), status: "ok", cost: { usd, quantities: {} } },
        { type: "run_update", traceId: run.traceId, change: { status: "completed", endTimeUs: nowUs(host) } },
      ]);
    };
    await spend(0.5);
    assert.equal((await home.run(["statusline"])).stdout, "$0.5000 today\n");
    await spend(null);
    const live = { ...sampleRun(host), status: "waiting" as const };
    await store.write([{ type: "run_start", run: live }], { claim: true });
    await store.write([{ type: "run_start", run: { ...sampleRun(host), status: "running" } }]);
    await store.saveEndpointNote({
      address: "http://x",
      keyId: "",
      refusedFields: [],
      limits: [{ of: "tokens", per: "minute", limit: 100, remaining: 12 }],
      notedAtUs: nowUs(systemHost()),
    });
    const line = await home.run(["statusline"]);
    assert.equal(line.stdout, "$0.5000+ today · 1 live · 1 waiting · 12 % of tokens per minute left\n");
    assert.deepEqual((await home.run(["--json", "statusline"])).json().live, 1);
  }
  const ended = await home.run(["statusline"]);
  assert.match(ended.stdout, /^\$0\.5000\+ today/, "nobody works on what a process left behind");
  assert.doesNotMatch(ended.stdout, /live/);
});

Deno.test("statusline: a file that is no store is one line and exit code 2", async () => {
  await using home = await CliHome.create();
  const path = join(home.path, "x.db");
  await Deno.writeTextFile(path, "not a database, whatever it is called");
  const { code, stdout, stderr } = await home.run(["statusline"], { env: { AGENTOP_STORE: path } });
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(
    stderr,
    /^agentop: Cannot look into the store .*: file is not a database\. Try: agentop doctor\n$/,
  );
});
