import { type Expression, sql, type SqlBool } from "kysely";
import { type AlertReading, quantile, runTookMs } from "../../analysis/mod.ts";
import { type AlertMetric, type AlertRule, FINAL_STATUSES, type RunStatus } from "../../core/mod.ts";
import { isInScope } from "../budgets.ts";
import type { Db } from "../statements.ts";

export const ENDED_STATUSES: readonly RunStatus[] = [...FINAL_STATUSES, "interrupted"];
/** What tells how an agent usually does: not what a person cut short, nor what died. */
const USUAL_STATUSES: readonly RunStatus[] = ["completed", "failed", "stopped"];

const US_PER_DAY = 86_400_000_000;
/** What a spike is held against. */
export const HISTORY_DAYS = 30;
/** With fewer runs a day has no error rate. */
export const RATE_RUNS_MIN = 5;
/** The newest runs of it; more would say the same, and cost time with every run that ends. */
const HISTORY_RUNS_MAX = 1_000;
/** Latency and scores of a window are those of its newest runs. */
const NEWEST_RUNS_MAX = 1_000;
const LOOKED_AT_MAX = 3_000;
const P95 = 0.95;

/** What of a run rules look at. */
export interface RunFigures {
  readonly id: number;
  readonly run_id: string;
  readonly agent: string;
  readonly user_id: string;
  readonly group_id: string | null;
  readonly model: string;
  readonly status: string;
  readonly start_us: number;
  readonly end_us: number | null;
  readonly idle_us: number;
  readonly cost_usd: number;
  readonly estimated_cost_usd: number;
  readonly unknown_cost_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly attempts: number;
  readonly llm_calls: number;
}

export const RUN_FIGURES = [
  "run.id",
  "run.run_id",
  "run.agent",
  "run.user_id",
  "run.group_id",
  "run.model",
  "run.status",
  "run.start_us",
  "run.end_us",
  "run.idle_us",
  "run.cost_usd",
  "run.estimated_cost_usd",
  "run.unknown_cost_calls",
  "run.input_tokens",
  "run.output_tokens",
  "run.attempts",
  "run.llm_calls",
] as const;

/** The figure of one run; `undefined`: nobody knows, or it has none. */
export function figureOf(metric: AlertMetric, run: RunFigures): number | undefined {
  switch (metric) {
    case "cost":
      return run.cost_usd + run.estimated_cost_usd;
    case "tokens":
      return run.input_tokens + run.output_tokens;
    case "retries":
      return Math.max(0, run.attempts - run.llm_calls);
    case "latency":
      return runTookMs(
        {
          startTimeUs: run.start_us,
          status: run.status as RunStatus,
          idleUs: run.idle_us,
          ...(run.end_us === null ? {} : { endTimeUs: run.end_us }),
        },
        0,
      );
  }
  return undefined;
}

/** The newest score of this name that a run has. */
export async function scoreOf(db: Db, runNo: number, name: string): Promise<number | undefined> {
  const row = await db.selectFrom("evaluation").select("value").where("run_no", "=", runNo)
    .where("name", "=", name).where("value", "is not", null).orderBy("created_us", "desc").limit(1)
    .executeTakeFirst();
  return row?.value ?? undefined;
}

/** The newest runs of an agent in the 30 days before a moment. */
export async function runsBefore(db: Db, agent: string, beforeUs: number): Promise<readonly RunFigures[]> {
  return await db.selectFrom("run").select(RUN_FIGURES).where("run.agent", "=", agent)
    .where("run.start_us", ">=", beforeUs - HISTORY_DAYS * US_PER_DAY).where("run.start_us", "<", beforeUs)
    .where("run.status", "in", USUAL_STATUSES).orderBy("run.start_us", "desc").limit(HISTORY_RUNS_MAX)
    .execute();
}

/** A rule's figures of those runs; those whose cost is not known whole say nothing of cost. */
export async function historyOf(
  db: Db,
  { metric, score }: Pick<AlertRule, "metric" | "score">,
  runs: readonly RunFigures[],
): Promise<readonly number[]> {
  if (score === undefined) {
    return runs.flatMap((run) =>
      metric === "cost" && run.unknown_cost_calls > 0 ? [] : figureOf(metric, run) ?? []
    );
  }
  if (runs.length === 0) return [];
  const rows = await db.selectFrom("evaluation").select("value").where(
    "run_no",
    "in",
    runs.map((it) => it.id),
  )
    .where("name", "=", score).where("value", "is not", null).execute();
  return rows.map(({ value }) => value!);
}

/** Where sums over a day, a week or a month stand, and calls of unknown price beside a cost. */
export interface WindowReading extends AlertReading {
  readonly unknownCalls?: number;
}

/** A rule's figure over the runs of its scope that ended in a window. */
export async function windowReading(
  db: Db,
  { no, rule }: { readonly no: number; readonly rule: AlertRule },
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): Promise<WindowReading> {
  if (rule.metric === "latency") return await latencyOf(db, rule, fromUs, toUs);
  if (rule.metric === "score") return await meanScoreOf(db, rule, fromUs, toUs);
  const sums = await db.selectFrom("alert_window").selectAll().where("rule_no", "=", no)
    .executeTakeFirstOrThrow();
  const { runs } = sums;
  switch (rule.metric) {
    case "cost":
      return { value: sums.cost_usd, runs, unknownCalls: sums.unknown_calls };
    case "tokens":
      return { value: sums.tokens, runs };
    case "retries":
      return { value: sums.retries, runs };
    default: {
      const judged = runs - sums.cancelled;
      return { value: judged === 0 ? 0 : sums.failed / judged, runs: judged };
    }
  }
}

async function latencyOf(db: Db, { scope }: AlertRule, fromUs: number, toUs: number): Promise<AlertReading> {
  const looked = db.selectFrom("run").select([
    "start_us",
    "end_us",
    "idle_us",
    "status",
    "agent",
    "user_id",
    "group_id",
    "model",
  ])
    // The day before: what began then may have ended in the window.
    .where("start_us", ">=", fromUs - US_PER_DAY).where("start_us", "<", toUs)
    .orderBy("start_us", "desc").limit(LOOKED_AT_MAX);
  const { rows } = await sql<{ took: number }>`
    select (end_us - start_us - idle_us) / 1000.0 as took from ${looked} as run
    where end_us >= ${fromUs} and end_us < ${toUs} and status in (${sql.join(USUAL_STATUSES)})
      and ${isRunIn(scope)} limit ${NEWEST_RUNS_MAX}`.execute(db);
  const took = rows.map((it) => Math.max(0, it.took));
  return { value: quantile(took, P95) ?? 0, runs: took.length };
}

async function meanScoreOf(db: Db, rule: AlertRule, fromUs: number, toUs: number): Promise<AlertReading> {
  const rows = await db.selectFrom(
    db.selectFrom("evaluation").select(["run_no", "name", "value", "created_us"])
      .where("created_us", ">=", fromUs).where("created_us", "<", toUs).orderBy("created_us", "desc")
      .limit(LOOKED_AT_MAX).as("score"),
  ).innerJoin("run", "run.id", "score.run_no").select("score.value").where("score.name", "=", rule.score!)
    .where("score.value", "is not", null).where(isRunIn(rule.scope)).limit(NEWEST_RUNS_MAX).execute();
  const sum = rows.reduce((sum, { value }) => sum + value!, 0);
  return { value: rows.length === 0 ? 0 : sum / rows.length, runs: rows.length };
}

/** The run falls under this scope; its model is the one it asked for. */
export function isRunIn(scope: string): Expression<SqlBool> {
  return isInScope(scope, sql`run.model`);
}

/** The same of a run that is known. */
export function isUnder(scope: string, run: RunFigures): boolean {
  return scope === "all" || scope === `agent:${run.agent}` || scope === `user:${run.user_id}` ||
    scope === `model:${run.model}` || run.group_id !== null && scope === `group:${run.group_id}`;
}
