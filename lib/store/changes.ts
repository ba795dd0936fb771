import type { Kysely, Selectable } from "kysely";
import { escapeText, isObject, StoreError } from "../core/mod.ts";
import type {
  ChangeCursor,
  ChangedSnapshot,
  ChangedSpan,
  Evaluation,
  Message,
  Run,
  TraceChanges,
} from "../core/mod.ts";
import { loadBodies } from "./bodies.ts";
import { Damage, jsonIn, messageIn } from "./checked.ts";
import { bytes, decodeBody, hex } from "./codec.ts";
import { changedSpanOf, evaluationOf, positions, runOf } from "./rows.ts";
import type { EvaluationRow, RunRow, Schema, SnapshotRow, SpanRow } from "./schema.ts";
import { isUnreadable } from "./readable.ts";
import { checkRow } from "./row_types.ts";
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
  if (cursor !== BEGINNING && last.seq === cursor.seq) {
    return { cursor, messages: [], spans: [], snapshots: [], evaluations: [] };
  }
  return await ofOneRun(db, traceId, (db) => readChanges(db, traceId, cursor));
}

/** One moment of a run; what the database cannot read of it is the run's damage, not everybody's. */
export async function ofOneRun<T>(
  db: Kysely<Schema>,
  traceId: string,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  try {
    return await asOfOneMoment(db, work);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw damaged({ runId: traceId }, "some of its rows cannot be read");
  }
}

/** The same in a transaction of the caller. */
export async function readChanges(
  db: Db,
  traceId: string,
  cursor: ChangeCursor = BEGINNING,
): Promise<TraceChanges | undefined> {
  const key = bytes(traceId);
  const { rows: [row] } = await execute<Selectable<RunRow> & { id: number }>(
    db,
    "select run",
    [key],
    () => db.selectFrom("run").selectAll().where("trace_id", "=", key),
  );
  if (!row) return undefined;
  // What others send is read anew with everything that comes: its rows take the place of those before.
  const isWhole = row.origin === "otlp" && cursor !== BEGINNING;
  const { seq, messageCount } = isWhole ? BEGINNING : cursor;
  const messages = await messagesFrom(db, row, messageCount);
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
  const run = runOf(row, bodies);
  const count = messageCount + messages.length;
  return {
    cursor: { seq: row.seq, messageCount: count },
    ...(isWhole ? { isWhole } : {}),
    run,
    messages,
    spans: spans.map((span): ChangedSpan =>
      whole(run, `span ${span.position}`, () => changedSpanOf(traceId, span, bodies, count))
    ),
    snapshots: snapshots.map((snapshot) =>
      whole(
        run,
        `the memory of step ${snapshot.step}`,
        () => changedSnapshotOf(traceId, snapshot, bodies, count),
      )
    ),
    evaluations: await changedEvaluations(db, row.id, run, seq),
  };
}

/** One line for a part of a run that cannot be what was written. */
export function whole<T>(run: { readonly runId: string }, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw damaged(run, `${what}: ${error.message}`);
  }
}

function damaged({ runId }: { readonly runId: string }, why: string): StoreError {
  return new StoreError("damaged_run", `Cannot read run ${escapeText(runId)}: it is damaged: ${why}`, {
    remedy: "agentop db verify",
  });
}

async function messagesFrom(
  db: Db,
  { id: runNo, run_id }: { readonly id: number; readonly run_id: string },
  position: number,
): Promise<Message[]> {
  const { rows } = await execute<{ encoding: number; data: Uint8Array }>(
    db,
    "select new messages",
    [runNo, position],
    () =>
      db.selectFrom("run_message").innerJoin("body", "body.id", "run_message.body_id")
        .select(["encoding", "data"]).where("run_no", "=", runNo).where("position", ">=", position)
        .orderBy("position"),
  );
  return rows.map(({ encoding, data }, index) =>
    whole({ runId: run_id }, `message ${position + index}`, () => messageIn(bounded(encoding, data)))
  );
}

/** A body as JSON; throws `Damage` for one that cannot be decoded. */
export function bounded(encoding: number, data: Uint8Array): string {
  try {
    return decodeBody(encoding, data);
  } catch {
    throw new Damage("it cannot be decoded");
  }
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
  messageCount: number,
): ChangedSnapshot {
  checkRow("snapshot", row);
  return {
    snapshotId: hex(row.snapshot_id),
    traceId,
    spanId: hex(row.span_id),
    step: row.step,
    createdAtUs: row.created_us,
    messageRefs: positions(row.message_refs, messageCount),
    keyValues: row.key_values_body === null
      ? {}
      : jsonIn<Record<string, unknown>>("a value", bodies.get(row.key_values_body), isObject),
  };
}

async function changedEvaluations(
  db: Db,
  runNo: number,
  run: Run,
  seq: number,
): Promise<Evaluation[]> {
  const { traceId } = run;
  const { rows } = await execute<EvaluationRow>(
    db,
    "select new evaluations",
    [runNo, seq],
    () =>
      db.selectFrom("evaluation").selectAll().where("run_no", "=", runNo).where("seq", ">", seq)
        .orderBy("created_us").orderBy("seq"),
  );
  return rows.map((row) => whole(run, "an evaluation", () => evaluationOf(traceId, row)));
}
