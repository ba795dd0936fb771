import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { diffRuns } from "../../lib/analysis/mod.ts";
import { CliHome } from "../support/cli.ts";
import { repeat } from "./recordings.ts";

/**
 * One store as each release wrote it: the demos with a fork and replays of them, and runs that ended in every way. A new release
 * adds its own; none is ever made anew. `0.1.0-forks` is the last state before the next one: forks of forks, edits, kept diffs.
 */
const STORES = fileURLToPath(new URL("../fixtures/stores", import.meta.url));
const HOLDS: Readonly<Record<string, { readonly forks: number; readonly diffs: number }>> = {
  "0.1.0": { forks: 3, diffs: 3 },
  "0.1.0-forks": { forks: 9, diffs: 9 },
};

for (const { name } of Deno.readDirSync(STORES)) {
  const release = name.replace(".db.gz", "");
  Deno.test(`the runs that release ${release} stored are read, and repeat from the recording`, async () => {
    await using home = await CliHome.create();
    await Deno.writeFile(home.storePath, gunzipSync(await Deno.readFile(join(STORES, name))));
    await home.withStore(async (store) => {
      assert.deepEqual((await store.verify()).problems, []);
      const { runs } = await store.listRuns({ limit: 100 });
      const ends = new Set(runs.map((run) => run.error?.type ?? run.status));
      assert.deepEqual(ends, new Set(["completed", "max_steps", "budget", "401"]));
      assert(runs.some((run) => run.prompt === "go 3 é 🙂" && run.output === "Answer 3."));
      assert(runs.some((run) => run.parentRunId !== undefined), "a hand-off");
      const forks = runs.filter((run) => run.forkedFrom !== undefined);
      assert.equal(forks.length, HOLDS[release]?.forks);
      assert.deepEqual(
        (await store.forksOf(runs.map((run) => run.runId))).map((run) => run.runId).sort(),
        forks.map((run) => run.runId).sort(),
      );
      const diffs = (await Promise.all(runs.map((run) => store.diffsOf(run.runId)))).flat();
      // Each is found from both of its sides.
      assert.equal(diffs.length, 2 * HOLDS[release]!.diffs);
      assert(diffs.every(({ diff }) => typeof diff === "object" && diff !== null));
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
    const listed = (await home.run(["runs", "--limit", "100", "--json"])).json() as {
      runId: string;
      forkedFrom: { step: number } | null;
    }[];
    const forks = listed.filter((run) => (run.forkedFrom?.step ?? 0) > 1);
    assert(forks.length > 0);
    for (const { runId } of forks) {
      const replay = await home.run(["replay", runId, "--mode", "recorded", "--json"]);
      assert.equal(replay.code, 0, replay.stderr);
      assert.equal(replay.json().diff.identical, true);
    }
  });
}
