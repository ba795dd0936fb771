import assert from "node:assert/strict";
import { diffRuns } from "../../lib/analysis/mod.ts";
import { createLook } from "../../lib/cli/output/look.ts";
import { formatDiff } from "../../lib/cli/output/diff_text.ts";
import { applyEvent, type Run, type Trace } from "../../lib/core/mod.ts";
import { diffPage } from "../../lib/exporters/html/diff.ts";
import type { Env } from "../../lib/tui/contract/screen.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { loadComparison } from "../../lib/tui/screens/compare/comparison.ts";
import { INITIAL } from "../../lib/tui/screens/compare/model.ts";
import { viewCompare } from "../../lib/tui/screens/compare/view.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents, type SampleOptions } from "../support/sample_run.ts";
import { plainOf, wordsOf } from "./support.ts";

function traceOf(options: SampleOptions, change: Partial<Run> = {}): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents({ host: fakeHost(), ...options })) trace = applyEvent(trace, event);
  return { ...trace!, run: { ...trace!.run, ...change } };
}

/** What each edge says of two runs. */
async function edgesOf(left: Trace, right: Trace): Promise<Readonly<Record<string, string>>> {
  const byId = new Map([["left", left], ["right", right]]);
  const store = {
    resolveRun: (id: string) => Promise.resolve({ ...byId.get(id)!.run, traceId: id }),
    loadTrace: (id: string) => Promise.resolve(byId.get(id)!),
  };
  const comparison = await loadComparison(store as unknown as Parameters<typeof loadComparison>[0], {
    left: "left",
    right: "right",
  });
  const diff = await diffRuns(left, right);
  const env = { glyphs: UNICODE, nowMs: 0, size: { columns: 160, rows: 48 } } as Env;
  return {
    cli: await formatDiff(diff, createLook({ color: false, columns: 160 })),
    page: wordsOf(await diffPage({ left, right, diff, nowMs: 0, timeZone: "UTC" })),
    workbench: plainOf(viewCompare({ ...INITIAL, state: "ready", comparison }, env)),
  };
}

Deno.test("two runs have the same verdict and the same differences in every edge", async () => {
  const left = traceOf({ rounds: 2 });
  const other = traceOf({ rounds: 3, text: (round) => round === 1 ? "other" : "x".repeat(80) }, {
    status: "stopped",
    totals: { ...left.run.totals, costUsd: left.run.totals.costUsd + 0.0021 },
  });
  const verdict = "2 steps changed, 2 steps added, another answer, another ending";
  for (const [edge, said] of Object.entries(await edgesOf(left, other))) {
    for (const text of [verdict, "+$0.0021", "same"]) {
      assert.ok(said.includes(text), `${edge}: ${text} in ${said}`);
    }
  }
  const unpriced = { ...left, run: { ...left.run, totals: { ...left.run.totals, unknownCostCalls: 1 } } };
  for (const [edge, said] of Object.entries(await edgesOf(left, unpriced))) {
    assert.match(said, /[Cc]ost +unknown/, edge);
  }
  const asked = { ...left, run: { ...left.run, prompt: "Something else?" } };
  for (const [edge, said] of Object.entries(await edgesOf(left, asked))) {
    assert.match(said, /another prompt/, edge);
    assert.doesNotMatch(said, /= the same|runs are the same/, edge);
  }
  for (const [edge, said] of Object.entries(await edgesOf(left, left))) {
    assert.match(said, /= the same|runs are the same/, edge);
  }
});
