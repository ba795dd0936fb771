import assert from "node:assert/strict";
import { join } from "node:path";
import { App } from "../../lib/app/mod.ts";
import { addAlertRule, allowAlertRule } from "../../lib/app/alerts/mod.ts";
import { nowUs } from "../../lib/core/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { startFaultServer, status } from "../support/fault_server.ts";
import { sampleRun } from "../support/sample_run.ts";

const appAt = (home: string, storePath: string, host: ReturnType<typeof fakeHost>) =>
  new App({
    useSimulator: true,
    defaults: {},
    retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
    home,
    storePath,
    storeGiven: true,
    agentFolders: [],
    secrets: {},
    timeZone: "UTC",
    environments: { plain: {}, runner: {} },
  }, { host });

Deno.test("a rule that a store brought along calls nobody until somebody of this home allows it", async () => {
  await using server = await startFaultServer(status(200));
  const folder = await Deno.makeTempDir();
  try {
    const storePath = join(folder, "shared.db");
    const host = fakeHost({ startMs: Date.UTC(2026, 10, 28, 12) });
    const failed = async (app: App) => {
      const store = await app.store();
      const run = { ...sampleRun(host), totals: { ...sampleRun(host).totals, attempts: 9 } };
      const change = { status: "failed", endTimeUs: nowUs(host) } as const;
      await store.write([{ type: "run_start", run }, { type: "run_update", traceId: run.traceId, change }]);
      await app.alerts.check();
      return (await store.listDeliveries()).map(({ error }) => error);
    };
    {
      await using app = appAt(join(folder, "theirs"), storePath, host);
      const url = `${server.url}/hook`;
      const channels = [{ kind: "webhook", url, allow: `127.0.0.1:${server.port}` }] as const;
      await addAlertRule(app, { metric: "retries", condition: { kind: "above", value: 3 }, channels });
    }
    {
      await using app = appAt(join(folder, "mine"), storePath, host);
      assert.deepEqual(await failed(app), [
        "not allowed at this home. Try: agentop alerts allow retries-run",
      ]);
      assert.equal(server.requests.length, 0);
      await allowAlertRule(app, "retries-run");
      await assert.rejects(
        allowAlertRule(app, "another"),
        /Cannot allow the alert rule another: there is none/,
      );
    }
    host.advance(600_000);
    await using app = appAt(join(folder, "mine"), storePath, host);
    await app.store();
    await app.alerts.check();
    assert.equal(server.requests.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
