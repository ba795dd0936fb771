import { type Expression, sql, type SqlBool } from "kysely";
import { type AlertRule, tryParseJson } from "../../core/mod.ts";
import type { Db } from "../statements.ts";
import { ENDED_STATUSES, HISTORY_DAYS, RATE_RUNS_MIN } from "./readings.ts";
import type { NumberedRule } from "./alert_schema.ts";

/** Microseconds since the epoch: from one to before the other. */
export interface AlertWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Runs that take longer than this and began before a window are not in its first sum. */
const LONGEST_US = 7 * 86_400_000_000;

/**
 * The window whose sums are kept for a rule, begun anew when the last one is over. It stays when the person's zone changes within
 * it; `undefined` when the clock went back before it.
 */
export async function keptWindow(
  db: Db,
  { no, rule: { scope } }: NumberedRule,
  wanted: AlertWindow,
  nowUs: number,
  isIn: Expression<SqlBool>,
): Promise<AlertWindow | undefined> {
  const kept = await db.selectFrom("alert_window").select(["from_us as fromUs", "to_us as toUs"])
    .where("rule_no", "=", no).executeTakeFirst();
  if (kept && nowUs < kept.toUs) return nowUs < kept.fromUs ? undefined : kept;
  const window = { fromUs: Math.max(wanted.fromUs, kept?.toUs ?? 0), toUs: wanted.toUs };
  await db.deleteFrom("alert_window").where("rule_no", "=", no).execute();
  await sql`insert into alert_window (rule_no, scope, from_us, to_us, runs, failed, cancelled, cost_usd, unknown_calls, tokens, retries)
    select ${no}, ${scope}, ${window.fromUs}, ${window.toUs}, count(*),
      coalesce(sum(status in ('failed', 'interrupted')), 0), coalesce(sum(status = 'cancelled'), 0),
      coalesce(sum(cost_usd + estimated_cost_usd), 0.0), coalesce(sum(unknown_cost_calls), 0),
      coalesce(sum(input_tokens + output_tokens), 0), coalesce(sum(max(0, attempts - llm_calls)), 0)
    from run where start_us >= ${
    window.fromUs - LONGEST_US
  } and end_us >= ${window.fromUs} and end_us < ${window.toUs}
      and status in (${sql.join(ENDED_STATUSES)}) and ${isIn}`.execute(db);
  return window;
}

const US_PER_DAY = 86_400_000_000;

/** Sums over the runs that ended in a day. */
interface DaySums {
  readonly runs: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly usd: number;
  readonly unknown: number;
  readonly tokens: number;
  readonly retries: number;
}

/** A rule's figure of each of the 30 days before its window that had runs. Read once for a window: it is over all runs of those days. */
export async function daysBefore(
  db: Db,
  { no, rule }: NumberedRule,
  { fromUs }: AlertWindow,
  isIn: Expression<SqlBool>,
): Promise<readonly number[]> {
  const kept = await db.selectFrom("alert_window").select("days").where("rule_no", "=", no)
    .executeTakeFirst();
  const known = tryParseJson(kept?.days ?? "");
  if (Array.isArray(known) && known.every((it) => typeof it === "number")) return known;
  const sinceUs = fromUs - HISTORY_DAYS * US_PER_DAY;
  const { rows } = await sql<DaySums>`select count(*) as runs,
      sum(status in ('failed', 'interrupted')) as failed, sum(status = 'cancelled') as cancelled,
      sum(cost_usd + estimated_cost_usd) as usd, sum(unknown_cost_calls) as unknown,
      sum(input_tokens + output_tokens) as tokens, sum(max(0, attempts - llm_calls)) as retries
    from run where start_us >= ${sinceUs - LONGEST_US} and end_us >= ${sinceUs} and end_us < ${fromUs}
      and status in (${sql.join(ENDED_STATUSES)}) and ${isIn}
    group by cast((end_us - ${sinceUs}) / ${US_PER_DAY} as integer)`.execute(db);
  const days = rows.flatMap((it) => figureOfDay(rule.metric, it) ?? []);
  await db.updateTable("alert_window").set({ days: JSON.stringify(days) }).where("rule_no", "=", no)
    .execute();
  return days;
}

function figureOfDay(metric: AlertRule["metric"], day: DaySums): number | undefined {
  switch (metric) {
    case "cost":
      return day.unknown > 0 ? undefined : day.usd;
    case "tokens":
      return day.tokens;
    case "retries":
      return day.retries;
  }
  const judged = day.runs - day.cancelled;
  return judged < RATE_RUNS_MIN ? undefined : day.failed / judged;
}
