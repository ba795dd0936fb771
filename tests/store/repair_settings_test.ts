import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { Ingest } from "../../lib/app/ingest/mod.ts";
import { NO_SECRETS, type Store } from "../../lib/core/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import { openStore, repairStore } from "../../lib/store/mod.ts";
import { idOf, sent, span, TRACE_ID } from "../otlp/spans.ts";
import { fakeHost } from "../support/fake_host.ts";

const RULE = {
  name: "dear",
  metric: "cost",
  scope: "all",
  per: "run",
  condition: { kind: "above", value: 0.5 },
  minSample: 1,
  channels: [],
  sinceUs: 1,
} as const;
const LATE = "1af7651916cd43dd8448eb211c80319c";
const HASH = "ab".repeat(32);

const ingestOf = (store: Store) =>
  new Ingest({ store, prices: createPriceBook(), redactor: NO_SECRETS, host: fakeHost() });

/** A store with a bit of everything that is no run, and two received runs. */
async function filled(path: string): Promise<void> {
  await using store = await openStore(path);
  await store.saveBudget({ scope: "all", per: "day", limitUsd: 2 });
  await store.saveBudget({ scope: "agent:clerk", per: "month", limitUsd: 9 });
  await store.addKey({ name: "ci", role: "write", createdAtUs: 5, hash: HASH });
  await store.addAlertRule(RULE);
  await using ingest = ingestOf(store);
  for (const traceId of [TRACE_ID, LATE]) {
    for (const n of [1, 2, 3]) await ingest.spans(sent([span(n, { traceId })]));
  }
  await store.saveExchange({
    hash: "cd".repeat(16),
    traceId: TRACE_ID,
    status: 200,
    contentType: "application/json",
    body: '{"answer":1}',
    atUs: 7,
  });
}

async function repaired(work: (database: DatabaseSync) => void) {
  const folder = await Deno.makeTempDir();
  const [path, target] = [join(folder, "a.db"), join(folder, "b.db")];
  await filled(path);
  {
    using database = new DatabaseSync(path);
    work(database);
  }
  const report = await repairStore(path, target);
  return { report, target, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("db repair keeps budgets, API keys, alert rules, cached answers and what was received", async () => {
  await using made = await repaired(() => {});
  assert.deepEqual(made.report.notes, []);
  await using store = await openStore(made.target);
  const windows = { day: { from: 0, to: 1 }, week: { from: 0, to: 1 }, month: { from: 0, to: 1 } };
  const budgets = (await store.listBudgets(windows)).map((
    { scope, per, limitUsd },
  ) => [scope, per, limitUsd]);
  assert.deepEqual(budgets, [["agent:clerk", "month", 9], ["all", "day", 2]]);
  assert.deepEqual((await store.listKeys()).map(({ name, role }) => [name, role]), [["ci", "write"]]);
  assert.deepEqual((await store.listAlertRules()).map(({ name, condition }) => [name, condition.value]), [[
    "dear",
    0.5,
  ]]);
  assert.equal((await store.findExchange("cd".repeat(16)))?.body, '{"answer":1}');
  assert.equal((await store.receivedOf(TRACE_ID)).parts.length, 3);
  assert.deepEqual(await store.unreadRuns(10), []);
});

Deno.test("db repair reads a received run again that lost spans, and takes in what comes of it later", async () => {
  await using made = await repaired((database) => {
    database.exec(
      "update span set attributes = '[', attributes_body = null where position = 1 and run_no = 1",
    );
    database.exec(
      "delete from received where part = 1 and trace_id = (select trace_id from run where id = 2)",
    );
    database.exec("delete from received_run where trace_id = (select trace_id from run where id = 2)");
  });
  assert.ok(made.report.notes.includes("1 received run is read again when the store is next served"));
  await using store = await openStore(made.target);
  assert.deepEqual(await store.unreadRuns(10), [TRACE_ID]);
  await using ingest = ingestOf(store);
  await ingest.readAgain([TRACE_ID]);
  const ids = async (traceId: string) => [...(await store.loadTrace(traceId)).spans.keys()];
  assert.deepEqual(await ids(TRACE_ID), [1, 2, 3].map(idOf));
  for (const traceId of [TRACE_ID, LATE]) await ingest.spans(sent([span(4, { traceId })]));
  assert.deepEqual(await ids(TRACE_ID), [1, 2, 3, 4].map(idOf));
  assert.ok((await ids(LATE)).includes(idOf(4)));
});

Deno.test("db repair leaves out settings that cannot be, and says which", async () => {
  await using made = await repaired((database) => {
    database.exec("update budget set per = 'year' where scope = 'all'");
    database.exec("update api_key set role = 'root'");
    database.exec("update alert_rule set rule = '{'");
    database.exec("update received set data = x'00' where part = 0");
  });
  assert.deepEqual(
    made.report.notes.filter((note) => note.includes("could not be read")),
    [
      "1 budget could not be read: look at agentop budget",
      "1 API key could not be read: look at agentop keys",
      "1 alert rule could not be read: look at agentop alerts",
      "2 received bodies could not be read",
    ],
  );
  await using store = await openStore(made.target);
  assert.deepEqual(await store.listKeys(), []);
  assert.equal((await store.verify()).ok, true);
});
