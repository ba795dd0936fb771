import { type ExpressionBuilder, type Kysely, sql, type SqlBool } from "kysely";
import {
  AgentOpError,
  type CostKey,
  type CostRow,
  type Run,
  type RunFilter,
  type RunPage,
  type RunSort,
  tryParseJson,
} from "../core/mod.ts";
import { runsOf } from "./reader.ts";
import { usageOf } from "./rows.ts";
import { textQuery, unindexedMatches } from "./sqlite/search.ts";
import type { Schema } from "./schema.ts";

const LIMIT_DEFAULT = 50;
export const LIMIT_MAX = 10_000;
const REFERENCE_MIN = 4;
const RUN_ID_LENGTH = 36;
const AMBIGUOUS_SHOWN = 3;

type RunExpression = ExpressionBuilder<Schema, "run">;

const SORT: Readonly<Record<RunSort, { readonly by: string; readonly descending: boolean }>> = {
  newest: { by: "run.start_us", descending: true },
  oldest: { by: "run.start_us", descending: false },
  cost: { by: "run.cost_usd", descending: true },
  tokens: { by: "(run.input_tokens + run.output_tokens)", descending: true },
  duration: { by: "(coalesce(run.end_us, run.start_us) - run.start_us)", descending: true },
  steps: { by: "run.steps", descending: true },
};

function like(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** The conditions of a filter. `alsoIds` are runs that match its text but are not indexed yet. */
function conditions(eb: RunExpression, filter: RunFilter, alsoIds: readonly number[]) {
  const all = [];
  if (filter.status) all.push(eb("run.status", "in", [...filter.status]));
  if (filter.agent !== undefined) all.push(eb("run.agent", "=", filter.agent));
  if (filter.model !== undefined) all.push(sql<SqlBool>`run.model like ${like(filter.model)} escape '\\'`);
  if (filter.group !== undefined) all.push(eb("run.group_id", "=", filter.group));
  if (filter.user !== undefined) all.push(eb("run.user_id", "=", filter.user));
  if (filter.sinceUs !== undefined) all.push(eb("run.start_us", ">=", filter.sinceUs));
  if (filter.untilUs !== undefined) all.push(eb("run.start_us", "<", filter.untilUs));
  if (filter.minCostUsd !== undefined) all.push(eb("run.cost_usd", ">", filter.minCostUsd));
  if (filter.minTokens !== undefined) {
    all.push(sql<SqlBool>`run.input_tokens + run.output_tokens > ${filter.minTokens}`);
  }
  if (filter.text !== undefined) {
    const match = textQuery(filter.text);
    const indexed = sql<SqlBool>`run.id in (select rowid from run_search where run_search match ${match})`;
    all.push(alsoIds.length === 0 ? indexed : eb.or([indexed, eb("run.id", "in", [...alsoIds])]));
  }
  return eb.and(all);
}

function isBlank(filter: RunFilter): boolean {
  return filter.text !== undefined && textQuery(filter.text) === "";
}

function withoutBlankText(filter: RunFilter | undefined): RunFilter {
  if (!filter) return {};
  if (!isBlank(filter)) return filter;
  const { text: _, ...rest } = filter;
  return rest;
}

export async function listRuns(
  db: Kysely<Schema>,
  query: { filter?: RunFilter; sort?: RunSort; limit?: number; cursor?: string } = {},
): Promise<RunPage> {
  const filter = withoutBlankText(query.filter);
  const limit = Math.min(LIMIT_MAX, query.limit ?? LIMIT_DEFAULT);
  const sort = query.sort ?? "newest";
  // With a text, row order stands for time: the index then gives the newest hits without sorting all of them.
  const byId = filter.text !== undefined && (sort === "newest" || sort === "oldest");
  const { descending } = SORT[sort];
  const key = sql.raw(byId ? "run.id" : SORT[sort].by);
  const alsoIds = filter.text === undefined ? [] : await unindexedMatches(db, filter.text);
  const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  let select = db.selectFrom("run").selectAll("run").select(key.as("sort_key"))
    .where((eb) => conditions(eb, filter, alsoIds));
  if (cursor) {
    const op = sql.raw(descending ? "<" : ">");
    select = select.where(sql<SqlBool>`(${key}, run.id) ${op} (${cursor[0]}, ${cursor[1]})`);
  }
  const direction = descending ? "desc" : "asc";
  const rows = await select.orderBy(key, direction).$if(!byId, (it) => it.orderBy("run.id", direction))
    .limit(limit + 1).execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    runs: await runsOf(db, page),
    ...(rows.length > limit && last ? { nextCursor: btoa(JSON.stringify([last.sort_key, last.id])) } : {}),
  };
}

function parseCursor(text: string): readonly [number, number] {
  let parsed: unknown;
  try {
    parsed = tryParseJson(atob(text));
  } catch { /* not base64: refused below */ }
  if (Array.isArray(parsed) && parsed.length === 2 && parsed.every((it) => typeof it === "number")) {
    return parsed as unknown as readonly [number, number];
  }
  throw new AgentOpError(`Cannot list runs: bad cursor "${text.slice(0, 40)}"`, {
    remedy: "the nextCursor of an earlier page",
  });
}

export async function countRuns(db: Kysely<Schema>, given?: RunFilter): Promise<number> {
  const filter = withoutBlankText(given);
  const alsoIds = filter.text === undefined ? [] : await unindexedMatches(db, filter.text);
  const row = await db.selectFrom("run").select((eb) => eb.fn.countAll<number>().as("n"))
    .where((eb) => conditions(eb, filter, alsoIds)).executeTakeFirstOrThrow();
  return Number(row.n);
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
    ? await db.selectFrom("run").selectAll().orderBy("start_us", "desc").orderBy("id", "desc")
      .offset(Number(last[1] ?? 0)).limit(1).execute()
    : await db.selectFrom("run").selectAll()
      .where((eb) => eb.or([eb("run_id", "like", `${text}%`), eb("run_id", "like", `%${text}`)]))
      .orderBy("start_us", "desc").limit(AMBIGUOUS_SHOWN + 1).execute();
  const exact = rows.find((row) => row.run_id === text);
  if (exact) return (await runsOf(db, [exact]))[0]!;
  if (rows.length === 0) fail(last ? "there are not that many runs" : "no run has this id");
  if (rows.length > 1) {
    const ids = rows.slice(0, AMBIGUOUS_SHOWN).map((row) => row.run_id).join(", ");
    fail(`${rows.length > AMBIGUOUS_SHOWN ? "many" : rows.length} runs match: ${ids}`, "more digits");
  }
  return (await runsOf(db, rows))[0]!;
}

const COST_KEY: Readonly<Record<CostKey, string>> = {
  model: "run_usage.model",
  agent: "run.agent",
  day: "date(run_usage.day * 86400, 'unixepoch')",
  group: "coalesce(run.group_id, '(none)')",
  user: "run.user_id",
  run: "run.run_id",
};

export async function costBy(db: Kysely<Schema>, by: CostKey, given?: RunFilter): Promise<CostRow[]> {
  const filter = withoutBlankText(given);
  const alsoIds = filter.text === undefined ? [] : await unindexedMatches(db, filter.text);
  const key = sql.raw<string>(COST_KEY[by]);
  const sum = (column: string) => sql<number>`sum(${sql.ref(`run_usage.${column}`)})`;
  const rows = await db.selectFrom("run_usage").innerJoin("run", "run.id", "run_usage.run_no").select(
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
    ],
  ).where((eb) => conditions(eb as unknown as RunExpression, filter, alsoIds)).groupBy(key)
    .orderBy("cost_usd", "desc").orderBy("key").execute();
  return rows.map((row) => ({
    key: row.key,
    runs: row.runs,
    llmCalls: row.llm_calls,
    usage: usageOf(row),
    costUsd: row.cost_usd,
    unknownCostCalls: row.unknown_cost_calls,
  }));
}
