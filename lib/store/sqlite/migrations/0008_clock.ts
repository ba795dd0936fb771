import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { decodeBody } from "../../codec.ts";
import { type BodyReading, selectOf, type View } from "./0004_views.ts";
import { viewsOf as viewsBefore } from "./0006_warnings.ts";

/** `runs` counts only the time in which somebody worked on a run. */
export function viewsOf(reading: BodyReading): readonly View[] {
  return viewsBefore(reading).map((view): View => {
    if (view.name !== "runs") return view;
    const source =
      "case when r.end_us is null then 0 else max(0, r.end_us - r.start_us - r.idle_us) / 1000.0 end";
    return {
      ...view,
      columns: view.columns.map((column) =>
        column[0] === "duration_ms" ? ["duration_ms", "real", source] as const : column
      ),
    };
  });
}

const SUMS = [
  "llm_calls",
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
  "cost_usd",
  "unknown_cost_calls",
  "estimated_cost_usd",
] as const;
type Sums = Record<(typeof SUMS)[number], number>;

const US_PER_QUARTER = 900_000_000;
const US_PER_DAY = 86_400_000_000;
/** Noon: of all hours, the one that is on the same day in most zones. */
const NOON_QUARTER = 48;
/** Of a call that was answered from a recording, and so is in no sum. */
const SOURCE = "agentop.model.source";
const ESTIMATE = "agentop.cost.estimated_usd";

/** Spans that may have added to a sum. */
const PAYING =
  "end_us is not null and (kind = 'llm' or input_tokens is not null or cost_quantities is not null)";
const MODEL = "coalesce(request_model, name)";

const STATEMENTS = [
  "alter table run add column idle_us integer not null default 0",
  "alter table run add column idle_since_us integer",
  "alter table run_usage rename to usage_by_day",
  `create table run_usage (run_no integer not null, model text not null, quarter integer not null,
    ${
    SUMS.map((name) => `${name} ${name.endsWith("usd") ? "real" : "integer"} not null default 0`).join(", ")
  },
    primary key (run_no, model, quarter)) strict, without rowid`,
  // Nearly every run is over within a quarter of an hour: its spans say which one.
  `create temp table quarter_of as select run_no, ${MODEL} as model, end_us / ${US_PER_DAY} as day,
    min(end_us / ${US_PER_QUARTER}) as first, max(end_us / ${US_PER_QUARTER}) as last
    from span where ${PAYING} group by 1, 2, 3`,
  "create index temp.quarter_of_key on quarter_of (run_no, model, day)",
  `insert into run_usage (run_no, model, quarter, ${SUMS})
    select u.run_no, u.model, coalesce(q.first, u.day * 96 + ${NOON_QUARTER}), ${
    SUMS.map((name) => `u.${name}`)
  }
    from usage_by_day u left join quarter_of q on q.run_no = u.run_no and q.model = u.model and q.day = u.day`,
];

/**
 * Usage by quarter hours, which the days of all time zones are made of; and the time in which nobody worked on a run, so that how
 * long it took can be told.
 */
export const clock: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    for (const statement of STATEMENTS) await run(statement);
    const spread = await sql<Sums & { run_no: number; model: string; day: number; first: number }>`
      select u.*, q.first from usage_by_day u join quarter_of q
      on q.run_no = u.run_no and q.model = u.model and q.day = u.day where q.first < q.last`.execute(db);
    for (const row of spread.rows) {
      const parts = await partsOf(db, row.run_no, row.model, row.day);
      // What cannot be told apart stays together, so that no sum changes.
      if (!addsUp([...parts.values()], row)) continue;
      await sql`delete from run_usage where run_no = ${row.run_no} and model = ${row.model}
        and quarter = ${row.first}`.execute(db);
      for (const [quarter, sums] of parts) {
        await sql`insert into run_usage (run_no, model, quarter, ${sql.raw(SUMS.join(", "))})
          values (${row.run_no}, ${row.model}, ${quarter}, ${sql.join(SUMS.map((name) => sums[name]))})`
          .execute(db);
      }
    }
    await run("drop table usage_by_day");
    await run("drop table quarter_of");
    for (const view of viewsOf("plain")) {
      await run(`drop view ${view.name}`);
      await run(`create view ${view.name} as ${selectOf(view)}`);
    }
  },
};

interface PayingSpan
  extends Omit<Sums, "llm_calls" | "unknown_cost_calls" | "estimated_cost_usd" | "cost_usd"> {
  readonly kind: string;
  readonly end_us: number;
  readonly cost_usd: number | null;
  readonly is_priced: number;
  readonly attributes: string | null;
  readonly encoding: number | null;
  readonly data: Uint8Array | null;
}

/** What a run's spans of one model and day add to each quarter hour. */
async function partsOf(
  db: Kysely<unknown>,
  runNo: number,
  model: string,
  day: number,
): Promise<ReadonlyMap<number, Sums>> {
  const tokens = SUMS.slice(1, 6).map((name) => `coalesce(${name}, 0) as ${name}`).join(", ");
  const { rows } = await sql<PayingSpan>`
    select kind, end_us, ${
    sql.raw(tokens)
  }, cost_usd, cost_quantities is not null as is_priced, attributes, encoding, data
    from span left join body on body.id = span.attributes_body
    where run_no = ${runNo} and ${sql.raw(PAYING)} and ${sql.raw(MODEL)} = ${model}
    and end_us / ${sql.raw(String(US_PER_DAY))} = ${day}`.execute(db);
  const parts = new Map<number, Sums>();
  for (const span of rows) {
    const json = span.attributes ?? (span.data ? decodeBody(span.encoding!, span.data) : "{}");
    const attributes = JSON.parse(json) as Record<string, unknown>;
    if (attributes[SOURCE] === "recorded") continue;
    const isUnknown = span.is_priced === 1 && span.cost_usd === null;
    const estimate = attributes[ESTIMATE];
    const quarter = Math.floor(span.end_us / US_PER_QUARTER);
    const known = parts.get(quarter);
    const added: Sums = {
      ...span,
      llm_calls: span.kind === "llm" ? 1 : 0,
      cost_usd: span.cost_usd ?? 0,
      unknown_cost_calls: isUnknown ? 1 : 0,
      estimated_cost_usd: isUnknown && typeof estimate === "number" ? estimate : 0,
    };
    parts.set(
      quarter,
      Object.fromEntries(SUMS.map((name) => [name, (known?.[name] ?? 0) + added[name]])) as Sums,
    );
  }
  return parts;
}

function addsUp(parts: readonly Sums[], whole: Sums): boolean {
  return SUMS.every((name) => {
    const sum = parts.reduce((all, part) => all + part[name], 0);
    return Math.abs(sum - whole[name]) <= 1e-9 * Math.max(1, Math.abs(whole[name]));
  });
}
