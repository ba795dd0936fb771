import assert from "node:assert/strict";
import { loadTables, type TableDefinition } from "../../lib/analysis/mod.ts";
import type { Row } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

async function rowsOf(
  table: TableDefinition,
  ...parameters: Parameters<TableDefinition["rows"]>
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of table.rows(...parameters)) all.push(...rows);
  return all;
}

Deno.test("every table gives flat rows with the types its columns promise", async () => {
  const { TABLE_LIST } = await loadTables();
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  for (const agent of ["a", "b"]) await store.write([...sampleEvents({ host, agent, rounds: 4 })]);
  await store.write([...sampleEvents({ host, agent: "open", rounds: 1, open: true })]);
  const [left, right] = (await store.listRuns({ sort: "oldest" })).runs;
  await store.saveDiff({
    diffId: "d",
    leftRunId: left!.runId,
    rightRunId: right!.runId,
    createdAtUs: 5,
    overrides: { temperature: 0 },
    leftOutput: "x",
    rightOutput: null,
    diff: { identical: false, costKnown: false, costDeltaUsd: 0, steps: [{ op: "same" }, { op: "added" }] },
  });
  const evaluation = {
    evalId: "e",
    traceId: left!.traceId,
    name: "n",
    value: 0.5,
    source: "test",
    createdAtUs: 1,
  };
  await store.write([{ type: "evaluation", evaluation }]);
  for (const table of TABLE_LIST) {
    const rows = await rowsOf(table, store, { nowMs: 0 });
    assert(rows.length > 0, table.name);
    for (const row of rows) {
      assert.deepEqual(Object.keys(row), Object.keys(table.columns), table.name);
      for (const [name, { type, nullable }] of Object.entries(table.columns)) {
        const value = row[name]!;
        const where = `${table.name}.${name}`;
        if (value === null) assert.equal(nullable, true, where);
        else if (type === "time") assert(value instanceof Date, where);
        else if (type === "integer") assert(Number.isInteger(value), where);
        else {assert.equal(
            typeof value,
            { text: "string", number: "number", boolean: "boolean" }[type],
            where,
          );}
      }
    }
  }
});

Deno.test("a table is read of chosen runs only, by name or by filter", async () => {
  const { TABLES: { runs, spans, messages, costs, memory }, runRow } = await loadTables();
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  for (const agent of ["a", "b"]) await store.write([...sampleEvents({ host, agent, rounds: 2 })]);
  const [first] = (await store.listRuns({ sort: "oldest" })).runs;
  for (const table of [runs, spans, messages, costs, memory] as unknown as TableDefinition[]) {
    const named = await rowsOf(table, store, { nowMs: 0, runs: [first!] });
    const filtered = await rowsOf(table, store, { nowMs: 0, filter: { agent: "a" } });
    assert.deepEqual(named, filtered, table.name);
    assert(named.length > 0 && named.every((row) => row["runId"] === first!.runId), table.name);
    assert.deepEqual(await rowsOf(table, store, { nowMs: 0, filter: { agent: "c" } }), []);
  }
  const { totals } = first!;
  const unknown = runRow({ ...first!, totals: { ...totals, costUsd: 0, unknownCostCalls: 2 } }, 0);
  assert.deepEqual([unknown.costUsd, unknown.costKnown, unknown.unknownCostCalls], [null, false, 2]);
});
