import { type Kysely, sql, type SqlBool } from "kysely";
import type { Evaluation, EvaluationPage, EvaluationQuery, ResultPlace } from "../core/mod.ts";
import { Damage, isText, isTextList, jsonIn } from "./checked.ts";
import { type AskedOf, prepareFilter } from "./conditions.ts";
import { nextCursor, pageLimit, parseCursor } from "./page.ts";
import { runsOf } from "./reader.ts";
import { DAMAGED, evaluationOf } from "./rows.ts";
import type { EvaluationRow, Schema } from "./schema.ts";

const EVAL_ID_CHARS = 32;

/** Evaluations of all runs that fit, newest first. */
export async function listEvaluations(
  db: Kysely<Schema>,
  asked: AskedOf,
  query: EvaluationQuery = {},
): Promise<EvaluationPage> {
  const limit = pageLimit(query.limit);
  const cursor = parseCursor("list evaluations", query.cursor);
  const { fits } = await prepareFilter(db, asked, query.filter);
  let select = db.selectFrom("evaluation").selectAll()
    .where((eb) => eb("run_no", "in", eb.selectFrom("run").select("run.id").where(fits)));
  if (query.name !== undefined) select = select.where("name", "=", query.name);
  if (query.source !== undefined) select = select.where("source", "=", query.source);
  if (cursor) select = select.where(sql<SqlBool>`(created_us, eval_id) < (${cursor[0]}, ${cursor[1]})`);
  const rows = await select.orderBy("created_us", "desc").orderBy("eval_id", "desc").limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const runNos = [...new Set(page.map((row) => row.run_no))];
  const runRows = runNos.length === 0
    ? []
    : await db.selectFrom("run").selectAll().where("id", "in", runNos).execute();
  const runs = await runsOf(db, runRows);
  const byNo = new Map(runRows.map((row, index) => [row.id, runs[index]!]));
  const places = await placesOf(db, page);
  return {
    evaluations: page.flatMap((row) => {
      const run = byNo.get(row.run_no);
      const result = places.get(placeKey(row));
      const evaluation = run && readEvaluation(run.traceId, row);
      return evaluation ? [{ run, evaluation, ...(result ? { result } : {}) }] : [];
    }),
    ...(rows.length > limit && last ? nextCursor(last.created_us, last.eval_id) : {}),
  };
}

function placeKey(
  { experiment_no: no, run_no: run }: Pick<EvaluationRow, "experiment_no" | "run_no">,
): string {
  return `${no} ${run}`;
}

/** The results that these evaluations are of. */
async function placesOf(
  db: Kysely<Schema>,
  rows: readonly EvaluationRow[],
): Promise<ReadonlyMap<string, ResultPlace>> {
  const asked = rows.filter((row) => row.experiment_no !== null);
  if (asked.length === 0) return new Map();
  const found = await db.selectFrom("eval_result")
    .innerJoin("experiment", "experiment.id", "eval_result.experiment_no")
    .innerJoin("eval_case", (join) =>
      join.onRef("eval_case.experiment_no", "=", "eval_result.experiment_no")
        .onRef("eval_case.position", "=", "eval_result.case_position"))
    .select(["experiment.experiment_id", "experiment.variants", "eval_case.case_id"])
    .select(["eval_result.experiment_no", "eval_result.run_no", "eval_result.variant", "eval_result.repeat"])
    .where("eval_result.run_no", "in", [...new Set(asked.map((row) => row.run_no))])
    .execute();
  const variants = new Map<string, readonly string[]>();
  const variantsIn = (json: string) => {
    const known = variants.get(json) ?? namesIn(json);
    variants.set(json, known);
    return known;
  };
  return new Map(found.map((row) => [placeKey(row), {
    experimentId: row.experiment_id,
    variant: variantsIn(row.variants)[row.variant] ?? String(row.variant),
    caseId: row.case_id,
    repeat: row.repeat,
  }]));
}

/** None where they are damaged, which must not hide what was said. */
function namesIn(json: string): readonly string[] {
  try {
    return jsonIn<string[]>("the variants of an experiment", json, isTextList);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return [];
  }
}

/** One that cannot be what was written must not hide the others. */
export function readEvaluation(traceId: string, row: EvaluationRow): Evaluation {
  try {
    return evaluationOf(traceId, row);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return {
      evalId: isText(row.eval_id) ? row.eval_id.slice(0, EVAL_ID_CHARS) : "",
      traceId,
      name: "(damaged)",
      label: "error",
      explanation: `the stored evaluation is damaged: ${error.message}`,
      source: DAMAGED,
      createdAtUs: Number.isSafeInteger(row.created_us) ? row.created_us : 0,
    };
  }
}
