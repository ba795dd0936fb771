import { type Kysely, sql, type SqlBool } from "kysely";
import type { Evaluation, EvaluationPage, EvaluationQuery } from "../core/mod.ts";
import { Damage, isText } from "./checked.ts";
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
  return {
    evaluations: page.flatMap((row) => {
      const run = byNo.get(row.run_no);
      return run ? [{ run, evaluation: readEvaluation(run.traceId, row) }] : [];
    }),
    ...(rows.length > limit && last ? nextCursor(last.created_us, last.eval_id) : {}),
  };
}

/** One that cannot be what was written must not hide the others. */
function readEvaluation(traceId: string, row: EvaluationRow): Evaluation {
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
