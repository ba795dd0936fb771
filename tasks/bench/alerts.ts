import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { budgetWindows, quantile } from "../../lib/analysis/mod.ts";
import { type AlertRule, newRunId, nowUs, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../../tests/support/fake_host.ts";
import { sampleEvents, sampleRun } from "../../tests/support/sample_run.ts";
import type { Figure } from "./figure.ts";

const RUNS = 100_000;
/** All of them in the 30 days that a spike is held against, half of them of one agent. */
const DAYS = 29;
const MEASURED = 60;
const WARM_UP = 5;
const DAY_MS = 86_400_000;

const RULES: readonly Partial<AlertRule>[] = [
  { metric: "cost", condition: { kind: "above", value: 1e6 } },
  { metric: "cost", condition: { kind: "spike", value: 1e6 }, minSample: 20 },
  { metric: "tokens", condition: { kind: "spike", value: 1e6 }, minSample: 20 },
  { metric: "latency", condition: { kind: "spike", value: 1e6 }, minSample: 20 },
  { metric: "cost", per: "day", condition: { kind: "above", value: 1e6 } },
  { metric: "cost", per: "month", condition: { kind: "above", value: 1e6 } },
  { metric: "error_rate", per: "week", condition: { kind: "above", value: 2 } },
  { metric: "latency", per: "day", condition: { kind: "above", value: 1e9 } },
  { metric: "retries", per: "day", scope: "agent:researcher", condition: { kind: "above", value: 1e9 } },
];

/** What rules of every kind add to a run that ends, with 100,000 runs in the store. */
export async function alerts(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ prefix: "agentop-bench-" });
  try {
    const path = join(folder, "a.db");
    const host = systemHost();
    await fillRuns(path, host.now());
    await using store = await openStore(path, { host });
    for (const [at, rule] of RULES.entries()) {
      await store.addAlertRule({
        name: `rule-${at}`,
        metric: "cost",
        scope: "all",
        per: "run",
        condition: { kind: "above", value: 1 },
        minSample: 1,
        channels: [],
        sinceUs: nowUs(host),
        ...rule,
      });
    }
    const moment = () => ({ nowUs: nowUs(host), windows: budgetWindows(host.now(), "UTC") });
    const times: number[] = [];
    for (let at = 0; at < WARM_UP + MEASURED; at++) {
      const run = { ...sampleRun(fakeHost({ startMs: host.now() })), runId: newRunId(host) };
      const traceId = crypto.getRandomValues(new Uint8Array(16)).toHex();
      await store.write([{ type: "run_start", run: { ...run, traceId } }]);
      await store.write([{
        type: "run_update",
        traceId,
        change: { status: "completed", endTimeUs: nowUs(host) },
      }]);
      const start = performance.now();
      await store.judgeAlerts(moment());
      if (at >= WARM_UP) times.push(performance.now() - start);
    }
    const name = `${RULES.length} alert rules at a run's end, 100,000 runs, p95`;
    return [{ name, value: quantile(times, 0.95)!, unit: "ms", limit: 50 }];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One written run, copied without its spans: rules read no others. */
async function fillRuns(path: string, nowMs: number): Promise<void> {
  const startMs = nowMs - DAYS * DAY_MS;
  {
    await using store = await openStore(path);
    await store.write([...sampleEvents({ host: fakeHost({ startMs }) })]);
  }
  using sqlite = new DatabaseSync(path);
  sqlite.exec("pragma synchronous = off");
  const names = sqlite.prepare("select name from pragma_table_info('run')").all()
    .map(({ name }) => String(name)).filter((it) => it !== "id");
  const shift = Math.floor(DAYS * DAY_MS * 1000 / RUNS);
  const changed: Readonly<Record<string, string>> = {
    trace_id: "randomblob(16)",
    run_id: "printf('%s-%08d', substr(t.run_id, 1, 27), n)",
    agent: "case n % 2 when 0 then t.agent else 'agent' || (n % 20) end",
    start_us: `t.start_us + n * ${shift}`,
    end_us: `t.end_us + n * ${shift} + n % 1000`,
    cost_usd: "t.cost_usd * (1 + n % 7)",
    seq: "t.seq + n",
    digest: "null",
  };
  sqlite.exec(
    `with recursive number (n) as (select 1 union all select n + 1 from number where n < ${RUNS - 1})
    insert into run (${names}) select ${
      names.map((it) => changed[it] ?? `t.${it}`)
    } from number, run t where t.id = 1`,
  );
  sqlite.exec("analyze");
}
