import { DatabaseSync } from "node:sqlite";
import { nowUs, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../../tests/support/fake_host.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";
import { type Figure, medianMs } from "./figure.ts";

const SPANS = 1_000_000;
const ROUNDS = 15;

export interface Size {
  /** Spans in all. */
  readonly spans: number;
  /** Rounds of the run that is copied, of about three spans each. */
  readonly rounds: number;
}

/** A new store of one written run, copied until there are as many spans: other ids, times, agents, models and words. */
export async function fill(
  path: string,
  { spans, rounds }: Size = { spans: SPANS, rounds: 64 },
): Promise<{ runs: number; spansPerRun: number }> {
  const host = { ...fakeHost({ startMs: systemHost().now() - 86_400_000 * 90 }) };
  await using store = await openStore(path);
  await store.write([...sampleEvents({ host, rounds, chars: 300 })]);
  await store.indexPending();
  using sqlite = new DatabaseSync(path);
  sqlite.exec("pragma synchronous = off; pragma cache_size = -32768");
  const one = (sql: string) => Object.values(sqlite.prepare(sql).get()!)[0] as number;
  const spansPerRun = one("select count(*) from span");
  const runs = Math.ceil(spans / spansPerRun);
  const columns = (table: string) =>
    sqlite.prepare(`select name from pragma_table_info('${table}')`).all().map((row) => String(row["name"]));
  const copy = (table: string, changed: Record<string, string>) => {
    const names = columns(table).filter((name) => !(table === "run" && name === "id"));
    const values = names.map((name) => changed[name] ?? `t.${name}`);
    return sqlite.prepare(
      `insert into ${table} (${names}) select ${values} from ${table} t where t.${
        table === "run" ? "id" : "run_no"
      } = 1`,
    );
  };
  const step = 3_600_000_000 * 24 * 90 / runs;
  const shift = `cast(?2 * ${Math.floor(step)} as integer)`;
  const statements = [
    copy("run", {
      trace_id: "?1",
      run_id: "printf('%s-%08d', substr(t.run_id, 1, 27), ?2)",
      agent: "'agent' || (?2 % 20)",
      model:
        "case ?2 % 3 when 0 then 'mistral-large-latest' when 1 then 'ministral-8b-latest' else t.model end",
      start_us: `t.start_us + ${shift}`,
      end_us: `t.end_us + ${shift}`,
      seq: "t.seq + ?2",
    }),
    copy("span", { run_no: "?2 + 1", start_us: `t.start_us + ${shift}`, end_us: `t.end_us + ${shift}` }),
    copy("run_message", { run_no: "?2 + 1", at_us: `t.at_us + ${shift}` }),
    copy("run_usage", {
      run_no: "?2 + 1",
      model:
        "case ?2 % 3 when 0 then 'mistral-large-latest' when 1 then 'ministral-8b-latest' else t.model end",
      quarter: `t.quarter + 96 * cast(?2 * 90 / ${runs} as integer)`,
    }),
  ];
  const index = sqlite.prepare(
    "insert into run_search (rowid, text) values (?1, ?2)",
  );
  for (let n = 1; n < runs; n++) {
    if (n % 250 === 1) sqlite.exec("begin immediate");
    const id = crypto.getRandomValues(new Uint8Array(16));
    statements[0]!.run({ "?1": id, "?2": n } as never);
    for (const statement of statements.slice(1)) statement.run({ "?2": n } as never);
    index.run(
      BigInt(n + 1),
      `revenue of region ${n % 7} word${n % 500} rare${n} agent${n % 20} the answer is ${n * 7919}`,
    );
    if (n % 250 === 0 || n === runs - 1) sqlite.exec("commit");
  }
  sqlite.exec("analyze; pragma wal_checkpoint(truncate)");
  return { runs, spansPerRun };
}

export async function queries(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/million.db`;
    const { runs, spansPerRun } = await fill(path);
    await using store = await openStore(path);
    const { traceId } = await store.resolveRun(`last~${runs >> 1}`);
    const since = { sinceUs: nowUs(systemHost()) - 86_400_000_000 * 365 };
    const figure = async (name: string, limit: number, query: () => Promise<unknown>): Promise<Figure> => ({
      name: `${name} (${runs} runs, ${runs * spansPerRun} spans)`,
      value: await medianMs(ROUNDS, query),
      unit: "ms",
      limit,
    });
    return [
      await figure("newest 50 runs", 5, () => store.listRuns({ limit: 50 })),
      await figure(`a run of ${spansPerRun} spans`, 20, () => store.loadTrace(traceId)),
      await figure("search, one run in 500", 50, () => store.listRuns({ filter: { text: "word7 revenue" } })),
      await figure("search, every run", 50, () => store.listRuns({ filter: { text: "revenue" } })),
      await figure("cost by model", 150, () => store.costBy("model", since)),
      await figure("cost by day", 150, () => store.costBy("day", since)),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
