import type { Kysely, Selectable } from "kysely";
import {
  AgentOpError,
  applyChanges,
  type Run,
  type StoredMessage,
  toolCallsOf,
  type Trace,
} from "../core/mod.ts";
import { loadBodies } from "./bodies.ts";
import { bounded, changesSince, ofOneRun, whole } from "./changes.ts";
import { isTextList, jsonIn, messageIn } from "./checked.ts";
import { bytes, hex } from "./codec.ts";
import { readable } from "./readable.ts";
import { checkRow } from "./row_types.ts";
import { runOf, unreadableRun } from "./rows.ts";
import type { RunRow, Schema } from "./schema.ts";
import type { Db } from "./statements.ts";

interface ReadOptions {
  readonly withoutTexts?: boolean | undefined;
}

export async function runsOf(
  db: Db,
  rows: readonly Selectable<RunRow>[],
  { withoutTexts = false }: ReadOptions = {},
): Promise<Run[]> {
  if (withoutTexts) return rows.map((row) => runOf(row));
  const bodies = await loadBodies(
    db,
    rows.flatMap((row) => [row.config_body, row.prompt_body, row.output_body]),
  );
  return rows.map((row) => runOf(row, bodies));
}

/** These runs by their numbers, in this order. One whose row cannot be read says only that. */
export async function runsByNo(
  db: Db,
  runNos: readonly number[],
  options: ReadOptions = {},
): Promise<Run[]> {
  const rows = await readable(
    runNos,
    (some) => db.selectFrom("run").selectAll().where("id", "in", some).execute(),
  );
  const runs = await runsOf(db, rows, options);
  const byNo = new Map(rows.map(({ id }, index) => [id, runs[index]!]));
  return runNos.map((runNo) => byNo.get(runNo) ?? unreadableRun(runNo));
}

/** The whole run; throws `AgentOpError` when there is none. */
export async function loadTrace(db: Kysely<Schema>, traceId: string): Promise<Trace> {
  const all = await changesSince(db, traceId);
  if (!all) {
    throw new AgentOpError(`Cannot load run ${traceId}: it is not in the store`, { remedy: "agentop runs" });
  }
  return applyChanges(undefined, all).trace;
}

async function messageRows(db: Db, runNo: number, runId: string) {
  const rows = await db.selectFrom("run_message").innerJoin("body", "body.id", "run_message.body_id")
    .select(["message_id", "span_position", "at_us", "encoding", "data"])
    .where("run_no", "=", runNo).orderBy("position").execute();
  return rows.map((row) => ({
    ...row,
    message: whole({ runId }, "a message", () => messageIn(bounded(row.encoding, row.data))),
  }));
}

/** All messages of a run in conversation order: results of parallel tool calls follow the order of the calls. */
export async function loadMessages(db: Kysely<Schema>, traceId: string): Promise<StoredMessage[]> {
  return await ofOneRun(db, traceId, (db) => readMessages(db, traceId));
}

async function readMessages(db: Db, traceId: string): Promise<StoredMessage[]> {
  const run = await db.selectFrom("run").select(["id", "run_id"]).where("trace_id", "=", bytes(traceId))
    .executeTakeFirst();
  if (!run) return [];
  const runId = String(run.run_id);
  const rows = await messageRows(db, run.id, runId);
  const spans = await db.selectFrom("span").select(["span_id", "kind", "finish_reasons", "output_tokens"])
    .where("run_no", "=", run.id).orderBy("position").execute();
  const stored = rows.map((row): StoredMessage => {
    const owner = spans[row.span_position];
    const span = row.message.role === "assistant" && owner?.kind === "llm" ? owner : undefined;
    const finishReason = whole({ runId }, "a message", () => {
      checkRow("run_message", row);
      if (owner) checkRow("span", owner);
      return span?.finish_reasons
        ? jsonIn<string[]>("a finish reason", span.finish_reasons, isTextList)[0]
        : undefined;
    });
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
