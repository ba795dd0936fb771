import assert from "node:assert/strict";
import { openStudio, openStudioOrDemo } from "../lib/mod.ts";

Deno.test("openStudioOrDemo() makes demo runs once where there are none, and opens a person's own where there are", async () => {
  const home = await Deno.makeTempDir({ prefix: "agentop-demo-" });
  try {
    const ids: string[][] = [];
    for (let time = 0; time < 2; time++) {
      await using demo = await openStudioOrDemo({ home });
      const runs = await demo.runs();
      ids.push(runs.map((it) => it.runId));
      assert(
        runs.every((it) => it.status === "completed" && it.tags.includes("simulator")),
        "all are marked",
      );
      assert.deepEqual(
        new Set(runs.map((it) => it.agent)),
        new Set(["researcher", "main", "editor", "writer", "flaky"]),
      );
      assert((await demo.costs("day")).length >= 5);
    }
    assert.deepEqual(ids[0], ids[1]);
    const own = await openStudio({ home, simulator: true });
    assert.equal((await own.runs()).length, 0, "nothing is written into a person's store");
    const mine = await own.run("main", "What is 2 + 2?");
    await own[Symbol.asyncDispose]();
    await using again = await openStudioOrDemo({ home });
    assert.deepEqual((await again.runs()).map((it) => it.runId), [mine.runId]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
