import { type Expression, sql, type SqlBool } from "kysely";
import type { Db } from "../statements.ts";
import { ENDED_STATUSES } from "./readings.ts";
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
