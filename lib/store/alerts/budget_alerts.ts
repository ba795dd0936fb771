import {
  type Alert,
  type AlertMoment,
  type BudgetPeriod,
  type BudgetState,
  type Host,
  QUARTER_MS,
} from "../../core/mod.ts";
import { budgetName, money } from "../../present/mod.ts";
import { bytes } from "../codec.ts";
import type { Db } from "../statements.ts";
import { beginEpisode, openEpisode, shutEpisode, stretchEpisode } from "./log.ts";
import type { BudgetMarkRow, NumberedRule } from "./alert_schema.ts";

/** Beyond every part: a call could have passed the budget, and was not sent. */
const STOPPED_PERCENT = 101;
const WHOLE_PERCENT = 100;
const MARKS_AT_ONCE = 200;
const US_PER_QUARTER = QUARTER_MS * 1000;

type Mark = BudgetMarkRow & { readonly run_id: string | null };

/** Writes down that a budget stops a run. */
export async function noteStop(db: Db, state: BudgetState, traceId: string): Promise<void> {
  const run = await db.selectFrom("run").select("id").where("trace_id", "=", bytes(traceId))
    .executeTakeFirst();
  if (run) await noteMark(db, state, STOPPED_PERCENT, run.id);
}

/** Writes down that a part of a budget is reached, where a rule wants to hear of budgets. */
export async function noteMark(
  db: Db,
  { scope, per, limitUsd, spentUsd, reservedUsd, window }: BudgetState,
  percent: number,
  runNo: number,
): Promise<void> {
  const rule = await db.selectFrom("alert_rule").select("id").where("metric", "=", "budget").limit(1)
    .executeTakeFirst();
  if (!rule) return;
  await db.insertInto("budget_mark").values({
    scope,
    per,
    from_quarter: window?.from ?? 0,
    percent,
    run_no: runNo,
    limit_usd: limitUsd,
    spent_usd: spentUsd,
    reserved_usd: reservedUsd,
    judged: 0,
  }).onConflict((it) => it.doNothing()).execute();
}

/** The budget is another one now: what was told of it is over, and its parts are told of anew. */
export async function forgetMarks(db: Db, scope: string, per: BudgetPeriod, nowUs: number): Promise<void> {
  await db.deleteFrom("budget_mark").where("scope", "=", scope).where("per", "=", per).execute();
  const subjects = [subjectOf({ scope, per }, 0), subjectOf({ scope, per }, STOPPED_PERCENT)];
  for (const subject of subjects) {
    const open = await db.selectFrom("alert_episode").selectAll()
      .where("subject", "like", `${escapeLike(subject)}%`).execute();
    for (const { rule_no: ruleNo, subject, window_us: windowUs, alert_no: alertNo } of open) {
      await shutEpisode(db, { ruleNo, subject, windowUs, alertNo }, nowUs);
    }
  }
}

/** Each part of a budget that was reached is an alert, once in its period; so is the first run that it stops. */
export async function judgeMarks(
  db: Db,
  host: Host,
  { nowUs }: AlertMoment,
  numbered: NumberedRule,
): Promise<readonly Alert[]> {
  const { rule, no } = numbered;
  let query = db.selectFrom("budget_mark").leftJoin("run", "run.id", "budget_mark.run_no")
    .selectAll("budget_mark").select("run.run_id").where("judged", "=", 0)
    .where("percent", ">=", rule.condition.value);
  if (rule.scope !== "all") query = query.where("scope", "=", rule.scope);
  const began: Alert[] = [];
  for (const mark of await query.orderBy("percent").orderBy("run_no").limit(MARKS_AT_ONCE).execute()) {
    const windowUs = mark.from_quarter * US_PER_QUARTER;
    const subject = subjectOf(mark, mark.percent) + (windowUs === 0 ? ` ${mark.run_no}` : "");
    const open = await openEpisode(db, no, subject);
    if (open?.windowUs === windowUs) {
      if (mark.run_id) await stretchEpisode(db, open, mark.run_id);
      continue;
    }
    if (open) await shutEpisode(db, open, nowUs);
    began.push(
      await beginEpisode(db, host, numbered, {
        subject,
        scope: mark.scope,
        per: mark.per as BudgetPeriod,
        windowUs,
        text: markText(mark),
        value: Math.min(WHOLE_PERCENT, mark.percent),
        threshold: rule.condition.value,
        runIds: mark.run_id ? [mark.run_id] : [],
      }, nowUs),
    );
  }
  return began;
}

function subjectOf({ scope, per }: Pick<Mark, "scope" | "per">, percent: number): string {
  return `budget of ${scope} per ${per}${
    percent === STOPPED_PERCENT ? " stops" : percent === 0 ? " at " : ` at ${percent} %`
  }`;
}

function markText({ percent, scope, per, limit_usd, spent_usd, reserved_usd }: Mark): string {
  const name = budgetName({ scope, per: per as BudgetPeriod, limitUsd: limit_usd });
  const standing = `${money(spent_usd)} spent, ${money(reserved_usd)} reserved`;
  return percent === STOPPED_PERCENT
    ? `${name} stops runs: ${standing}`
    : `${percent} % of ${name} is spent or reserved: ${standing}`;
}

function escapeLike(text: string): string {
  return text.replace(/[%_]/g, "_"); // a scope that differs in such a sign alone is told of once more: no harm
}
