import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { dayOfTime, type DurableEvent, newSpanId, type Store, systemHost } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const HOUR_MS = 3_600_000;

/** A run with a model call that ends at each of these times; the n-th of them has n + 1 input tokens. */
async function writeCalls(store: Store, endsMs: readonly number[]): Promise<void> {
  const host = { ...fakeHost({ startMs: endsMs[0]! - 1000 }), newId: systemHost().newId };
  const run = sampleRun(host);
  const events: DurableEvent[] = [{ type: "run_start", run }];
  endsMs.forEach((endMs, index) => {
    const ids = { traceId: run.traceId, spanId: newSpanId(host) };
    events.push({
      type: "span_start",
      span: {
        ...ids,
        name: "chat",
        kind: "llm",
        requestModel: run.model,
        startTimeUs: endMs * 1000 - 1,
        status: "unset",
        attributes: {},
      },
    }, {
      type: "span_end",
      ...ids,
      endTimeUs: endMs * 1000,
      status: "ok",
      usage: {
        inputTokens: index + 1,
        outputTokens: 0,
        cachedInputTokens: 0,
        cacheWriteInputTokens: 0,
        reasoningTokens: 0,
      },
      cost: { usd: index / 1e6, quantities: { input_tokens: index + 1 } },
    });
  });
  await store.write(events);
}

Deno.test("costBy() adds up the days of any zone exactly, over changes to and from summer time", async () => {
  await using store = await openStore(MEMORY);
  // Twenty minutes apart, so that calls fall on both sides of every midnight, whatever quarter of an hour it begins in.
  const runs = ["2026-03-27", "2026-10-24", "2026-11-27"].map((day) =>
    Array.from({ length: 300 }, (_, at) => Date.parse(day) + at * HOUR_MS / 3 + 1)
  );
  for (const ends of runs) await writeCalls(store, ends);
  for (
    const zone of [
      "UTC",
      "Europe/Paris",
      "America/New_York",
      "Asia/Kathmandu",
      "America/St_Johns",
      "Australia/Lord_Howe",
      "Pacific/Chatham",
      "Pacific/Kiritimati",
    ]
  ) {
    const wanted: Record<string, { calls: number; tokens: number }> = {};
    for (const ends of runs) {
      ends.forEach((endMs, index) => {
        const sum = wanted[dayOfTime(endMs, zone)] ??= { calls: 0, tokens: 0 };
        sum.calls += 1;
        sum.tokens += index + 1;
      });
    }
    const rows = await store.costBy("day", {}, zone);
    const got = rows.map((row) => [row.key, { calls: row.llmCalls, tokens: row.usage.inputTokens }]);
    assert.deepEqual(Object.fromEntries(got), wanted, zone);
  }
});

Deno.test("costBy() gives UTC days unless a zone is named", async () => {
  await using store = await openStore(MEMORY);
  await writeCalls(store, [Date.parse("2026-11-27T23:30Z")]);
  assert.equal((await store.costBy("day"))[0]!.key, "2026-11-27");
  assert.equal((await store.costBy("day", {}, "Europe/Paris"))[0]!.key, "2026-11-28");
});

const SUMS = "sum(llm_calls) as calls, sum(input_tokens) as input, sum(output_tokens) as output, " +
  "round(sum(cost_usd), 12) as usd, sum(unknown_cost_calls) as unknown";

Deno.test("an older store's usage by days becomes usage by quarter hours, and no sum changes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const packed = new URL("../fixtures/stores/0.1.0-forks.db.gz", import.meta.url);
    await Deno.writeFile(path, gunzipSync(await Deno.readFile(packed)));
    using old = new DatabaseSync(path);
    const read = (by: string) =>
      old.prepare(`select run_no, model, ${SUMS} from run_usage group by ${by} order by 1, 2`).all();
    const before = read("run_no, model");
    assert(before.length > 3);
    // One run goes on for hours: its calls are of the same day, and no longer of the same quarter of an hour.
    const [{ run_no: long }] = old.prepare(
      "select run_no from span where kind = 'llm' and input_tokens > 0 group by 1 having count(*) > 1 order by 1",
    ).all() as [{ run_no: number }];
    const noonUs = Date.parse("2026-05-05T12:00Z") * 1000;
    const toNoon = (column: string) => `${column} = ${noonUs} + position * 1200000000`;
    old.exec(`update span set ${toNoon("start_us")}, ${toNoon("end_us")} where run_no = ${long}`);
    old.exec(`update run_usage set day = ${noonUs / 86_400_000_000 | 0} where run_no = ${long}`);
    const ends = old.prepare(
      `select end_us / 900000000 as quarter, input_tokens as input from span where run_no = ? and kind = 'llm'
        order by 1`,
    ).all(long);
    await (await openStore(path))[Symbol.asyncDispose]();
    assert.deepEqual(read("run_no, model"), before);
    assert.deepEqual(
      old.prepare("select quarter, input_tokens as input from run_usage where run_no = ? order by 1").all(
        long,
      ),
      ends,
    );
    assert.deepEqual(
      old.prepare("select name from sqlite_master where name like '%usage%' order by 1").all().map((it) =>
        it["name"]
      ),
      ["run_usage"],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
