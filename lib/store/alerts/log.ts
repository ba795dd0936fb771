import {
  type Alert,
  ALERT_METRICS,
  ALERT_RUNS_MAX,
  type AlertQuery,
  BUDGET_PERIODS,
  type Host,
  newRunId,
  tryParseJson,
} from "../../core/mod.ts";
import { isTextList } from "../checked.ts";
import type { Db } from "../statements.ts";
import type { NumberedRule } from "./alert_schema.ts";

/** Older ones than these are forgotten. */
const ALERTS_KEPT = 10_000;
const ALERTS_DEFAULT = 100;
const ALERTS_MAX = 1_001;

/** An episode that is not over. */
export interface Episode {
  readonly ruleNo: number;
  readonly subject: string;
  readonly windowUs: number;
  readonly alertNo: number;
}

/** What a rule found. */
export type Finding =
  & Pick<Alert, "subject" | "text" | "value" | "threshold" | "runIds">
  & Partial<Pick<Alert, "scope" | "per" | "windowRuns">>
  & { readonly windowUs: number };

/** As it is kept in a row of `alert`. */
type AlertDetail =
  & Pick<Alert, "metric" | "scope" | "per" | "subject" | "text" | "value" | "threshold" | "runIds">
  & Partial<Pick<Alert, "windowRuns">>
  & { readonly isMuted: boolean };

export async function openEpisode(db: Db, ruleNo: number, subject: string): Promise<Episode | undefined> {
  const row = await db.selectFrom("alert_episode").selectAll().where("rule_no", "=", ruleNo)
    .where("subject", "=", subject).executeTakeFirst();
  return row && { ruleNo, subject, windowUs: row.window_us, alertNo: row.alert_no };
}

/** Logs an alert, and writes down what is to be delivered of it. */
export async function beginEpisode(
  db: Db,
  host: Host,
  { no, rule }: Pick<NumberedRule, "no" | "rule">,
  { windowUs, ...found }: Finding,
  nowUs: number,
): Promise<Alert> {
  const isMuted = rule.mutedUntilUs !== undefined && nowUs < rule.mutedUntilUs;
  const { metric, scope, per } = rule;
  const detail: AlertDetail = { metric, scope, per, ...found, isMuted };
  const alertId = newRunId(host);
  const { id } = await db.insertInto("alert").values({
    alert_id: alertId,
    rule: rule.name,
    runs: found.runIds.length,
    opened_us: nowUs,
    closed_us: null,
    acked_us: null,
    told: 0,
    detail: JSON.stringify(detail),
  }).returning("id").executeTakeFirstOrThrow();
  await db.insertInto("alert_episode")
    .values({ rule_no: no, subject: found.subject, window_us: windowUs, alert_no: id })
    .onConflict((it) => it.columns(["rule_no", "subject"]).doUpdateSet({ window_us: windowUs, alert_no: id }))
    .execute();
  for (const channel of isMuted ? [] : rule.channels) {
    await db.insertInto("alert_delivery").values({
      delivery_id: newRunId(host),
      alert_no: id,
      kind: channel.kind,
      channel: JSON.stringify(channel),
      state: "pending",
      attempts: 0,
      next_us: nowUs,
      error: null,
    }).execute();
  }
  await db.deleteFrom("alert_delivery").where("alert_no", "<=", id - ALERTS_KEPT).execute();
  await db.deleteFrom("alert").where("id", "<=", id - ALERTS_KEPT).execute();
  return { alertId, rule: rule.name, ...detail, runs: found.runIds.length, openedAtUs: nowUs };
}

/** One more run of it; `windowRuns`: how many there are by now in its day, week or month. */
export async function stretchEpisode(
  db: Db,
  { alertNo }: Episode,
  runId: string,
  windowRuns: Pick<Alert, "windowRuns"> = {},
): Promise<void> {
  const row = await db.selectFrom("alert").select(["runs", "detail"]).where("id", "=", alertNo)
    .executeTakeFirst();
  const detail = row && detailOf(row.detail);
  if (!detail || detail.runIds.includes(runId)) return;
  const runIds = detail.runIds.length < ALERT_RUNS_MAX ? [...detail.runIds, runId] : detail.runIds;
  await db.updateTable("alert").set({
    runs: row.runs + 1,
    detail: JSON.stringify({ ...detail, ...windowRuns, runIds }),
  })
    .where("id", "=", alertNo).execute();
}

export async function shutEpisode(
  db: Db,
  { ruleNo, subject, alertNo }: Episode,
  nowUs: number,
): Promise<void> {
  await db.updateTable("alert").set({ closed_us: nowUs }).where("id", "=", alertNo)
    .where("closed_us", "is", null).execute();
  await db.deleteFrom("alert_episode").where("rule_no", "=", ruleNo).where("subject", "=", subject).execute();
}

export async function listAlerts(
  db: Db,
  { limit = ALERTS_DEFAULT, rule, isOpen, before }: AlertQuery = {},
): Promise<readonly Alert[]> {
  let query = db.selectFrom("alert").selectAll();
  if (rule !== undefined) query = query.where("rule", "=", rule);
  if (isOpen) query = query.where("acked_us", "is", null);
  if (before !== undefined) {
    query = query.where(
      "id",
      "<",
      (eb) => eb.selectFrom("alert as other").select("other.id").where("other.alert_id", "=", before),
    );
  }
  const rows = await query.orderBy("id", "desc").limit(Math.min(limit, ALERTS_MAX)).execute();
  return rows.flatMap((row) => alertOf(row) ?? []);
}

export async function takeNewAlerts(db: Db): Promise<readonly Alert[]> {
  const rows = await db.updateTable("alert").set({ told: 1 }).where("told", "=", 0).returningAll().execute();
  return rows.toSorted((a, b) => a.id - b.id).flatMap((row) => alertOf(row) ?? []);
}

export async function acknowledge(db: Db, atUs: number, alertIds?: readonly string[]): Promise<number> {
  let query = db.updateTable("alert").set({ acked_us: atUs }).where("acked_us", "is", null);
  if (alertIds) query = query.where("alert_id", "in", alertIds);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

/** `undefined` for what another program left there. */
export function alertOf(row: {
  readonly alert_id: string;
  readonly rule: string;
  readonly runs: number;
  readonly opened_us: number;
  readonly closed_us: number | null;
  readonly acked_us: number | null;
  readonly detail: string;
}): Alert | undefined {
  const detail = detailOf(row.detail);
  return detail && {
    alertId: row.alert_id,
    rule: row.rule,
    ...detail,
    runs: row.runs,
    openedAtUs: row.opened_us,
    ...(row.closed_us === null ? {} : { closedAtUs: row.closed_us }),
    ...(row.acked_us === null ? {} : { acknowledgedAtUs: row.acked_us }),
  };
}

function detailOf(json: string): AlertDetail | undefined {
  const value = tryParseJson(json) as Partial<AlertDetail> | null | undefined;
  const isDetail = value && typeof value === "object" && ALERT_METRICS.some((it) => it === value.metric) &&
    BUDGET_PERIODS.some((it) => it === value.per) &&
    typeof value.scope === "string" && typeof value.subject === "string" && typeof value.text === "string" &&
    Number.isFinite(value.value) && Number.isFinite(value.threshold) && isTextList(value.runIds);
  if (!isDetail) return undefined;
  const { windowRuns, ...detail } = value as AlertDetail;
  return {
    ...detail,
    ...(Number.isInteger(windowRuns) ? { windowRuns: windowRuns! } : {}),
    isMuted: value.isMuted === true,
  };
}
