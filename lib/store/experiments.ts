import { type Kysely, type Selectable, sql, type SqlBool } from "kysely";
import {
  AgentOpError,
  type CaseResult,
  type Experiment,
  EXPERIMENT_STATUSES,
  type ExperimentCase,
  type ExperimentPage,
  type ExperimentPlan,
  type ExperimentRecord,
  type ExperimentsQuery,
  isObject,
  roundUsd,
  RUN_STATUSES,
  shortRunId,
} from "../core/mod.ts";
import { Damage, idIn, isText, isTextList, isTextMap, jsonIn, oneOf } from "./checked.ts";
import { hex } from "./codec.ts";
import type { Owners } from "./engine.ts";
import {
  casesDigest,
  type DigestedResult,
  type DigestPart,
  experimentRowDigest,
  experimentRows,
  isSamePart,
  resultsDigest,
} from "./experiment_digest.ts";
import { nextCursor, pageLimit, parseCursor } from "./page.ts";
import { estimateOf, SPENT_COLUMNS, usageOf } from "./rows.ts";
import type { ExperimentRow, Schema, SpentColumns } from "./schema.ts";
import { asOfOneMoment } from "./statements.ts";

const REFERENCE_MIN = 4;
const AMBIGUOUS_SHOWN = 3;

export type ListedExperiment = Omit<Selectable<ExperimentRow>, "plan" | "digest"> & { readonly id: number };

export const LISTED = [
  "id",
  "experiment_id",
  "suite",
  "suite_hash",
  "status",
  "reason",
  "owner",
  "start_us",
  "end_us",
  "variants",
  "cases",
  "repeats",
  "planned",
  "done",
  "passed",
  "errors",
  ...SPENT_COLUMNS,
] as const;

export async function listExperiments(
  db: Kysely<Schema>,
  owners: Owners,
  query: ExperimentsQuery = {},
): Promise<ExperimentPage> {
  const limit = pageLimit(query.limit);
  const cursor = parseCursor("list experiments", query.cursor);
  let select = db.selectFrom("experiment").select(LISTED);
  if (query.suite !== undefined) select = select.where("suite", "=", query.suite);
  if (cursor) select = select.where(sql<SqlBool>`(start_us, id) < (${cursor[0]}, ${cursor[1]})`);
  const rows = await select.orderBy("start_us", "desc").orderBy("id", "desc").limit(limit + 1).execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const experiments: Experiment[] = [];
  for (const row of page) {
    try {
      experiments.push(await experimentOf(row, owners));
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
    }
  }
  const damagedRows = page.length - experiments.length;
  return {
    experiments,
    ...(damagedRows > 0 ? { damagedRows } : {}),
    ...(rows.length > limit && last ? nextCursor(last.start_us, last.id) : {}),
  };
}

/** Nobody says of a process that was killed that it is: whoever looks finds out. */
export async function experimentOf(row: ListedExperiment, owners: Owners): Promise<Experiment> {
  checkAmounts(row, COUNTS);
  const status = oneOf("the status of an experiment", row.status, EXPERIMENT_STATUSES);
  const isDead = status === "running" && (row.owner === null || !await owners.isAlive(row.owner));
  return {
    experimentId: idIn("an experiment's id", row.experiment_id),
    suite: row.suite,
    suiteHash: row.suite_hash,
    status: isDead ? "interrupted" : status,
    ...(isDead ? { reason: "its process is gone" } : row.reason === null ? {} : { reason: row.reason }),
    startTimeUs: row.start_us,
    ...(row.end_us === null ? {} : { endTimeUs: row.end_us }),
    variants: jsonIn<string[]>("the variants of an experiment", row.variants, isTextList),
    cases: row.cases,
    repeats: row.repeats,
    planned: row.planned,
    done: row.done,
    passed: row.passed,
    errors: row.errors,
    ...spentOf(row),
  };
}

const COUNTS = ["start_us", "cases", "repeats", "planned", "done", "passed", "errors"] as const;

/** Throws `Damage` for what no count and no sum can be. */
function checkAmounts<C extends string>(row: Readonly<Record<C, unknown>>, columns: readonly C[]): void {
  for (const column of columns) {
    const value = row[column];
    if (!Number.isFinite(value) || value as number < 0) {
      throw new Damage(`the ${column} of an experiment is not what can stand there`);
    }
  }
}

function spentOf(row: SpentColumns) {
  checkAmounts(row, SPENT_COLUMNS);
  return {
    usage: usageOf(row),
    costUsd: roundUsd(row.cost_usd),
    unknownCostCalls: row.unknown_cost_calls,
    ...estimateOf(row),
  };
}

export async function resolveExperiment(
  db: Kysely<Schema>,
  owners: Owners,
  reference: string,
): Promise<ExperimentRecord> {
  const fail = (reason: string, remedy = "agentop experiments") => {
    const shown = reference.length > 60 ? `${reference.slice(0, 60)}…` : reference;
    throw new AgentOpError(`Cannot find experiment "${shown}": ${reason}`, { remedy });
  };
  const last = /^last(?:~(\d{1,9}))?$/.exec(reference);
  const text = reference.toLowerCase();
  if (!last && !/^[0-9a-f-]{4,36}$/.test(text)) {
    fail(`an experiment is an id, its first or last ${REFERENCE_MIN} digits or more, or "last"`);
  }
  const newest = db.selectFrom("experiment").select([...LISTED, "plan", "digest"]).orderBy("start_us", "desc")
    .orderBy("id", "desc");
  const rows = last
    ? await newest.offset(Number(last[1] ?? 0)).limit(1).execute()
    : await newest.where((eb) =>
      eb.or([eb("experiment_id", "like", `${text}%`), eb("experiment_id", "like", `%${text}`)])
    ).limit(AMBIGUOUS_SHOWN + 1).execute();
  const row = rows.find((it) => it.experiment_id === text) ?? rows[0];
  if (!row) {
    const isEmpty = !(await db.selectFrom("experiment").select("id").limit(1).executeTakeFirst());
    if (isEmpty) return fail("there are no experiments yet", "agentop eval SUITE");
    return fail(last ? "there are not that many experiments" : "no experiment has this id");
  }
  if (rows.length > 1 && row.experiment_id !== text) {
    const ids = rows.slice(0, AMBIGUOUS_SHOWN).map((it) => shortRunId(it.experiment_id)).join(", ");
    fail(`${rows.length > AMBIGUOUS_SHOWN ? "many" : rows.length} experiments match: ${ids}`, "more digits");
  }
  checkPart(row, "row", () => experimentRowDigest(row));
  return {
    experiment: await experimentOf(row, owners),
    plan: jsonIn<ExperimentPlan>("the plan of an experiment", row.plan, isPlan),
  };
}

function isPlan(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { path, variants, scorers, set, only, limit, repeats } = value;
  const isListOf = (list: unknown, fits: (it: Readonly<Record<string, unknown>>) => boolean) =>
    Array.isArray(list) && list.every((it) => isObject(it) && fits(it));
  return isText(path) && isTextMap(set) && Number.isSafeInteger(repeats) &&
    isListOf(variants, (it) => [it["name"], it["configHash"]].every(isText) && isTextMap(it["set"])) &&
    isListOf(scorers, (it) => [it["name"], it["version"]].every(isText)) &&
    (only === undefined || isTextList(only)) && (limit === undefined || Number.isSafeInteger(limit));
}

/** Throws `Damage` for a row that cannot be, or is not what was written. */
export function checkExperimentRow(row: Selectable<ExperimentRow>): void {
  checkAmounts(row, COUNTS);
  spentOf(row);
  oneOf("its status", row.status, EXPERIMENT_STATUSES);
  jsonIn("its variants", row.variants, isTextList);
  jsonIn("its plan", row.plan, isPlan);
  checkPart(row, "row", () => experimentRowDigest(row));
}

const WHAT: Readonly<Record<DigestPart, string>> = {
  row: "it is",
  cases: "its cases are",
  results: "its results are",
};

/** Throws `Damage` for a part of an experiment that is not what its digest was made of. */
export function checkPart(
  { experiment_id, digest }: Pick<ExperimentRow, "experiment_id" | "digest">,
  part: DigestPart,
  made: () => Uint8Array,
): void {
  if (digest === null || digest instanceof Uint8Array && isSamePart(digest, part, made())) return;
  throw new Damage(`experiment ${shortRunId(experiment_id)}: ${WHAT[part]} not what was written`);
}

async function knownOf(db: Kysely<Schema>, experimentId: string) {
  const row = await db.selectFrom("experiment").select(["id", "experiment_id", "variants", "digest"])
    .where("experiment_id", "=", experimentId).executeTakeFirst();
  if (row) return row;
  throw new AgentOpError(`Cannot find experiment "${experimentId}": it is not in the store`, {
    remedy: "agentop experiments",
  });
}

export async function experimentCases(
  db: Kysely<Schema>,
  experimentId: string,
): Promise<readonly ExperimentCase[]> {
  const experiment = await knownOf(db, experimentId);
  const rows = await db.selectFrom("eval_case").selectAll().where("experiment_no", "=", experiment.id)
    .orderBy("position").execute();
  checkPart(experiment, "cases", () => casesDigest(rows));
  return rows.map((row) => ({ caseId: row.case_id, hash: hex(row.hash) }));
}

/** Two passes over neighbouring rows: the results, and what was said of their runs. */
export async function experimentResults(
  db: Kysely<Schema>,
  experimentId: string,
  { withTexts = true, caseId }: { readonly withTexts?: boolean; readonly caseId?: string } = {},
): Promise<readonly CaseResult[]> {
  const experiment = await knownOf(db, experimentId);
  const no = experiment.id;
  const variants = jsonIn<string[]>("the variants of an experiment", experiment.variants, isTextList);
  const scores = new Map<number, Map<string, CaseResult["scores"][number]>>();
  const judged = await db.selectFrom("evaluation")
    .select(["run_no", "name", "value", "passed", "error", "scorer_version"])
    .$if(withTexts, (it) => it.select("explanation"))
    .$if(
      caseId !== undefined,
      (it) =>
        it.where(
          "run_no",
          "in",
          (eb) =>
            eb.selectFrom("eval_result").innerJoin("eval_case", (join) =>
              join.onRef("eval_case.experiment_no", "=", "eval_result.experiment_no")
                .onRef("eval_case.position", "=", "eval_result.case_position"))
              .select("eval_result.run_no").where("eval_result.experiment_no", "=", no)
              .where("eval_case.case_id", "=", caseId!),
        ),
    )
    .where("experiment_no", "=", no).orderBy("run_no").orderBy("seq").orderBy("created_us").execute();
  for (const row of judged) {
    const ofRun = scores.get(row.run_no) ?? new Map();
    scores.set(row.run_no, ofRun);
    ofRun.set(row.name, {
      scorer: row.name,
      ...(row.scorer_version === null ? {} : { version: row.scorer_version }),
      ...(row.value === null ? {} : { value: row.value }),
      ...(row.passed === null ? {} : { passed: row.passed === 1 }),
      ...(row.error === null ? {} : { error: row.error }),
      ...(row.explanation == null ? {} : { explanation: row.explanation }),
    });
  }
  const rows = await db.selectFrom("eval_result").innerJoin("run", "run.id", "eval_result.run_no")
    .innerJoin("eval_case", (join) =>
      join.onRef("eval_case.experiment_no", "=", "eval_result.experiment_no")
        .onRef("eval_case.position", "=", "eval_result.case_position"))
    .selectAll("eval_result").select(["run.run_id", "run.trace_id", "run.status", "eval_case.case_id"])
    .where("eval_result.experiment_no", "=", no)
    .$if(caseId !== undefined, (it) => it.where("eval_case.case_id", "=", caseId!))
    .orderBy("eval_result.variant").orderBy("eval_result.case_position").orderBy("eval_result.repeat")
    .execute();
  if (caseId === undefined) await checkResults(db, experiment, rows);
  return rows.map((row) => ({
    caseId: row.case_id,
    variant: variants[row.variant] ?? String(row.variant),
    repeat: row.repeat,
    runId: row.run_id,
    status: oneOf("its status", row.status, RUN_STATUSES),
    durationMs: row.duration_ms,
    spent: spentOf(row),
    scores: [...scores.get(row.run_no)?.values() ?? []],
  }));
}

/** Between the queries somebody may have gone on with it, or deleted runs: what does not fit is looked at in one moment. */
async function checkResults(
  db: Kysely<Schema>,
  experiment: Pick<ExperimentRow, "experiment_id" | "digest"> & { readonly id: number },
  rows: readonly DigestedResult[],
): Promise<void> {
  try {
    checkPart(experiment, "results", () => resultsDigest(rows));
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    const now = await asOfOneMoment(db, (db) => experimentRows(db, experiment.id));
    if (now.row) checkPart(now.row, "results", () => resultsDigest(now.results));
  }
}
