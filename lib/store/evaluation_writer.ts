import type { Evaluation } from "../core/mod.ts";
import { bytes } from "./codec.ts";
import { evaluationDigest } from "./digest.ts";
import { type Db, run as execute } from "./statements.ts";

/** A score alone: nothing else of the run need be known. */
export async function judgeRun(db: Db, evaluation: Evaluation, seq: number): Promise<void> {
  const key = bytes(evaluation.traceId);
  const { rows: [row] } = await execute<{ id: number }>(
    db,
    "set run seq",
    [seq, key],
    () => db.updateTable("run").set({ seq }).where("trace_id", "=", key).returning("id"),
  );
  if (!row) throw new RangeError(`Cannot write to run "${evaluation.traceId}": it was never started`);
  await writeEvaluation(db, row.id, evaluation, seq);
}

/** A score of the run of this number, in the caller's transaction. */
export async function writeEvaluation(db: Db, runNo: number, it: Evaluation, seq: number): Promise<void> {
  const { rows: [experiment] } = it.experimentId === undefined ? { rows: [] } : await execute<{ id: number }>(
    db,
    "select experiment",
    [it.experimentId],
    () => db.selectFrom("experiment").select("id").where("experiment_id", "=", it.experimentId!),
  );
  const row = {
    eval_id: it.evalId,
    run_no: runNo,
    span_id: it.spanId === undefined ? null : bytes(it.spanId),
    name: it.name,
    value: it.value ?? null,
    label: it.label ?? null,
    explanation: it.explanation ?? null,
    source: it.source,
    scorer_version: it.scorerVersion ?? null,
    created_us: it.createdAtUs,
    seq,
    experiment_no: experiment?.id ?? null,
    passed: it.passed === undefined ? null : Number(it.passed),
    error: it.error ?? null,
  };
  const digested = { ...row, digest: evaluationDigest(it.traceId, row) };
  await execute(
    db,
    "insert evaluation",
    Object.values(digested),
    () => db.insertInto("evaluation").values(digested),
  );
}

/** The same, of a run from elsewhere: an id that is taken stays with whom it belongs to. */
export async function writeNewEvaluation(db: Db, runNo: number, it: Evaluation, seq: number): Promise<void> {
  const known = await db.selectFrom("evaluation").select("run_no").where("eval_id", "=", it.evalId)
    .executeTakeFirst();
  if (!known) await writeEvaluation(db, runNo, it, seq);
}
