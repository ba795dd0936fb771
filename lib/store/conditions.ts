import { type Expression, type Kysely, type RawBuilder, sql, type SqlBool } from "kysely";
import {
  conditionOf,
  type FigureKey,
  LIVE_STATUSES,
  type NameKey,
  type RunCondition,
  type RunFilter,
} from "../core/mod.ts";
import type { TextSearch } from "./engine.ts";
import type { Schema } from "./schema.ts";

type Condition = RawBuilder<SqlBool>;

/** A filter for any query that has `run` in it, among other tables or alone. */
export interface PreparedFilter {
  readonly fits: Expression<SqlBool>;
  /** Every run that fits has some text: the search index can give them, by their number. */
  readonly hasText: boolean;
}

export interface AskedOf {
  readonly search: TextSearch;
  /** For how long live runs have taken. */
  readonly nowUs: number;
}

/** What a filter asks, with what is needed to look for its texts. */
export async function prepareFilter(
  db: Kysely<Schema>,
  { search, nowUs }: AskedOf,
  filter: RunFilter = {},
): Promise<PreparedFilter> {
  const condition = conditionOf(filter);
  const place = placesOf(filter);
  if (!condition) return { fits: both(place, undefined), hasText: false };
  const texts = [...new Set(textsOf(condition))].filter((text) => !search.isBlank(text));
  const found = await search.conditions(db, texts);
  const byText = new Map(texts.map((text, index) => [text, found[index]!]));
  const conjuncts = condition.type === "all" ? condition.of : [condition];
  return {
    fits: both(place, sqlOf(condition, nowUs, byText)),
    hasText: conjuncts.some((it) => it.type === "text" && byText.has(it.text)),
  };
}

/** A filter by what needs neither the clock nor the search. */
export function conditionsOf(filter: Omit<RunFilter, "text" | "where">): Expression<SqlBool> {
  const condition = conditionOf(filter);
  return both(placesOf(filter), condition ? sqlOf(condition, 0, new Map()) : undefined);
}

const ALWAYS = sql<SqlBool>`1 = 1`;

function both(places: readonly Condition[], condition: Condition | undefined): Condition {
  const all = condition ? [...places, condition] : places;
  return all.length === 0 ? ALWAYS : sql`(${sql.join([...all], sql` and `)})`;
}

const HANDED_OVER_BY_NONE: Condition = sql`(run.parent_run_id is null
  or not exists (select 1 from run as parent where parent.run_id = run.parent_run_id))`;

/** The newest of each experiment is looked up once per experiment, by an index; not once per run. */
const HEAD: Condition = sql`(${HANDED_OVER_BY_NONE} and (run.group_id is null
  or run.group_id not in (select experiment_id from experiment)
  or run.id in (select (select newest.id from run as newest
    where newest.group_id = experiment.experiment_id and newest.parent_run_id is null
    order by newest.start_us desc, newest.id desc limit 1) from experiment)))`;

/** Where runs stand among others. */
function placesOf({ parent, isHead }: Pick<RunFilter, "parent" | "isHead">): readonly Condition[] {
  return [
    ...(isHead ? [HEAD] : []),
    ...(parent === null ? [HANDED_OVER_BY_NONE] : parent === undefined ? [] : [
      sql<SqlBool>`(run.parent_run_id = ${parent})`,
    ]),
  ];
}

function textsOf(condition: RunCondition): readonly string[] {
  switch (condition.type) {
    case "all":
    case "any":
      return condition.of.flatMap(textsOf);
    case "not":
      return textsOf(condition.of);
    case "text":
      return [condition.text];
    default:
      return [];
  }
}

/** True or false for every run, never null: so that a run fits a condition or its negation. */
function sqlOf(
  condition: RunCondition,
  nowUs: number,
  byText: ReadonlyMap<string, Expression<SqlBool>>,
): Condition {
  switch (condition.type) {
    case "all":
    case "any": {
      const parts = condition.of.map((it) => sqlOf(it, nowUs, byText));
      return sql`(${sql.join(parts, condition.type === "all" ? sql` and ` : sql` or `)})`;
    }
    case "not":
      return sql`(not ${sqlOf(condition.of, nowUs, byText)})`;
    case "text":
      return sql`(${byText.get(condition.text) ?? ALWAYS})`;
    case "status":
      return condition.status.length === 0
        ? sql`(1 = 0)`
        : sql`(run.status in (${sql.join([...condition.status])}))`;
    case "name":
      return name(condition.key, condition.value, condition.match === "whole");
    case "tag":
      return tag(condition.tag, condition.value);
    case "figure": {
      const compared = sql`${figure(condition.key, nowUs)} ${sql.raw(condition.operator)} ${condition.value}`;
      return condition.key === "cost" && !condition.operator.startsWith(">")
        ? sql`(run.unknown_cost_calls = 0 and ${compared})`
        : sql`coalesce(${compared}, 1 = 0)`;
    }
    case "unknown_cost":
      return sql`(run.unknown_cost_calls > 0)`;
    case "started":
      return sql`(run.start_us ${sql.raw(condition.operator)} ${condition.timeUs})`;
  }
}

function figure(key: FigureKey, nowUs: number): RawBuilder<unknown> {
  switch (key) {
    case "cost":
      return sql`run.cost_usd`;
    case "tokens":
      return sql`(run.input_tokens + run.output_tokens)`;
    case "duration":
      return tookMs(nowUs);
    case "steps":
      return sql`run.steps`;
    case "retries":
      return retries;
  }
}

/** How long was worked on a run, ms, as `runTookMs` says it; null for one that waits for its start or whose end nobody saw. */
export function tookMs(nowUs: number): RawBuilder<number | null> {
  return sql`((coalesce(run.end_us, case when run.status in (${sql.join([...LIVE_STATUSES])})
    then coalesce(run.idle_since_us, case when run.start_us > ${nowUs} then run.start_us else ${nowUs} end) end)
    - run.start_us - run.idle_us) / 1000.0)`;
}

/** Attempts after the first of each call. */
export const retries: RawBuilder<number> =
  sql`case when run.attempts > run.llm_calls then run.attempts - run.llm_calls else 0 end`;

const COLUMNS = { agent: "agent", model: "model", user: "user_id" } as const;

function name(key: NameKey, value: string, isWhole: boolean): Condition {
  switch (key) {
    case "id":
      return isWhole
        ? sql`(run.run_id = ${value})`
        : sql`(run.run_id like ${`${value}%`} or run.run_id like ${`%${value}`})`;
    case "agent":
    case "model":
    case "user": {
      const column = sql.ref(`run.${COLUMNS[key]}`);
      return isWhole ? sql`(${column} = ${value})` : part(column, value);
    }
    case "group":
      if (isWhole && value === "") return sql`(coalesce(run.group_id, '') = '')`;
      return sql`(run.group_id is not null and ${
        isWhole ? sql`run.group_id = ${value}` : part(sql`run.group_id`, value)
      })`;
    case "tool": {
      const named =
        sql`case when span.name like 'execute_tool %' then substr(span.name, 14) else span.name end`;
      return sql`(exists (select 1 from span where span.run_no = run.id and span.kind = 'tool' and ${
        isWhole ? sql`${named} = ${value}` : part(named, value)
      }))`;
    }
    case "error":
      if (isWhole) return sql`(coalesce(run.error_type, '') = ${value})`;
      return sql`(run.error_type is not null and (${part(sql`run.error_type`, value)}
        or ${part(sql`coalesce(run.error_message, '')`, inJson(value))}))`;
    case "warning":
      return warning(value, isWhole);
  }
}

/** In `[{"type":"…","message":"…"}]`: its own quotes are the only ones without a backslash. */
function warning(value: string, isWhole: boolean): Condition {
  const some = sql`coalesce(run.warnings, '[]') <> '[]'`;
  if (isWhole && value === "") return sql`(not ${some})`;
  if (isWhole) return sql`(${some} and ${part(sql`run.warnings`, `"type":"${inJson(value)}"`)})`;
  const values = sql`replace(replace(run.warnings, '"type":', ''), '"message":', '')`;
  return sql`(${some} and ${part(values, inJson(value))})`;
}

/** In `{"name":"value",…}`: only there do a brace or comma and a quote stand before a name. */
function tag(name: string, value: string | undefined): Condition {
  const wanted = `"${inJson(name)}":${value === undefined ? "" : `"${inJson(value)}"`}`;
  return sql`(${part(sql`run.tags`, `{${wanted}`)} or ${part(sql`run.tags`, `,${wanted}`)})`;
}

/** Letters A to Z count alike in either case. */
function part(of: RawBuilder<unknown>, value: string): Condition {
  return sql`(lower(${of}) like lower(${`%${value.replace(/[\\%_]/g, "\\$&")}%`}) escape '\\')`;
}

/** A text as it stands between the quotes of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
