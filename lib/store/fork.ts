import { sql } from "kysely";
import type { RunPrefix } from "../core/mod.ts";
import { bytes, unpackPositions } from "./codec.ts";
import type { Db } from "./statements.ts";

/**
 * Copies a run's beginning into another run: rows of spans, messages and snapshots. Bodies are shared. What the copied calls
 * cost was paid by the original, so it is not counted again. The agent's span is open again.
 */
export async function copyPrefix(
  db: Db,
  source: RunPrefix,
  traceId: string,
  seq: number,
): Promise<void> {
  const runNo = async (id: string) =>
    (await db.selectFrom("run").select("id").where("trace_id", "=", bytes(id)).executeTakeFirstOrThrow()).id;
  const [from, to] = [await runNo(source.traceId), await runNo(traceId)];
  const { throughStep, shiftUs } = source;
  const spans = await db.selectFrom("span").select([
    "position",
    "step",
    "kind",
    "name",
    "input_refs",
    "output_refs",
  ])
    .where("run_no", "=", from).orderBy("position").execute();
  let end = spans.find(({ step }) => step !== null && step > throughStep)?.position ?? spans.length;
  // What was done to the original after that step is done again by the fork, and is a span of its own there.
  const isOperation = (at: number) =>
    spans[at]?.kind === "event" && (spans[at].name === "tell" || spans[at].name === "set");
  while (isOperation(end - 1)) end--;
  const refs = spans.filter(({ position }) => position < end)
    .flatMap((
      span,
    ) => [...unpackPositions(span.input_refs ?? ""), ...unpackPositions(span.output_refs ?? "")]);
  const messages = refs.reduce((most, position) => Math.max(most, position + 1), 0);
  const isRoot = sql`kind = 'agent' and parent_span_id is null`;
  await sql`insert into span (run_no, position, span_id, parent_span_id, kind, name, step, start_us, end_us, status,
      error_type, error_message, provider, request_model, response_model, response_id, finish_reasons,
      time_to_first_chunk_ms, input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens,
      reasoning_tokens, cost_usd, cost_quantities, price_body, input_refs, output_refs, attributes, attributes_body,
      seq)
    select ${to}, position, span_id, parent_span_id, kind, name, step, start_us + ${shiftUs},
      case when ${isRoot} then null else end_us + ${shiftUs} end,
      case when ${isRoot} then 'unset' else status end,
      case when ${isRoot} then null else error_type end,
      case when ${isRoot} then null else error_message end, provider, request_model, response_model, response_id, finish_reasons, time_to_first_chunk_ms, input_tokens, output_tokens, cached_input_tokens,
      cache_write_input_tokens, reasoning_tokens, case when cost_quantities is null then null else 0.0 end,
      case when cost_quantities is null then null else '{}' end, null, input_refs, output_refs, attributes,
      attributes_body, ${seq}
    from span where run_no = ${from} and position < ${end}`.execute(db);
  await sql`insert into run_message (run_no, position, message_id, body_id, span_position, at_us, role)
    select ${to}, position, message_id, body_id, span_position, at_us + ${shiftUs}, role
    from run_message where run_no = ${from} and position < ${messages}`.execute(db);
  await sql`insert into snapshot (run_no, step, snapshot_id, span_position, created_us, message_refs, key_values_body,
      seq)
    select ${to}, step, snapshot_id, span_position, created_us + ${shiftUs}, message_refs, key_values_body, ${seq}
    from snapshot where run_no = ${from} and step <= ${throughStep} and span_position < ${end}`.execute(db);
}
