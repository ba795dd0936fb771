import { sql } from "kysely";
import {
  ALERT_METRICS,
  type AlertRule,
  type AlertRuleState,
  BUDGET_PERIODS,
  tryParseJson,
} from "../../core/mod.ts";
import type { Db } from "../statements.ts";
import type { NumberedRule } from "./alert_schema.ts";
import { ENDED_STATUSES } from "./readings.ts";

const RULES_MAX = 1_000;
/** Of the runs that ended before a rule was made, it looks at the newest of its day. */
const RUNS_BEFORE_MAX = 1_000;

/** All that can be read: what another program left there may be anything. */
export async function rulesOf(db: Db): Promise<readonly NumberedRule[]> {
  const rows = await db.selectFrom("alert_rule").selectAll().orderBy("name").limit(RULES_MAX).execute();
  return rows.flatMap((row) => {
    const rule = ruleOf(row.rule);
    if (!rule) return [];
    const muted = row.muted_until_us === null ? {} : { mutedUntilUs: row.muted_until_us };
    return [{ no: row.id, rule: { ...rule, name: row.name, ...muted }, noVerdict: row.no_verdict }];
  });
}

export async function addRule(db: Db, rule: AlertRule): Promise<boolean> {
  const { mutedUntilUs: _, ...kept } = rule;
  const row = await db.insertInto("alert_rule").values({
    name: rule.name,
    metric: rule.metric,
    rule: JSON.stringify(kept),
    muted_until_us: null,
    no_verdict: null,
  }).onConflict((conflict) => conflict.column("name").doNothing()).returning("id").executeTakeFirst();
  if (!row) return false;
  if (rule.per !== "run" || rule.metric === "budget") return true;
  await sql`insert or ignore into alert_due (run_no, kind, rule_no)
    select run.id, ${Number(rule.metric === "score")}, ${row.id} from run
    where run.start_us >= ${rule.sinceUs} and run.status in (${sql.join(ENDED_STATUSES)})
      and (${
    rule.score ?? null
  } is null or exists (select 1 from evaluation where run_no = run.id and name = ${
    rule.score ?? null
  })) order by run.start_us desc limit ${RUNS_BEFORE_MAX}`.execute(db);
  return true;
}

/** What it found stays in the log, and is over. */
export async function removeRule(db: Db, name: string, nowUs: number): Promise<boolean> {
  const row = await db.deleteFrom("alert_rule").where("name", "=", name).returning("id").executeTakeFirst();
  if (!row) return false;
  for (const table of ["alert_due", "alert_window", "alert_episode"] as const) {
    await db.deleteFrom(table).where("rule_no", "=", row.id).execute();
  }
  await db.updateTable("alert").set({ closed_us: nowUs }).where("rule", "=", name).where(
    "closed_us",
    "is",
    null,
  ).execute();
  if (!await db.selectFrom("alert_rule").select("id").limit(1).executeTakeFirst()) {
    await db.deleteFrom("alert_due").execute();
  }
  return true;
}

export async function muteRule(db: Db, name: string, untilUs: number | null): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable("alert_rule").set({
    muted_until_us: untilUs === null ? null : Math.round(untilUs),
  })
    .where("name", "=", name).executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function ruleStates(db: Db): Promise<readonly AlertRuleState[]> {
  const counts = await db.selectFrom("alert_episode").select(["rule_no", sql<number>`count(*)`.as("open")])
    .groupBy("rule_no").execute();
  const open = new Map(counts.map((it) => [it.rule_no, it.open]));
  return (await rulesOf(db)).map(({ no, rule, noVerdict }) => ({
    ...rule,
    firing: open.get(no) ?? 0,
    ...(noVerdict === null ? {} : { noVerdict }),
  }));
}

/** `undefined` for what is no rule. */
export function ruleOf(json: string): AlertRule | undefined {
  const value = tryParseJson(json) as Partial<AlertRule> | null | undefined;
  const isRule = value && typeof value === "object" && ALERT_METRICS.some((it) => it === value.metric) &&
    typeof value.scope === "string" && BUDGET_PERIODS.some((it) => it === value.per) &&
    Number.isFinite(value.condition?.value) && Number.isFinite(value.minSample) &&
    Number.isFinite(value.sinceUs) && Array.isArray(value.channels);
  return isRule ? value as AlertRule : undefined;
}
