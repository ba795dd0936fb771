import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Alert,
  type AlertMoment,
  type AlertRule,
  newRunId,
  newSpanId,
  nowUs,
  type Run,
  type RunStatus,
  type Store,
} from "../../lib/core/mod.ts";
import { budgetWindows } from "../../lib/analysis/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const START_MS = Date.UTC(2026, 10, 28, 12);
const HOUR_MS = 3_600_000;

function hostAt(startMs = START_MS): FakeHost {
  return fakeHost({ startMs });
}

function ruleOf(change: Partial<AlertRule> = {}): AlertRule {
  return {
    name: "dear",
    metric: "cost",
    scope: "all",
    per: "run",
    condition: { kind: "above", value: 1 },
    minSample: 1,
    channels: [],
    sinceUs: 0,
    ...change,
  };
}

interface EndedRun {
  readonly agent?: string;
  readonly usd?: number;
  readonly unknown?: number;
  readonly tookMs?: number;
  readonly status?: RunStatus;
}

/** A run as whole as it matters here: it began, called a model once, and ended. */
async function endRun(store: Store, host: FakeHost, it: EndedRun = {}): Promise<Run> {
  const run = { ...sampleRun(host, { agent: it.agent ?? "researcher" }) };
  await store.write([{ type: "run_start", run }]);
  const spanId = newSpanId(host);
  const { traceId } = run;
  await store.write([{
    type: "span_start",
    span: {
      traceId,
      spanId,
      name: "chat",
      kind: "llm",
      requestModel: run.model,
      startTimeUs: nowUs(host),
      status: "unset",
      attributes: {},
    },
  }]);
  host.advance(it.tookMs ?? 10);
  const cost = it.unknown ? { usd: null, quantities: {} } : { usd: it.usd ?? 0, quantities: {} };
  await store.write([
    { type: "span_end", traceId, spanId, endTimeUs: nowUs(host), status: "ok", cost },
    { type: "run_update", traceId, change: { status: it.status ?? "completed", endTimeUs: nowUs(host) } },
  ]);
  return run;
}

function moment(host: FakeHost, zone = "UTC", change: Partial<AlertMoment> = {}): AlertMoment {
  return { nowUs: nowUs(host), windows: budgetWindows(host.now(), zone), ...change };
}

const texts = (alerts: readonly Alert[]) => alerts.map((it) => it.text);

Deno.test("a run that ended is looked at once, whichever process asks, and begins one alert", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const host = hostAt();
    await using first = await openStore(path, { host });
    await using second = await openStore(path, { host });
    assert.equal(await first.addAlertRule(ruleOf()), true);
    assert.equal(await first.addAlertRule(ruleOf()), false, "the name is taken");
    const run = await endRun(first, host, { usd: 1.5 });
    assert.equal(await second.hasAlertsDue(nowUs(host)), true);
    const began = await Promise.all([first, second, first].map((it) => it.judgeAlerts(moment(host))));
    assert.deepEqual(texts(began.flat()), ["cost of a run of researcher is $1.50, above $1.00"]);
    assert.equal(await second.hasAlertsDue(nowUs(host)), false);
    const [logged] = await second.listAlerts();
    assert.deepEqual([logged?.rule, logged?.subject, logged?.runIds], ["dear", "agent:researcher", [
      run.runId,
    ]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an episode is one alert until a run came back clearly; each agent has its own", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.addAlertRule(ruleOf());
  const began: string[] = [];
  for (const [agent, usd] of [["a", 2], ["a", 0.95], ["a", 1.2], ["b", 3], ["a", 0.5], ["a", 2]] as const) {
    await endRun(store, host, { agent, usd });
    began.push(...(await store.judgeAlerts(moment(host))).map((it) => `${it.subject} ${it.value}`));
  }
  assert.deepEqual(began, ["agent:a 2", "agent:b 3", "agent:a 2"]);
  const alerts = await store.listAlerts();
  assert.deepEqual(alerts.map((it) => [it.runs, it.closedAtUs !== undefined]), [
    [1, false],
    [1, false],
    [2, true],
  ]);
});

Deno.test("a cost that is not known whole is above a threshold or gives no verdict, never below one", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.addAlertRule(ruleOf({ condition: { kind: "below", value: 1 } }));
  await endRun(store, host, { unknown: 1 });
  await store.addAlertRule(ruleOf({ name: "day", per: "day", condition: { kind: "above", value: 1 } }));
  await endRun(store, host, { usd: 2 });
  const began = await store.judgeAlerts(moment(host));
  assert.deepEqual(texts(began), ["cost of all runs this day (2 runs) is $2.00+, above $1.00"]);
  await endRun(store, host, { unknown: 1 });
  await store.judgeAlerts(moment(host));
  const state = (await store.listAlertRules()).find((it) => it.name === "dear");
  assert.equal(state?.noVerdict, "calls of unknown price");
});

Deno.test("a spike is held against the same agent's runs of 30 days before; with fewer there is no verdict", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  const spike = { kind: "spike", value: 5 } as const;
  await store.addAlertRule(ruleOf({ name: "slow", metric: "latency", condition: spike, minSample: 20 }));
  for (let i = 0; i < 20; i++) await endRun(store, host, { agent: "old", tookMs: 100 });
  host.advance(31 * 24 * HOUR_MS);
  for (let i = 0; i < 20; i++) await endRun(store, host, { tookMs: 100 + i });
  await store.judgeAlerts(moment(host));
  await endRun(store, host, { agent: "old", tookMs: 60_000 });
  assert.deepEqual(await store.judgeAlerts(moment(host)), [], "its runs are too old");
  assert.equal((await store.listAlertRules())[0]?.noVerdict, "0 of the 20 runs that a verdict needs");
  await endRun(store, host, { tookMs: 60_000 });
  const [alert] = await store.judgeAlerts(moment(host));
  assert.match(
    alert!.text,
    /^latency of a run of researcher is 60\.0s: [\d,.]+ deviations above the median .* of 20 runs in its last 30 days$/,
  );
});

Deno.test("a day's error rate counts what ended in it, takes back what goes on, and begins anew with the next", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.addAlertRule(
    ruleOf({
      name: "bad",
      metric: "error_rate",
      per: "day",
      condition: { kind: "above", value: 0.5 },
      minSample: 2,
    }),
  );
  await endRun(store, host, { status: "cancelled" });
  const failed = await endRun(store, host, { status: "failed" });
  assert.deepEqual(await store.judgeAlerts(moment(host)), [], "one run that counts is not two");
  await endRun(store, host, { status: "failed" });
  assert.deepEqual(texts(await store.judgeAlerts(moment(host))), [
    "error rate of all runs this day (2 runs) is 100 %, above 50 %",
  ]);
  await store.write([{ type: "run_update", traceId: failed.traceId, change: { status: "running" } }]);
  await endRun(store, host);
  await store.judgeAlerts(moment(host));
  assert.equal((await store.listAlerts()).length, 1);
  host.advance(24 * HOUR_MS);
  for (let i = 0; i < 2; i++) await endRun(store, host, { status: "failed" });
  assert.equal((await store.judgeAlerts(moment(host))).length, 1, "a new day, a new episode");
  const [, first] = await store.listAlerts();
  assert.ok(first?.closedAtUs, "what was in the day before is over");
});

Deno.test("sums of a window are what adding its runs up again gives, after resumes, deletions and runs read anew", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  const day = ruleOf({ name: "a", per: "day", condition: { kind: "above", value: 1e6 } });
  await store.addAlertRule(day);
  await store.judgeAlerts(moment(host, "UTC", { isCheck: true }));
  const runs = [];
  for (const usd of [0.1, 0.2, 0.4]) runs.push(await endRun(store, host, { usd }));
  await store.write([{ type: "run_update", traceId: runs[1]!.traceId, change: { status: "running" } }]);
  await store.write([{
    type: "run_update",
    traceId: runs[1]!.traceId,
    change: { status: "completed", endTimeUs: nowUs(host) },
  }]);
  await store.deleteRuns([runs[0]!.runId]);
  // The same question of another rule adds up what is there; both fire at the same sum.
  for (const [name, value] of [["under", 0.599], ["over", 0.601]] as const) {
    await store.addAlertRule(ruleOf({ name, per: "day", condition: { kind: "above", value } }));
  }
  const began = await store.judgeAlerts(moment(host, "UTC", { isCheck: true }));
  assert.deepEqual(began.map((it) => [it.rule, Math.round(it.value * 1000)]), [["under", 600]]);
  await store.removeAlertRule("a");
  assert.deepEqual((await store.listAlertRules()).map((it) => it.name), ["over", "under"]);
  await store.removeAlertRule("under");
  const [gone] = await store.listAlerts({ rule: "under" });
  assert.equal(gone?.closedAtUs, nowUs(host), "what a rule found is over when the rule is gone");
});

Deno.test("a clock that goes back over midnight begins no second alert of the day before", async () => {
  const host = hostAt(Date.UTC(2026, 10, 28, 23, 59));
  await using store = await openStore(MEMORY, { host });
  await store.addAlertRule(ruleOf({ per: "day" }));
  await endRun(store, host, { usd: 2 });
  assert.equal((await store.judgeAlerts(moment(host))).length, 1);
  host.advance(2 * 60_000);
  await endRun(store, host, { usd: 0.1 });
  assert.equal((await store.judgeAlerts(moment(host))).length, 0);
  host.advance(-5 * 60_000);
  await endRun(store, host, { usd: 0.1 });
  assert.equal((await store.judgeAlerts(moment(host))).length, 0);
  assert.equal((await store.listAlertRules())[0]?.noVerdict, "the clock went back before its window");
});

Deno.test("a day in which clocks are put back has 25 hours, and is one day", async () => {
  const zone = "Europe/Paris";
  const host = hostAt(Date.UTC(2026, 9, 24, 22, 1)); // 00:01 of the 25th there
  await using store = await openStore(MEMORY, { host });
  await store.addAlertRule(ruleOf({ per: "day" }));
  await endRun(store, host, { usd: 0.6 });
  await store.judgeAlerts(moment(host, zone));
  host.advance(24 * HOUR_MS + 50 * 60_000); // 23:51 of the same day
  await endRun(store, host, { usd: 0.6 });
  assert.equal((await store.judgeAlerts(moment(host, zone))).length, 1);
  host.advance(20 * 60_000);
  await endRun(store, host, { usd: 0.6 });
  assert.equal((await store.judgeAlerts(moment(host, zone))).length, 0, "the next day begins at nothing");
});

Deno.test("scores are looked at as they come, and a mean needs its runs", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  const score = { metric: "score", score: "helpful", condition: { kind: "below", value: 0.5 } } as const;
  await store.addAlertRule(ruleOf({ name: "each", ...score }));
  await store.addAlertRule(ruleOf({ name: "mean", ...score, per: "day", minSample: 3 }));
  for (const value of [0.9, 0.1, 0.2]) {
    const run = await endRun(store, host);
    await store.write([{
      type: "evaluation",
      evaluation: {
        evalId: newRunId(host),
        traceId: run.traceId,
        name: "helpful",
        value,
        source: "human",
        createdAtUs: nowUs(host),
      },
    }]);
  }
  const began = await store.judgeAlerts(moment(host));
  assert.deepEqual(texts(began), [
    "score helpful of a run of researcher is 0.1, below 0.5",
    "mean of score helpful of all runs this day (3 runs) is 0.4, below 0.5",
  ]);
});

Deno.test("a rule looks back at the runs of its first day, and at none before", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await endRun(store, host, { agent: "early", usd: 5 });
  host.advance(24 * HOUR_MS);
  await endRun(store, host, { agent: "today", usd: 5 });
  await store.addAlertRule(ruleOf({ sinceUs: Date.UTC(2026, 10, 29) * 1000 }));
  assert.deepEqual((await store.judgeAlerts(moment(host))).map((it) => it.subject), ["agent:today"]);
});

Deno.test("a budget's parts and its stop are alerts, once in its period for three stores at once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const host = hostAt();
    const stores: Store[] = [];
    for (let i = 0; i < 3; i++) stores.push(await openStore(path, { host }));
    const store = stores[0]!;
    await store.addAlertRule(
      ruleOf({ name: "money", metric: "budget", condition: { kind: "above", value: 50 } }),
    );
    await store.addAlertRule(
      ruleOf({ name: "other", metric: "budget", scope: "agent:x", condition: { kind: "above", value: 50 } }),
    );
    await store.saveBudget({ scope: "all", per: "day", limitUsd: 0.1 });
    const claims = [];
    for (let i = 0; i < 12; i++) {
      const run = sampleRun(host);
      await store.write([{ type: "run_start", run }], { claim: true });
      claims.push({ traceId: run.traceId, spanId: newSpanId(host), model: run.model, usd: 0.03 });
    }
    const { windows } = moment(host);
    const answers = await Promise.all(
      claims.map((it, i) => stores[i % 3]!.reserveSpend({ ...it, windows })),
    );
    assert.equal(answers.filter((it) => it.refusedBy).length, 9);
    const began = (await Promise.all(stores.map((it) => it.judgeAlerts(moment(host))))).flat();
    assert.deepEqual(began.map((it) => [it.rule, it.subject]), [
      ["money", "budget of all per day at 50 %"],
      ["money", "budget of all per day at 80 %"],
      ["money", "budget of all per day stops"],
    ]);
    const stop = (await store.listAlerts())[0]!;
    assert.equal(stop.runs, 9, "every run that it stopped is behind it");
    assert.match(
      stop.text,
      /^the budget of \$0\.1000 per day for all runs stops runs: \$0 spent, \$0\.0900 reserved$/,
    );
    for (const it of stores) await it[Symbol.asyncDispose]();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is to be delivered waits in the store: one process takes it, and another when that one dies", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  const channel = { kind: "webhook", url: "https://example.org/hook" } as const;
  await store.addAlertRule(ruleOf({ channels: [channel, { kind: "desktop" }] }));
  await endRun(store, host, { usd: 2 });
  await store.judgeAlerts(moment(host));
  const take = () => store.takeDelivery(nowUs(host), 60_000_000, ["webhook"]);
  const first = await take();
  assert.deepEqual([first?.channel, first?.alert.rule], [channel, "dear"]);
  assert.equal(await take(), undefined, "it is taken");
  host.advance(61_000);
  assert.equal((await take())?.deliveryId, first!.deliveryId, "whoever took it said nothing");
  const nextAtUs = nowUs(host) + 10_000_000;
  await store.endDelivery(first!.deliveryId, { kind: "wait", error: "HTTP 500", nextAtUs, counts: true });
  assert.equal(await take(), undefined);
  host.advance(11_000);
  assert.equal((await take())?.attempts, 1);
  await store.endDelivery(first!.deliveryId, { kind: "sent" });
  await store.endDelivery(first!.deliveryId, { kind: "failed", error: "late" });
  const deliveries = await store.listDeliveries([first!.alert.alertId]);
  assert.deepEqual(deliveries.map((it) => [it.channel.kind, it.state]), [["webhook", "sent"], [
    "desktop",
    "pending",
  ]]);
});

Deno.test("a muted rule logs and delivers nothing; alerts are acknowledged, and told of once", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await store.addAlertRule(ruleOf({ channels: [{ kind: "desktop" }] }));
  assert.equal(await store.muteAlertRule("dear", nowUs(host) + HOUR_MS * 1000), true);
  assert.equal(await store.muteAlertRule("none", null), false);
  await endRun(store, host, { usd: 2 });
  const [alert] = await store.judgeAlerts(moment(host));
  assert.equal(alert!.isMuted, true);
  assert.deepEqual(await store.listDeliveries(), []);
  assert.deepEqual((await store.takeNewAlerts()).map((it) => it.alertId), [alert!.alertId]);
  assert.deepEqual(await store.takeNewAlerts(), []);
  assert.equal(await store.acknowledgeAlerts(nowUs(host), [alert!.alertId]), 1);
  assert.equal(await store.acknowledgeAlerts(nowUs(host)), 0);
  assert.deepEqual(await store.listAlerts({ isOpen: true }), []);
});

Deno.test("without rules nothing is kept for them", async () => {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  await endRun(store, host, { usd: 2 });
  assert.equal(await store.hasAlertsDue(nowUs(host)), false);
});

Deno.test("a spike of a day is held against the days before: sums, and the error rate", async () => {
  const host = hostAt(START_MS - 10 * 24 * HOUR_MS);
  await using store = await openStore(MEMORY, { host });
  for (let day = 0; day < 10; day++) {
    for (let n = 0; n < 5; n++) {
      const status = n === 0 && day % 2 === 0 ? "failed" : "completed";
      await endRun(store, host, { usd: 0.2 + day / 100, status });
    }
    host.advance(24 * HOUR_MS - 50);
  }
  const spike = { kind: "spike", value: 5 } as const;
  await store.addAlertRule(ruleOf({ name: "dear-day", per: "day", condition: spike, minSample: 7 }));
  await store.addAlertRule(
    ruleOf({ name: "rate", metric: "error_rate", per: "day", condition: spike, minSample: 7 }),
  );
  await store.addAlertRule(ruleOf({ name: "young", per: "day", condition: spike, minSample: 11 }));
  const began: Alert[] = [];
  const end = async (it: EndedRun) => {
    await endRun(store, host, it);
    began.push(...await store.judgeAlerts(moment(host)));
  };
  await end({ usd: 1, status: "failed" });
  assert.deepEqual(began, [], "one run is no rate, and $1.00 is what a day costs");
  for (let n = 0; n < 4; n++) await end({ usd: 1, status: "failed" });
  assert.deepEqual(texts(began), [
    "cost of all runs this day (3 runs) is $3.00: 9.6 deviations above the median $1.23 of 10 of the 30 days before",
    "error rate of all runs this day (5 runs) is 100 %: 6.1 deviations above the median 10 % of 10 of the 30 days before",
  ]);
  const { noVerdict } = (await store.listAlertRules()).find(({ name }) => name === "young")!;
  assert.match(noVerdict!, /10 of the 11/);
  assert.deepEqual((await store.listAlerts({ rule: "dear-day" })).map((it) => [it.runs, it.windowRuns]), [[
    3,
    5,
  ]]);
});
