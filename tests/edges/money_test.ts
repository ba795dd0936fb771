import { treeRows } from "../../lib/analysis/mod.ts";
import assert from "node:assert/strict";
import { ATTR, type Cost, type DurableEvent, newRunId, newSpanId, newTraceId } from "../../lib/core/mod.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import type { Env } from "../../lib/tui/contract/screen.ts";
import { tableColumns, tableRow } from "../../lib/tui/screens/runs/table.ts";
import { treeLayout, treeRow } from "../../lib/tui/trace/span_row.ts";
import { CliHome } from "../support/cli.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";
import { pageText, plainOf } from "./support.ts";

/** What each run's calls cost, and how the sum reads in lists, in every edge. */
const CASES: readonly (readonly [costs: readonly (number | null)[], text: string])[] = [
  [[0], "$0"],
  [[0.0021], "$0.0021"],
  [[0.000123], "$0.000123"],
  [[0.00000001], "<$0.000001"],
  [[1_234.5], "$1,234.50"],
  [[null], "?"],
  [[0.0021, null], "$0.0021+"],
];

const host = fakeHost();

function eventsOf(costs: readonly (number | null)[], model: string): readonly DurableEvent[] {
  const run = { ...sampleRun(host, { model }), traceId: newTraceId(host), runId: newRunId(host) };
  const { traceId } = run;
  host.advance(1000);
  const spans = costs.flatMap((usd, index): readonly DurableEvent[] => {
    const spanId = newSpanId(host);
    const cost: Cost = { usd, quantities: { input_tokens: 3 } };
    return [{
      type: "span_start",
      span: {
        traceId,
        spanId,
        name: "chat",
        kind: "llm",
        step: index + 1,
        startTimeUs: run.startTimeUs + index,
        status: "unset",
        requestModel: model,
        attributes: { [ATTR.requestSeed]: 7 },
      },
    }, { type: "span_end", traceId, spanId, endTimeUs: run.startTimeUs + 100, status: "ok", cost }];
  });
  const change = { status: "completed", endTimeUs: run.startTimeUs + 200, output: "done" } as const;
  return [{ type: "run_start", run }, ...spans, { type: "run_update", traceId, change }];
}

Deno.test("a cost reads the same in the lists of the CLI, the workbench and the page of a run", async () => {
  await using home = await CliHome.create();
  const models = CASES.map((_, index) => `model-${index}`);
  await home.withStore(async (store) => {
    for (const [index, [costs]] of CASES.entries()) await store.write(eventsOf(costs, models[index]!));
  });
  const [runs, costs] = await Promise.all([home.run(["runs"]), home.run(["cost"])]);
  const env = { glyphs: UNICODE, nowMs: host.now() } as Env;
  await home.withStore(async (store) => {
    const page = await store.listRuns({ filter: {}, sort: "oldest", limit: 20 });
    for (const [index, [parts, text]] of CASES.entries()) {
      const run = page.runs[index]!;
      const model = models[index]!;
      const rowOf = (table: string) => ` ${table.split("\n").find((row) => row.includes(`${model} `))} `;
      const isThere = (where: string, said: string) =>
        assert.ok(said.includes(` ${text} `), `${where}: ${text} in ${said}`);
      isThere("agentop runs", rowOf(runs.stdout));
      if (parts.some((usd) => usd !== 0)) isThere("agentop cost", rowOf(costs.stdout));
      const row = tableRow({ kind: "run", id: run.traceId, run, depth: 0 }, tableColumns(120), {
        selected: false,
        marked: false,
      }, env);
      isThere("the table of the workbench", plainOf([row]));
      const trace = await store.loadTrace(run.traceId);
      isThere("the page of the run", (await pageText(trace, host.now())).split("Tokens")[0]!);
      const { stdout } = await home.run(["show", run.runId]);
      const layout = treeLayout(90);
      const tree = plainOf(treeRows(trace, new Set()).map((it) => treeRow(it, trace, layout, UNICODE, 0)));
      if (parts.length === 1) {
        isThere("the spans of the workbench", tree);
        isThere("the spans of agentop show", `${stdout.split("\n").find((it) => it.includes("1 llm"))} `);
      }
    }
  });
  assert.match(costs.stderr, /^\? or \+: The price of 2 calls is unknown/);
});
