import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { diffRuns } from "../../lib/analysis/mod.ts";
import { CliHome } from "../support/cli.ts";
import { repeat } from "./recordings.ts";

/**
 * One store as each release wrote it: the demos with a fork and replays of them, and runs that ended in every way. A new release
 * adds its own; none is ever made anew.
 */
const STORES = fileURLToPath(new URL("../fixtures/stores", import.meta.url));

for (const { name } of Deno.readDirSync(STORES)) {
  Deno.test(`the runs that release ${name.replace(".db.gz", "")} stored are read, and repeat from the recording`, async () => {
    await using home = await CliHome.create();
    await Deno.writeFile(home.storePath, gunzipSync(await Deno.readFile(join(STORES, name))));
    await home.withStore(async (store) => {
      assert.deepEqual((await store.verify()).problems, []);
      const { runs } = await store.listRuns({ limit: 100 });
      const ends = new Set(runs.map((run) => run.error?.type ?? run.status));
      assert.deepEqual(ends, new Set(["completed", "max_steps", "budget", "401"]));
      assert(runs.some((run) => run.prompt === "go 3 é 🙂" && run.output === "Answer 3."));
      assert(runs.some((run) => run.parentRunId !== undefined), "a hand-off");
      assert.equal(runs.filter((run) => run.forkedFrom !== undefined).length, 3);
      for (const { traceId, runId, totals, forkedFrom } of runs) {
        const trace = await store.loadTrace(traceId);
        assert.equal((await diffRuns(trace, trace)).identical, true);
        if (totals.steps === 0 || (forkedFrom?.step ?? 0) > 1) continue;
        const { divergence, diff } = await repeat(trace);
        assert.equal(divergence, null, runId);
        assert.deepEqual(diff.steps.filter((step) => step.op !== "same"), [], runId);
        assert.equal(diff.identical, true, runId);
      }
    });
    const forks = (await home.run(["runs", "--json"])).json() as {
      runId: string;
      forkedFrom: { step: number } | null;
    }[];
    const fork = forks.find((run) => (run.forkedFrom?.step ?? 0) > 1)!;
    const replay = await home.run(["replay", fork.runId, "--mode", "recorded", "--json"]);
    assert.equal(replay.code, 0, replay.stderr);
    assert.equal(replay.json().diff.identical, true);
  });
}
