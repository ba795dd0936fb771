import type { Selectable } from "kysely";
import { loadBodies } from "./bodies.ts";
import { hex } from "./codec.ts";
import { Damage } from "./checked.ts";
import { isUnreadable, readable, readableRange } from "./readable.ts";
import { changedSpanOf, positions } from "./rows.ts";
import { checkRow } from "./row_types.ts";
import type { BodyCopier } from "./salvage_bodies.ts";
import { type KeptSpan, repairedRow, totalsOfSpans, usageOfSpans } from "./salvage_row.ts";
import type { MessageRow, RunRow, SnapshotRow, SpanRow, UsageRow } from "./schema.ts";
import type { Db } from "./statements.ts";
import { chainId } from "./trace_state.ts";
import { checkRun } from "./verify_run.ts";

/** Rows of a run are looked for up to this position. */
const POSITION_MAX = 2 ** 21;
const ROWS_PER_INSERT = 20;

export interface SalvagedRun {
  readonly runId: string;
  readonly lost: readonly string[];
  /** Absent when nothing of it could be kept. */
  readonly copy?: { readonly runNo: number; readonly traceId: string };
}

/**
 * Copies one run with its bodies. A sound one is copied as it is; of a damaged one as much as stands without what is lost: the spans
 * and messages before the first that cannot be read. It says so itself from then on, in its warnings.
 */
export async function salvageRun(
  from: Db,
  to: Db,
  runNo: number,
  bodies: BodyCopier,
): Promise<SalvagedRun> {
  const [row] = await readable(
    [runNo],
    (ids) => from.selectFrom("run").selectAll().where("id", "in", ids).execute(),
  );
  if (!row) return { runId: `number ${runNo}`, lost: ["its row cannot be read"] };
  const problems = await problemsOf(from, runNo, bodies);
  const parts = await readParts(from, runNo, hexOf(row.trace_id));
  const whole = await keepWhole(parts, bodies);
  const { run, lost } = await repairedRow(row, bodies);
  if (!run) return { runId: String(row.run_id).slice(0, 100), lost };
  const missing = [...lost, ...whole.lost];
  // What is wrong and could not be put right is said as it was found.
  const said = problems.length === 0 ? [] : missing.length > 0 ? missing : problems;
  const { spans } = whole;
  const totals = said.length > 0 && run.origin === "agent" ? totalsOfSpans(spans) : {};
  const usage = "cost_usd" in totals ? usageOfSpans(spans, run.forked_step ?? 0) : parts.usage;
  const { id } = await to.insertInto("run").values({
    ...run,
    ...totals,
    ...(said.length > 0 ? saying(run, said, whole.isCut) : {}),
  }).returning("id").executeTakeFirstOrThrow();
  await insert(to, "span", spans.map((it) => ({ ...it.row, run_no: id })));
  await insert(to, "run_message", whole.messages.map((it) => ({ ...it, run_no: id })));
  await insert(to, "snapshot", whole.snapshots.map((it) => ({ ...it, run_no: id })));
  await insert(to, "run_usage", usage.map((it) => ({ ...it, run_no: id })));
  return { runId: run.run_id, lost: said, copy: { runNo: id, traceId: hex(run.trace_id) } };
}

function hexOf(traceId: unknown): string {
  return traceId instanceof Uint8Array ? hex(traceId) : "";
}

async function problemsOf(db: Db, runNo: number, { hashes }: BodyCopier): Promise<readonly string[]> {
  const problems: string[] = [];
  try {
    await checkRun(db, runNo, hashes, (problem) => void problems.push(problem));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    problems.push("some of its rows cannot be read");
  }
  return problems;
}

/** The run says what it lost; one that ends too early was, as it is now, interrupted. */
function saying(run: Omit<RunRow, "seq">, lost: readonly string[], isCut: boolean): Partial<RunRow> {
  const message = `the store that it was in was damaged: ${lost.join("; ")}`;
  const warnings = JSON.parse(run.warnings ?? "[]") as readonly unknown[];
  return {
    warnings: JSON.stringify([...warnings, { type: "damaged", message }]),
    ...(isCut
      ? {
        status: "interrupted",
        error_type: "store_damaged",
        error_message: JSON.stringify(message),
        error_remedy: null,
      }
      : {}),
  };
}

interface Parts {
  readonly traceId: string;
  readonly spans: readonly Selectable<SpanRow>[];
  readonly messages: readonly Selectable<MessageRow>[];
  readonly snapshots: readonly Selectable<SnapshotRow>[];
  readonly usage: readonly Selectable<UsageRow>[];
  readonly json: ReadonlyMap<number, string>;
}

async function readParts(db: Db, runNo: number, traceId: string): Promise<Parts> {
  const rowsOf = async <Row>(table: "span" | "run_message" | "snapshot", key: "position" | "step") => {
    const { rows } = await readableRange(
      POSITION_MAX,
      (first, last) =>
        db.selectFrom(table as "span").selectAll().where("run_no", "=", runNo)
          .where(key as "position", ">=", first).where(key as "position", "<=", last)
          .orderBy(key as "position").execute(),
    );
    return rows as readonly Row[];
  };
  const spans = await rowsOf<Selectable<SpanRow>>("span", "position");
  const snapshots = await rowsOf<Selectable<SnapshotRow>>("snapshot", "step");
  return {
    traceId,
    spans,
    snapshots,
    messages: await rowsOf<Selectable<MessageRow>>("run_message", "position"),
    usage: await readable(
      [runNo],
      () => db.selectFrom("run_usage").selectAll().where("run_no", "=", runNo).execute(),
    ),
    json: await loadBodies(db, [
      ...spans.flatMap((span) => [span.attributes_body, span.price_body]),
      ...snapshots.map((snapshot) => snapshot.key_values_body),
    ]),
  };
}

interface Whole {
  readonly spans: readonly KeptSpan[];
  readonly messages: readonly Omit<MessageRow, "run_no">[];
  readonly snapshots: readonly Omit<SnapshotRow, "run_no">[];
  readonly lost: readonly string[];
  readonly isCut: boolean;
}

/** What stands without the rest: nothing kept refers to what is not. */
async function keepWhole(parts: Parts, bodies: BodyCopier): Promise<Whole> {
  const lost: string[] = [];
  const all = await soundMessages(parts.messages, bodies);
  let count = all.length;
  let spans: readonly KeptSpan[] = [];
  for (let before = -1; before !== count;) {
    before = count;
    lost.length = 0;
    spans = await soundSpans(parts, count, bodies, lost);
    const beyond = all.findIndex((message) => message.span_position >= spans.length);
    if (beyond >= 0) count = Math.min(count, beyond);
  }
  const messages = all.slice(0, count);
  const snapshots = await soundSnapshots(parts, spans.length, count, bodies);
  const cut = (what: string, kept: number, there: number) => {
    if (kept < there) lost.push(`${what} from ${kept} on`);
  };
  cut("spans", spans.length, parts.spans.length);
  cut("messages", messages.length, parts.messages.length);
  if (snapshots.length < parts.snapshots.length) {
    lost.push(`${parts.snapshots.length - snapshots.length} memory snapshots`);
  }
  const isCut = spans.length < parts.spans.length || messages.length < parts.messages.length;
  return { spans, messages, snapshots, lost, isCut };
}

async function soundMessages(
  rows: readonly Selectable<MessageRow>[],
  bodies: BodyCopier,
): Promise<readonly Omit<MessageRow, "run_no">[]> {
  const kept: Omit<MessageRow, "run_no">[] = [];
  let parent: Uint8Array | undefined;
  for (const { run_no: _, ...row } of rows) {
    if (row.position !== kept.length || !isSound(() => checkRow("run_message", row))) break;
    const hash = bodies.hashes.get(row.body_id);
    const body_id = await bodies.copyMessage(row.body_id);
    if (!hash || body_id === undefined) break;
    if (hex(chainId(parent, hash)) !== hex(row.message_id)) break;
    parent = row.message_id;
    kept.push({ ...row, body_id });
  }
  return kept;
}

function isSound(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof Damage) return false;
    throw error;
  }
}

async function soundSpans(
  { traceId, spans, json }: Parts,
  messages: number,
  bodies: BodyCopier,
  lost: string[],
): Promise<readonly KeptSpan[]> {
  const kept: KeptSpan[] = [];
  const ids = new Set<string>();
  for (const row of spans) {
    if (row.position !== kept.length) break;
    const attributes_body = await bodies.copy(row.attributes_body);
    const price_body = await bodies.copy(row.price_body);
    if (attributes_body === undefined) lost.push(`the attributes of span ${row.position}`);
    if (price_body === undefined) lost.push(`the price of span ${row.position}`);
    const read = {
      ...row,
      attributes_body: attributes_body === undefined ? null : row.attributes_body,
      price_body: price_body === undefined ? null : row.price_body,
    };
    let attributes: Readonly<Record<string, unknown>> = {};
    if (!isSound(() => attributes = changedSpanOf(traceId, read, json, messages).attributes)) break;
    if (row.parent_span_id !== null && !ids.has(hex(row.parent_span_id))) break;
    ids.add(hex(row.span_id));
    const { run_no: _, ...copied } = {
      ...row,
      attributes_body: attributes_body ?? null,
      price_body: price_body ?? null,
    };
    kept.push({ row: copied, attributes });
  }
  return kept;
}

async function soundSnapshots(
  { snapshots }: Parts,
  spans: number,
  messages: number,
  bodies: BodyCopier,
): Promise<readonly Omit<SnapshotRow, "run_no">[]> {
  const kept: Omit<SnapshotRow, "run_no">[] = [];
  for (const { run_no: _, ...row } of snapshots) {
    const isFit = isSound(() => {
      checkRow("snapshot", row);
      positions(row.message_refs, messages);
    });
    if (!isFit || row.span_position >= spans) continue;
    const key_values_body = await bodies.copy(row.key_values_body);
    if (key_values_body !== undefined) kept.push({ ...row, key_values_body });
  }
  return kept;
}

async function insert(
  db: Db,
  table: "span" | "run_message" | "snapshot" | "run_usage",
  rows: readonly object[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
    await db.insertInto(table as "span").values(rows.slice(at, at + ROWS_PER_INSERT) as SpanRow[]).execute();
  }
}
