import assert from "node:assert/strict";
import { roundUsd } from "../../lib/core/mod.ts";
import { replayDocument } from "../../lib/documents/mod.ts";
import { AGENT, Bench } from "../support/replay_bench.ts";

const UNPRICED = AGENT.replace("mistral-small-latest", "sim-echo");

Deno.test("replayDocument() gives no figure for what an unpriced run saved and differs by", async () => {
  await using bench = await Bench.open({ agent: UNPRICED });
  assert.ok(bench.original.totals.unknownCostCalls > 0);
  for (const options of [{}, { mode: "recorded" as const, tools: "recorded" as const }]) {
    const result = await bench.replay(options);
    const document = replayDocument(result);
    assert.deepEqual([document.savedCostUsd, document.costDeltaUsd], [null, null], JSON.stringify(options));
    assert.deepEqual([document.diff.costDeltaUsd, document.diff.costKnown], [null, false]);
  }
});

Deno.test("replayDocument() gives both figures where every cost is known", async () => {
  await using bench = await Bench.open();
  const document = replayDocument(await bench.replay({}));
  assert.equal(document.savedCostUsd, roundUsd(bench.original.totals.costUsd));
  assert.equal(document.costDeltaUsd, -roundUsd(bench.original.totals.costUsd));
});
