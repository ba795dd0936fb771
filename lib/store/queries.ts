import { type Kysely, sql, type SqlBool } from "kysely";
import {
  AgentOpError,
  type CostKey,
  type CostRow,
  dayOfNumber,
  NO_USAGE,
  type Run,
  type RunFilter,
  type RunPage,
  type RunSort,
  type RunsQuery,
  zoneOffsets,
} from "../core/mod.ts";
import { type AskedOf, prepareFilter } from "./conditions.ts";
import { nextCursor, pageLimit, parseCursor } from "./page.ts";
import { isUnreadable } from "./readable.ts";
import { runsByNo, runsOf } from "./reader.ts";
import { estimateOf, usageOf } from "./rows.ts";
import type { Schema } from "./schema.ts";
import { SOUND_QUARTER, SOUND_USAGE } from "./sound_figures.ts";

const REFERENCE_MIN = 4;
/** Of an id as `shortRunId` shows it. */
const SHORT_DIGITS = 8;
const RUN_ID_LENGTH = 36;
const AMBIGUOUS_SHOWN = 3;

const QUARTERS_PER_DAY = 96;

const SORT: Readonly<Record<RunSort, { readonly by: string; readonly descending: boolean }>> = {
  newest: { by: "run.start_us", descending: true },
  oldest: { by: "run.start_us", descending: false },
  cost: { by: "run.cost_usd", descending: true },
  tokens: { by: "(run.input_tokens + run.output_tokens)", descending: true },
  duration: { by: "(coalesce(run.end_us - run.idle_us, run.start_us) - run.start_us)", descending: true },
  steps: { by: "run.steps", descending: true },
};

export async function listRuns(
  db: Kysely<Schema>,
  asked: AskedOf,
  query: RunsQuery = {},
): Promise<RunPage> {
  const filter = await prepareFilter(db, asked, query.filter);
  const limit = pageLimit(query.limit);
  const sort = query.sort ?? "newest";
  // With a text, row order stands for time: the index then gives the newest hits without sorting all of them.
  const byId = filter.hasText && (sort === "newest" || sort === "oldest");
  const descending = SORT[sort].descending !== (query.fromEnd ?? false);
  const key = sql.raw(byId ? "run.id" : SORT[sort].by);
  const cursor = parseCursor("list runs", query.cursor);
  let select = db.selectFrom("run").selectAll("run").select(key.as("sort_key")).where(filter.fits);
  if (cursor) {
    const op = sql.raw(descending ? "<" : ">");
    select = select.where(sql<SqlBool>`(${key}, run.id) ${op} (${cursor[0]}, ${cursor[1]})`);
  }
  const direction = descending ? "desc" : "asc";
  const sorted = select.orderBy(key, direction).$if(!byId, (it) => it.orderBy("run.id", direction))
    .limit(limit + 1);
  try {
    const rows = await sorted.execute();
    const page = rows.slice(0, limit);
    return { runs: await runsOf(db, page, query), ...cursorAfter(page, rows.length > limit) };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  // Some rows are in the way: indexes may still say which there are.
  const rows = await sorted.clearSelect().select(["run.id", key.as("sort_key")]).execute();
  const page = rows.slice(0, limit);
  const runs = await runsByNo(db, page.map(({ id }) => id), query);
  return { runs, ...cursorAfter(page, rows.length > limit) };
}

function cursorAfter(page: readonly { readonly sort_key: unknown; readonly id: number }[], isMore: boolean) {
  const last = page.at(-1);
  return isMore && last ? nextCursor(last.sort_key, last.id) : {};
}

export async function countRuns(
  db: Kysely<Schema>,
  asked: AskedOf,
  filter?: RunFilter,
): Promise<number> {
  if (filter?.isHead && Object.keys(filter).length === 1) return await countHeads(db);
  const { fits } = await prepareFilter(db, asked, filter);
  const row = await db.selectFrom("run").select((eb) => eb.fn.countAll<number>().as("n")).where(fits)
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** By indexes, without a look at every run. */
async function countHeads(db: Kysely<Schema>): Promise<number> {
  const handedOver = sql`exists (select 1 from run as parent where parent.run_id = run.parent_run_id)`;
  const { rows } = await sql<{ n: number }>`select (select count(*) from run)
    - (select count(*) from run where parent_run_id is not null and ${handedOver})
    - (select coalesce(sum(
        (select count(*) from run where run.group_id = experiment.experiment_id
          and (run.parent_run_id is null or not ${handedOver}))
        - exists (select 1 from run where run.group_id = experiment.experiment_id and run.parent_run_id is null)
      ), 0) from experiment) as n`.execute(db);
  return rows[0]!.n;
}

export async function resolveRun(db: Kysely<Schema>, reference: string): Promise<Run> {
  const fail = (reason: string, remedy = "agentop runs") => {
    const shown = reference.length > 60 ? `${reference.slice(0, 60)}…` : reference;
    throw new AgentOpError(`Cannot find run "${shown}": ${reason}`, { remedy });
  };
  const last = /^last(?:~(\d{1,9}))?$/.exec(reference);
  const text = reference.toLowerCase();
  if (!last && !/^[0-9a-f-]{4,36}$/.test(text)) {
    fail(`a run is an id, its first or last ${REFERENCE_MIN} digits or more, or "last"`);
  }
  // A whole id is found by its index; parts of one need a look at every run.
  const whole = text.length === RUN_ID_LENGTH
    ? await db.selectFrom("run").selectAll().where("run_id", "=", text).execute()
    : [];
  if (whole.length === 1) return (await runsOf(db, whole))[0]!;
  const rows = last
    ? await db.selectFrom("run").selectAll().where("parent_run_id", "is", null)
      .where((eb) =>
        eb.or([
          eb("group_id", "is", null),
          eb("group_id", "not in", eb.selectFrom("experiment").select("experiment_id")),
        ])
      ).orderBy("start_us", "desc").orderBy("id", "desc")
      .offset(Number(last[1] ?? 0)).limit(1).execute()
    : await byPartOfId(db, text);
  const exact = rows.find((row) => row.run_id === text);
  if (exact) return (await runsOf(db, [exact]))[0]!;
  if (rows.length === 0 && !(await db.selectFrom("run").select("id").limit(1).executeTakeFirst())) {
    fail("there are no runs yet", "agentop demo");
  }
  if (rows.length === 0) {
    const isNewest = last && Number(last[1] ?? 0) === 0;
    if (isNewest) {
      fail("all runs are cases of experiments, or were handed work", "agentop runs, and the id of one");
    }
    fail(last ? "there are not that many runs" : "no run has this id");
  }
  if (rows.length > 1) {
    const ids = rows.slice(0, AMBIGUOUS_SHOWN).map((row) => row.run_id).join(", ");
    fail(`${rows.length > AMBIGUOUS_SHOWN ? "many" : rows.length} runs match: ${ids}`, "more digits");
  }
  return (await runsOf(db, rows))[0]!;
}

async function byPartOfId(db: Kysely<Schema>, part: string) {
  const fitting = () =>
    db.selectFrom("run").where((eb) =>
      eb.or([
        eb("run_id", "like", `${part}%`),
        eb("run_id", "like", `%${part}`),
        // As lists show it, cut short.
        sql<SqlBool>`substr(run_id, ${-SHORT_DIGITS}) like ${`${part}%`}`,
      ])
    );
  try {
    return await fitting().selectAll().orderBy("start_us", "desc").limit(AMBIGUOUS_SHOWN + 1).execute();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  // Rows of other runs are in the way: the index of ids is enough to find this one.
  const ids = await fitting().select("run_id").limit(AMBIGUOUS_SHOWN + 1).execute();
  return await db.selectFrom("run").selectAll().where("run_id", "in", ids.map(({ run_id }) => run_id))
    .execute();
}

/** What rows of runs without a group are called. */
const NO_GROUP = "(none)";

const COST_KEY: Readonly<Record<Exclude<CostKey, "day">, string>> = {
  model: "run_usage.model",
  agent: "run.agent",
  group: "run.group_id",
  user: "run.user_id",
  run: "run.run_id",
};

export async function costBy(
  db: Kysely<Schema>,
  asked: AskedOf,
  by: CostKey,
  filter?: RunFilter,
  timeZone = "UTC",
): Promise<CostRow[]> {
  const key = sql.raw<string | number | null>(by === "day" ? await dayKey(db, timeZone) : COST_KEY[by]);
  const sum = (column: string) => sql<number>`sum(${sql.ref(`run_usage.${column}`)})`;
  const { fits } = await prepareFilter(db, asked, filter);
  const used = db.selectFrom("run_usage").innerJoin("run", "run.id", "run_usage.run_no").where(fits);
  const rows = await used.where(SOUND_USAGE).select(
    [
      key.as("key"),
      sql<number>`count(distinct run.id)`.as("runs"),
      sum("llm_calls").as("llm_calls"),
      sum("input_tokens").as("input_tokens"),
      sum("output_tokens").as("output_tokens"),
      sum("cached_input_tokens").as("cached_input_tokens"),
      sum("cache_write_input_tokens").as("cache_write_input_tokens"),
      sum("reasoning_tokens").as("reasoning_tokens"),
      sum("cost_usd").as("cost_usd"),
      sum("unknown_cost_calls").as("unknown_cost_calls"),
      sum("estimated_cost_usd").as("estimated_cost_usd"),
    ],
  ).groupBy(key).orderBy("cost_usd", "desc").orderBy("key").execute();
  const { n: damagedRows } = await used.where(sql<SqlBool>`not coalesce(${SOUND_USAGE}, 0)`)
    .select((eb) => eb.fn.countAll<number>().as("n")).executeTakeFirstOrThrow();
  const costs = rows.map((row): CostRow => ({
    key: by === "day" ? dayOfNumber(Number(row.key)) : String(row.key ?? NO_GROUP),
    ...(row.key === null ? { isUngrouped: true as const } : {}),
    runs: row.runs,
    llmCalls: row.llm_calls,
    usage: usageOf(row),
    costUsd: row.cost_usd,
    unknownCostCalls: row.unknown_cost_calls,
    ...estimateOf(row),
  }));
  // By what they would be added up, nobody knows.
  return damagedRows === 0 ? costs : [...costs, { ...NO_COSTS, damagedRows }];
}

const NO_COSTS = { key: "(damaged)", runs: 0, llmCalls: 0, usage: NO_USAGE, costUsd: 0, unknownCostCalls: 0 };

/** The number of the day that a quarter hour is in, somewhere: a sum of numbers, for any database. */
async function dayKey(db: Kysely<Schema>, timeZone: string): Promise<string> {
  const dayAt = (ahead: string) => `(run_usage.quarter + ${ahead}) / ${QUARTERS_PER_DAY}`;
  if (timeZone === "UTC") return dayAt("0");
  const { first, last } = await db.selectFrom("run_usage").where(SOUND_QUARTER).select((eb) => [
    eb.fn.min("quarter").as("first"),
    eb.fn.max("quarter").as("last"),
  ]).executeTakeFirstOrThrow();
  const offsets = zoneOffsets(Number(first ?? 0), Number(last ?? 0), timeZone);
  const before = offsets.at(-1)?.quarters ?? 0;
  const cases = offsets.slice(0, -1).map((it) =>
    `when run_usage.quarter >= ${it.fromQuarter} then ${it.quarters}`
  );
  return dayAt(cases.length === 0 ? String(before) : `case ${cases.join(" ")} else ${before} end`);
}
