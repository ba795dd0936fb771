import type { Kysely, Selectable } from "kysely";
import {
  AgentOpError,
  type Evaluation,
  type Message,
  type Run,
  type Snapshot,
  type StoredMessage,
  toolCallsOf,
  type Trace,
} from "../core/mod.ts";
import { bytes, decodeBody, hex, unpackPositions } from "./codec.ts";
import { runOf, spanOf } from "./rows.ts";
import type { EvaluationRow, RunRow, Schema } from "./schema.ts";

const BODIES_PER_QUERY = 500;

/** Decoded bodies by id. */
export async function loadBodies(
  db: Kysely<Schema>,
  ids: Iterable<number | null>,
): Promise<Map<number, string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const bodies = new Map<number, string>();
  for (let from = 0; from < wanted.length; from += BODIES_PER_QUERY) {
    const rows = await db.selectFrom("body").select(["id", "encoding", "data"])
      .where("id", "in", wanted.slice(from, from + BODIES_PER_QUERY)).execute();
    for (const row of rows) bodies.set(row.id, decodeBody(row.encoding, row.data));
  }
  return bodies;
}

export async function runsOf(db: Kysely<Schema>, rows: readonly Selectable<RunRow>[]): Promise<Run[]> {
  const bodies = await loadBodies(
    db,
    rows.flatMap((row) => [row.config_body, row.prompt_body, row.output_body]),
  );
  return rows.map((row) => runOf(row, bodies));
}

export async function loadTrace(db: Kysely<Schema>, traceId: string): Promise<Trace> {
  const key = bytes(traceId);
  const row = await db.selectFrom("run").selectAll().where("trace_id", "=", key).executeTakeFirst();
  if (!row) {
    throw new AgentOpError(`Cannot load run ${traceId}: it is not in the store`, { remedy: "agentop runs" });
  }
  const [run] = await runsOf(db, [row]);
  const messages = (await messageRows(db, row.id)).map((it) => it.message);
  const rows = await db.selectFrom("span").selectAll().where("run_no", "=", row.id).orderBy("position")
    .execute();
  const bodies = await loadBodies(db, rows.flatMap((span) => [span.attributes_body, span.price_body]));
  const spans = new Map(rows.map((span) => [hex(span.span_id), spanOf(traceId, span, messages, bodies)]));
  return {
    run: run!,
    spans,
    snapshots: await loadSnapshots(db, row.id, traceId, [...spans.keys()], messages),
    evaluations: await loadEvaluations(db, row.id, traceId),
  };
}

async function messageRows(db: Kysely<Schema>, runNo: number) {
  const rows = await db.selectFrom("run_message").innerJoin("body", "body.id", "run_message.body_id")
    .select(["message_id", "span_position", "at_us", "encoding", "data"])
    .where("run_no", "=", runNo).orderBy("position").execute();
  return rows.map((row) => ({ ...row, message: JSON.parse(decodeBody(row.encoding, row.data)) as Message }));
}

async function loadSnapshots(
  db: Kysely<Schema>,
  runNo: number,
  traceId: string,
  spanIds: readonly string[],
  messages: readonly Message[],
): Promise<Snapshot[]> {
  const rows = await db.selectFrom("snapshot").selectAll().where("run_no", "=", runNo)
    .orderBy("step").orderBy("created_us").execute();
  const bodies = await loadBodies(db, rows.map((row) => row.key_values_body));
  return rows.map((row) => ({
    snapshotId: hex(row.snapshot_id),
    traceId,
    spanId: spanIds[row.span_position]!,
    step: row.step,
    createdAtUs: row.created_us,
    messages: unpackPositions(row.message_refs).map((position) => messages[position]!),
    keyValues: row.key_values_body === null
      ? {}
      : JSON.parse(bodies.get(row.key_values_body)!) as Record<string, unknown>,
  }));
}

async function loadEvaluations(db: Kysely<Schema>, runNo: number, traceId: string): Promise<Evaluation[]> {
  const rows = await db.selectFrom("evaluation").selectAll().where("run_no", "=", runNo)
    .orderBy("created_us").execute();
  return rows.map((row) => evaluationOf(traceId, row));
}

function evaluationOf(traceId: string, row: EvaluationRow): Evaluation {
  return {
    evalId: row.eval_id,
    traceId,
    ...(row.span_id === null ? {} : { spanId: hex(row.span_id) }),
    name: row.name,
    ...(row.value === null ? {} : { value: row.value }),
    ...(row.label === null ? {} : { label: row.label }),
    ...(row.explanation === null ? {} : { explanation: row.explanation }),
    source: row.source,
    ...(row.scorer_version === null ? {} : { scorerVersion: row.scorer_version }),
    createdAtUs: row.created_us,
  };
}

/** All messages of a run in conversation order: results of parallel tool calls follow the order of the calls. */
export async function loadMessages(db: Kysely<Schema>, traceId: string): Promise<StoredMessage[]> {
  const run = await db.selectFrom("run").select("id").where("trace_id", "=", bytes(traceId))
    .executeTakeFirst();
  if (!run) return [];
  const rows = await messageRows(db, run.id);
  const spans = await db.selectFrom("span").select(["span_id", "kind", "finish_reasons", "output_tokens"])
    .where("run_no", "=", run.id).orderBy("position").execute();
  const stored = rows.map((row): StoredMessage => {
    const owner = spans[row.span_position];
    const span = row.message.role === "assistant" && owner?.kind === "llm" ? owner : undefined;
    const finishReason = span?.finish_reasons ? (JSON.parse(span.finish_reasons) as string[])[0] : undefined;
    return {
      messageId: hex(row.message_id),
      spanId: owner ? hex(owner.span_id) : "",
      message: row.message,
      ...(finishReason === undefined ? {} : { finishReason }),
      ...(span?.output_tokens == null ? {} : { tokenCount: span.output_tokens }),
      timestampUs: row.at_us,
    };
  });
  return inConversationOrder(stored);
}

function inConversationOrder(messages: readonly StoredMessage[]): StoredMessage[] {
  const ordered: StoredMessage[] = [];
  for (let i = 0; i < messages.length;) {
    const current = messages[i++]!;
    ordered.push(current);
    const order = toolCallsOf(current.message).map((call) => call.id);
    if (order.length < 2) continue;
    const start = i;
    while (messages[i]?.message.role === "tool") i++;
    const results = messages.slice(start, i);
    results.sort((a, b) => order.indexOf(answeredCall(a)) - order.indexOf(answeredCall(b)));
    ordered.push(...results);
  }
  return ordered;
}

function answeredCall({ message }: StoredMessage): string {
  const part = message.parts.find((part) => part.type === "tool_call_response");
  return part?.type === "tool_call_response" ? part.id : "";
}
