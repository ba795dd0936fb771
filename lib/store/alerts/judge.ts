import { type AlertReading, alertVerdict, episodeStep } from "../../analysis/mod.ts";
import {
  type Alert,
  type AlertMoment,
  type AlertRule,
  type AlertVerdict,
  type Host,
  QUARTER_MS,
} from "../../core/mod.ts";
import { alertText } from "../../present/mod.ts";
import type { Db } from "../statements.ts";
import { judgeMarks } from "./budget_alerts.ts";
import { beginEpisode, type Episode, type Finding, openEpisode, shutEpisode, stretchEpisode } from "./log.ts";
import {
  figureOf,
  historyOf,
  isRunIn,
  isUnder,
  RATE_RUNS_MIN,
  RUN_FIGURES,
  type RunFigures,
  runsBefore,
  scoreOf,
  type WindowReading,
  windowReading,
} from "./readings.ts";
import type { NumberedRule } from "./alert_schema.ts";
import { rulesOf } from "./rules.ts";
import { type AlertWindow, daysBefore, keptWindow } from "./windows.ts";

/** Runs looked at in one transaction: others wait for it. */
export const DUE_AT_ONCE = 200;

const US_PER_QUARTER = QUARTER_MS * 1000;

const UNSURE: AlertVerdict = { kind: "none", reason: "calls of unknown price" };

const RUN_ENDED = 0;
const RUN_SCORED = 1;

/** A run that ended or was scored, and for which rule; 0: for all. */
interface Due {
  readonly run: RunFigures;
  readonly kind: number;
  readonly ruleNo: number;
}

/** What the rules find in one transaction. */
export interface Judged {
  readonly began: readonly Alert[];
  /** More waits to be looked at. */
  readonly isMore: boolean;
}

/** Lets every rule look at what ended since the last time. Inside a transaction that nobody writes beside. */
export async function judgeDue(db: Db, host: Host, moment: AlertMoment): Promise<Judged> {
  const rules = await rulesOf(db);
  const { due, isMore } = await takeDue(db);
  const began: Alert[] = [];
  const session: Session = { db, host, moment, began, histories: new Map(), due };
  for (const numbered of rules) {
    if (numbered.rule.metric === "budget") began.push(...await judgeMarks(db, host, moment, numbered));
    else if (numbered.rule.per === "run") await judgeRuns(session, numbered);
    else await judgeWindow(session, numbered);
  }
  await db.updateTable("budget_mark").set({ judged: 1 }).where("judged", "=", 0).execute();
  return { began, isMore };
}

interface Session {
  readonly db: Db;
  readonly host: Host;
  readonly moment: AlertMoment;
  readonly began: Alert[];
  readonly due: readonly Due[];
  /** What agents did before: read once for all rules and all that is looked at together. */
  readonly histories: Map<string, readonly RunFigures[]>;
}

async function takeDue(db: Db): Promise<{ readonly due: readonly Due[]; readonly isMore: boolean }> {
  const rows = await db.selectFrom("alert_due").leftJoin("run", "run.id", "alert_due.run_no")
    .select(["alert_due.run_no", "alert_due.kind", "alert_due.rule_no"]).select(RUN_FIGURES)
    .orderBy("alert_due.run_no").orderBy("alert_due.kind").limit(DUE_AT_ONCE).execute();
  for (const { run_no, kind, rule_no } of rows) {
    await db.deleteFrom("alert_due").where("run_no", "=", run_no).where("kind", "=", kind)
      .where("rule_no", "=", rule_no).execute();
  }
  const due = rows.flatMap((row) =>
    row.id === null ? [] : [{ run: row as RunFigures, kind: row.kind, ruleNo: row.rule_no }]
  );
  return { due, isMore: rows.length === DUE_AT_ONCE };
}

async function judgeRuns(session: Session, numbered: NumberedRule): Promise<void> {
  const { rule, no } = numbered;
  const kind = rule.metric === "score" ? RUN_SCORED : RUN_ENDED;
  for (const { run, ...due } of session.due) {
    const isMeant = due.kind === kind && (due.ruleNo === 0 || due.ruleNo === no) &&
      isUnder(rule.scope, run) && (run.end_us ?? 0) >= rule.sinceUs;
    if (!isMeant) continue;
    const value = rule.metric === "score"
      ? await scoreOf(session.db, run.id, rule.score!)
      : figureOf(rule.metric, run);
    if (value === undefined) continue;
    const sample = rule.condition.kind === "spike" ? await history(session, numbered, run) : undefined;
    const reading = { value, runs: 1, ...(sample ? { sample } : {}) };
    const verdict = alertVerdict(rule.metric, rule.condition, rule.minSample, reading);
    // What is known of a cost may be above a threshold; that it is below one, nobody knows.
    const isPart = rule.metric === "cost" && run.unknown_cost_calls > 0;
    const isUnsure = isPart && (verdict.kind !== "over" || rule.condition.kind === "below");
    if (isUnsure) {
      await noteVerdict(session.db, numbered, UNSURE);
      continue;
    }
    await noteVerdict(session.db, numbered, verdict);
    await step(session, numbered, verdict, {
      subject: `agent:${run.agent}`,
      windowUs: 0,
      reading,
      run,
      about: { agent: run.agent, runs: 1, sample: sample?.length ?? 0, more: isPart ? "+" : "" },
    });
  }
}

async function history(
  { db, due, histories }: Session,
  { rule }: NumberedRule,
  { agent, start_us }: RunFigures,
): Promise<readonly number[]> {
  let runs = histories.get(agent);
  if (!runs) {
    const starts = due.filter(({ run }) => run.agent === agent).map(({ run }) => run.start_us);
    histories.set(agent, runs = await runsBefore(db, agent, Math.min(start_us, ...starts)));
  }
  return await historyOf(db, rule, runs);
}

async function judgeWindow(session: Session, numbered: NumberedRule): Promise<void> {
  const { db, moment, due } = session;
  const { rule } = numbered;
  const kind = rule.metric === "score" ? RUN_SCORED : RUN_ENDED;
  const behind = due.filter((it) => it.kind === kind && it.ruleNo === 0 && isUnder(rule.scope, it.run));
  if (behind.length === 0 && !moment.isCheck) return;
  const quarters = moment.windows[rule.per as Exclude<AlertRule["per"], "run">];
  const wanted = { fromUs: quarters.from * US_PER_QUARTER, toUs: quarters.to * US_PER_QUARTER };
  const window = await keptWindow(db, numbered, wanted, moment.nowUs, isRunIn(rule.scope));
  if (!window) {
    return await noteVerdict(db, numbered, { kind: "none", reason: "the clock went back before its window" });
  }
  const reading = await windowReadingOf(db, numbered, window);
  const verdict: AlertVerdict = reading.unknownCalls && rule.condition.kind === "below"
    ? UNSURE
    : rule.condition.kind === "spike" && rule.metric === "error_rate" && reading.runs < RATE_RUNS_MIN
    ? { kind: "none", reason: `${reading.runs} of the ${RATE_RUNS_MIN} runs that a day's error rate needs` }
    : alertVerdict(rule.metric, rule.condition, rule.minSample, reading);
  await noteVerdict(db, numbered, verdict);
  const run = behind.at(-1)?.run;
  await step(session, numbered, verdict, {
    subject: rule.scope,
    windowUs: window.fromUs,
    reading,
    ...(run ? { run } : {}),
    about: {
      runs: reading.runs,
      more: reading.unknownCalls ? "+" : "",
      ...(reading.sample ? { sample: reading.sample.length } : {}),
    },
  });
}

/** With the days before, for a spike. */
async function windowReadingOf(db: Db, numbered: NumberedRule, window: AlertWindow): Promise<WindowReading> {
  const reading = await windowReading(db, numbered, window);
  if (numbered.rule.condition.kind !== "spike") return reading;
  return { ...reading, sample: await daysBefore(db, numbered, window, isRunIn(numbered.rule.scope)) };
}

interface Occasion {
  readonly subject: string;
  readonly windowUs: number;
  readonly reading: AlertReading;
  readonly run?: RunFigures;
  readonly about: Parameters<typeof alertText>[2];
}

/** One episode per rule and subject: an alert when it begins, nothing more until it is over. */
async function step(
  { db, host, moment, began }: Session,
  { no, rule }: NumberedRule,
  verdict: AlertVerdict,
  { subject, windowUs, reading, run, about }: Occasion,
): Promise<void> {
  const { nowUs } = moment;
  let open: Episode | undefined = await openEpisode(db, no, subject);
  if (open && open.windowUs !== windowUs) {
    await shutEpisode(db, open, nowUs); // a day that is over ends what was in it
    open = undefined;
  }
  const next = episodeStep(open !== undefined, verdict);
  if (next === "end") await shutEpisode(db, open!, nowUs);
  const windowRuns = rule.per === "run" ? {} : { windowRuns: reading.runs };
  if (next === "go_on" && run) await stretchEpisode(db, open!, run.run_id, windowRuns);
  if (next !== "begin" || verdict.kind === "none") return;
  const finding: Finding = {
    subject,
    windowUs,
    text: alertText(rule, verdict, about),
    value: verdict.value,
    threshold: verdict.threshold,
    runIds: run ? [run.run_id] : [],
    ...windowRuns,
  };
  began.push(await beginEpisode(db, host, { no, rule }, finding, nowUs));
}

async function noteVerdict(
  db: Db,
  { no, noVerdict }: NumberedRule,
  verdict: Pick<AlertVerdict, "kind"> & { readonly reason?: string },
): Promise<void> {
  const reason = verdict.kind === "none" ? verdict.reason ?? null : null;
  if (reason === noVerdict) return;
  await db.updateTable("alert_rule").set({ no_verdict: reason }).where("id", "=", no).execute();
}
