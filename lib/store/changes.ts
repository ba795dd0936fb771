import type { Kysely, Selectable } from "kysely";
import type {
  ChangeCursor,
  ChangedSnapshot,
  ChangedSpan,
  Evaluation,
  Message,
  TraceChanges,
} from "../core/mod.ts";
import { loadBodies } from "./bodies.ts";
import { bytes, decodeBody, hex, unpackPositions } from "./codec.ts";
import { changedSpanOf, evaluationOf, runOf } from "./rows.ts";
import type { EvaluationRow, RunRow, Schema, SnapshotRow, SpanRow } from "./schema.ts";
import { asOfOneMoment, type Db, run as execute } from "./statements.ts";

/** Before the first write: rows of old stores have 0. */
const BEGINNING: ChangeCursor = { seq: -1, messageCount: 0 };

/** What was written to a run since `cursor`, or all of it; `undefined` when there is no such run. */
export async function changesSince(
  db: Kysely<Schema>,
  traceId: string,
  cursor: ChangeCursor = BEGINNING,
): Promise<TraceChanges | undefined> {
  const key = bytes(traceId);
  const { rows: [last] } = await execute<{ seq: number }>(
    db,
    "seq of run",
    [key],
    () => db.selectFrom("run").select("seq").where("trace_id", "=", key),
  );
  if (!last) return undefined;
  if (last.seq === cursor.seq) return { cursor, messages: [], spans: [], snapshots: [], evaluations: [] };
  return await asOfOneMoment(db, (db) => readChanges(db, traceId, cursor));
}

async function readChanges(
  db: Db,
  traceId: string,
  { seq, messageCount }: ChangeCursor,
): Promise<TraceChanges | undefined> {
  const key = bytes(traceId);
  const { rows: [row] } = await execute<Selectable<RunRow> & { id: number }>(
    db,
    "select run",
    [key],
    () => db.selectFrom("run").selectAll().where("trace_id", "=", key),
  );
  if (!row) return undefined;
  const messages = await messagesFrom(db, row.id, messageCount);
  const { rows: spans } = await execute<SpanRow>(
    db,
    "select changed spans",
    [row.id, seq],
    () =>
      db.selectFrom("span").selectAll().where("run_no", "=", row.id).where("seq", ">", seq)
        .orderBy("position"),
  );
  const snapshots = await changedSnapshots(db, row.id, seq);
  const bodies = await loadBodies(db, [
    ...[row.config_body, row.prompt_body, row.output_body],
    ...spans.flatMap((span) => [span.attributes_body, span.price_body]),
    ...snapshots.map((snapshot) => snapshot.key_values_body),
  ]);
  return {
    cursor: { seq: row.seq, messageCount: messageCount + messages.length },
    run: runOf(row, bodies),
    messages,
    spans: spans.map((span): ChangedSpan => changedSpanOf(traceId, span, bodies)),
    snapshots: snapshots.map((snapshot) => changedSnapshotOf(traceId, snapshot, bodies)),
    evaluations: await changedEvaluations(db, row.id, traceId, seq),
  };
}

async function messagesFrom(db: Db, runNo: number, position: number): Promise<Message[]> {
  const { rows } = await execute<{ encoding: number; data: Uint8Array }>(
    db,
    "select new messages",
    [runNo, position],
    () =>
      db.selectFrom("run_message").innerJoin("body", "body.id", "run_message.body_id")
        .select(["encoding", "data"]).where("run_no", "=", runNo).where("position", ">=", position)
        .orderBy("position"),
  );
  return rows.map(({ encoding, data }) => JSON.parse(decodeBody(encoding, data)) as Message);
}

type SnapshotOfSpan = SnapshotRow & { readonly span_id: Uint8Array };

async function changedSnapshots(db: Db, runNo: number, seq: number): Promise<SnapshotOfSpan[]> {
  const { rows } = await execute<SnapshotOfSpan>(
    db,
    "select new snapshots",
    [runNo, seq],
    () =>
      db.selectFrom("snapshot").innerJoin("span", (join) =>
        join.onRef("span.run_no", "=", "snapshot.run_no")
          .onRef("span.position", "=", "snapshot.span_position")).selectAll("snapshot").select("span.span_id")
        .where("snapshot.run_no", "=", runNo).where("snapshot.seq", ">", seq)
        .orderBy("snapshot.step").orderBy("snapshot.created_us").orderBy("snapshot.seq"),
  );
  return rows;
}

function changedSnapshotOf(
  traceId: string,
  row: SnapshotOfSpan,
  bodies: ReadonlyMap<number, string>,
): ChangedSnapshot {
  return {
    snapshotId: hex(row.snapshot_id),
    traceId,
    spanId: hex(row.span_id),
    step: row.step,
    createdAtUs: row.created_us,
    messageRefs: unpackPositions(row.message_refs),
    keyValues: row.key_values_body === null
      ? {}
      : JSON.parse(bodies.get(row.key_values_body)!) as Record<string, unknown>,
  };
}

async function changedEvaluations(
  db: Db,
  runNo: number,
  traceId: string,
  seq: number,
): Promise<Evaluation[]> {
  const { rows } = await execute<EvaluationRow>(
    db,
    "select new evaluations",
    [runNo, seq],
    () =>
      db.selectFrom("evaluation").selectAll().where("run_no", "=", runNo).where("seq", ">", seq)
        .orderBy("created_us").orderBy("seq"),
  );
  return rows.map((row) => evaluationOf(traceId, row));
}
