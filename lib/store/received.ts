import { type Kysely, sql, type SqlBool } from "kysely";
import {
  type ImportOutcome,
  LIVE_STATUSES,
  type ReceivedPart,
  type ReceivedProgress,
  type ReceivedRun,
  type Reception,
  type ReceptionReport,
  type Trace,
} from "../core/mod.ts";
import { bytes, ENCODING_GZIP, hashOf, hex, packBytes, unpackBytes, uuidOf } from "./codec.ts";
import { runsOf } from "./reader.ts";
import type { ReceivedRunRow, Schema } from "./schema.ts";
import { asOfOneMoment, type Db, run as execute } from "./statements.ts";
import type { Writer } from "./writer.ts";

/** Signals by number. Stores hold the numbers: only add to it. */
const SIGNALS: readonly ReceivedPart["signal"][] = ["traces", "logs"];
/** What is received belongs to runs of this origin; others are nobody's to write over. */
const ORIGIN = "otlp";

/** Takes receptions in, in the caller's transaction. */
export async function receive(
  db: Db,
  writer: Writer,
  receptions: readonly Reception[],
  { seq, nowUs }: { readonly seq: number; readonly nowUs: number },
): Promise<ReceptionReport> {
  const outdated: string[] = [];
  const refused: string[] = [];
  for (const { traceId, parts, trace, readingVersion, ...reception } of receptions) {
    const key = bytes(traceId);
    const known = await progressOf(db, key);
    const { basis = known?.kept ?? 0 } = reception;
    if ((known?.kept ?? 0) !== basis) {
      outdated.push(traceId);
      continue;
    }
    if (await isSomebodyElses(db, key)) {
      refused.push(traceId);
      continue;
    }
    const run = trace && await withFreeId(db, key, trace);
    if (trace && !run) {
      refused.push(traceId);
      continue;
    }
    let kept = basis;
    for (const part of parts) if (await keep(db, key, part, kept)) kept++;
    const isRead = run !== undefined && (kept > basis || parts.length === 0 || known?.read !== basis);
    if (isRead) await writer.replace(db, run, seq);
    // Read again, and there is nothing to read: only log records have come.
    const { read, reading } = trace || parts.length === 0
      ? { read: kept, reading: readingVersion }
      : { read: known?.read ?? 0, reading: known?.reading ?? 0 };
    const at = parts.length > 0 ? nowUs : known?.at_us ?? nowUs;
    await setProgress(db, { trace_id: key, kept, read, reading, at_us: at });
  }
  return { outdated, refused };
}

async function progressOf(db: Db, key: Uint8Array): Promise<ReceivedRunRow | undefined> {
  const { rows: [row] } = await execute<ReceivedRunRow>(
    db,
    "select received run",
    [key],
    () => db.selectFrom("received_run").selectAll().where("trace_id", "=", key),
  );
  return row;
}

async function isSomebodyElses(db: Db, key: Uint8Array): Promise<boolean> {
  const { rows: [row] } = await execute<{ origin: string }>(
    db,
    "select origin",
    [key],
    () => db.selectFrom("run").select("origin").where("trace_id", "=", key),
  );
  return row !== undefined && row.origin !== ORIGIN;
}

/** Takes whole runs in, in the caller's transaction. */
export async function importRuns(
  db: Db,
  writer: Writer,
  traces: readonly Trace[],
  seq: number,
): Promise<ImportOutcome[]> {
  const outcomes: ImportOutcome[] = [];
  for (const trace of traces) {
    const key = bytes(trace.run.traceId);
    const known = await db.selectFrom("run").select(["origin", "status", "end_us", "steps"])
      .where("trace_id", "=", key).executeTakeFirst();
    const { status, endTimeUs = null, totals: { steps } } = trace.run;
    const isSame = known?.status === status && known.end_us === endTimeUs && known.steps === steps;
    const run = await withFreeId(db, key, trace);
    if (known && known.origin !== "import" || !run || run.run.runId !== trace.run.runId) {
      outcomes.push("known");
    } else if (isSame) outcomes.push("unchanged");
    else {
      await writer.replace(db, run, seq);
      outcomes.push("written");
    }
  }
  return outcomes;
}

/** The id that a run says it has may be another one's: then it has its trace's. `undefined`: that one is taken, too. */
async function withFreeId(db: Db, key: Uint8Array, trace: Trace): Promise<Trace | undefined> {
  for (const runId of [trace.run.runId, uuidOf(trace.run.traceId)]) {
    const { rows } = await execute(
      db,
      "select run of that id",
      [runId, key],
      () => db.selectFrom("run").select("id").where("run_id", "=", runId).where("trace_id", "!=", key),
    );
    if (rows.length === 0) return { ...trace, run: { ...trace.run, runId } };
  }
  return undefined;
}

/** `false`: it is kept already. */
async function keep(
  db: Db,
  key: Uint8Array,
  { signal, data, gzip }: ReceivedPart,
  part: number,
): Promise<boolean> {
  const row = {
    trace_id: key,
    part,
    signal: SIGNALS.indexOf(signal),
    hash: hashOf(data),
    ...(gzip ? { encoding: ENCODING_GZIP, data: gzip } : packBytes(data)),
  };
  const { changes } = await execute(
    db,
    "insert received",
    Object.values(row),
    () =>
      db.insertInto("received").values(row).onConflict((it) => it.columns(["trace_id", "hash"]).doNothing()),
  );
  return changes > 0n;
}

async function setProgress(db: Db, row: ReceivedRunRow): Promise<void> {
  const { trace_id: _, ...set } = row;
  await execute(
    db,
    "set received run",
    [...Object.values(row), ...Object.values(set)],
    () =>
      db.insertInto("received_run").values(row).onConflict((it) => it.column("trace_id").doUpdateSet(set)),
  );
}

/** All that was received of a run; a part that cannot be unpacked is left out. */
export async function receivedOf(db: Kysely<Schema>, traceId: string): Promise<ReceivedRun> {
  const key = bytes(traceId);
  return await asOfOneMoment(db, async (db) => {
    const rows = await db.selectFrom("received").select(["signal", "encoding", "data"])
      .where("trace_id", "=", key).orderBy("part").execute();
    const found = await db.selectFrom("run").selectAll().where("trace_id", "=", key).execute();
    const [run] = await runsOf(db, found);
    return {
      parts: rows.map(({ signal, encoding, data }) => ({
        signal: SIGNALS[signal] ?? "traces",
        data: readable(encoding, data),
      })),
      ...(run ? { run } : {}),
    };
  });
}

function readable(encoding: number, data: Uint8Array): Uint8Array {
  try {
    return unpackBytes(encoding, data);
  } catch {
    return new Uint8Array(); // damaged: what else came of the run is still to be read
  }
}

/** Runs with parts that were not read, those that wait longest first. */
export async function unreadRuns(db: Db, limit: number): Promise<string[]> {
  const rows = await db.selectFrom("received_run").select("trace_id").where(sql<SqlBool>`read < kept`)
    .orderBy("at_us").limit(limit).execute();
  return rows.map((row) => hex(row.trace_id));
}

/** All that were received, by trace id. */
export async function receivedRuns(db: Db, limit: number, after?: string): Promise<ReceivedProgress[]> {
  let query = db.selectFrom("received_run").select(["trace_id", "reading"]).orderBy("trace_id").limit(limit);
  if (after !== undefined) query = query.where("trace_id", ">", bytes(after));
  return (await query.execute()).map((row) => ({ traceId: hex(row.trace_id), readingVersion: row.reading }));
}

export async function quietRuns(db: Db, beforeUs: number): Promise<string[]> {
  const rows = await db.selectFrom("run").innerJoin("received_run", "received_run.trace_id", "run.trace_id")
    .select("run.trace_id").where("run.origin", "=", ORIGIN).where("run.status", "in", [...LIVE_STATUSES])
    .where("received_run.at_us", "<", beforeUs).execute();
  return rows.map((row) => hex(row.trace_id));
}
