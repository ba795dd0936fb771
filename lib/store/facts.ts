import { type Kysely, sql, type SqlBool } from "kysely";
import {
  type FactsQuery,
  QUARTER_MS,
  SPAN_KINDS,
  type SpanFacts,
  type SpanFactsPage,
  type SpanFactsQuery,
  type UsageFacts,
  type UsageFactsRead,
} from "../core/mod.ts";
import { Damage, idIn, isText, isTextList, jsonIn, oneOf } from "./checked.ts";
import { hex } from "./codec.ts";
import { type AskedOf, prepareFilter } from "./conditions.ts";
import { nextCursor, parseCursor } from "./page.ts";
import { checkRow } from "./row_types.ts";
import { estimateOf, SPAN_STATUSES, usageOf } from "./rows.ts";
import { isSoundUsage } from "./sound_figures.ts";
import type { RunRow, Schema, TokenColumns, UsageRow } from "./schema.ts";

const SPANS_MAX = 10_000;

/** For a query that has `run` in it. */
async function chosen(db: Kysely<Schema>, asked: AskedOf, { runIds, filter }: FactsQuery) {
  if (runIds) {
    // One parameter however many there are.
    const ids = JSON.stringify(runIds);
    return sql<SqlBool>`run.run_id in (select value from json_each(${ids}))`;
  }
  return (await prepareFilter(db, asked, filter)).fits;
}

export async function usageFacts(
  db: Kysely<Schema>,
  asked: AskedOf,
  query: FactsQuery = {},
): Promise<UsageFactsRead> {
  const rows = await db.selectFrom("run_usage").innerJoin("run", "run.id", "run_usage.run_no")
    .selectAll("run_usage")
    .select(["run.run_id", "run.agent", "run.group_id", "run.user_id", "run.start_us"])
    .where(await chosen(db, asked, query))
    .orderBy("run.start_us").orderBy("run.id").orderBy("run_usage.quarter").orderBy("run_usage.model")
    .execute();
  const { read, damagedRows } = sound(rows, usageFactsOf);
  return { usage: read, damagedRows };
}

function usageFactsOf(
  row: UsageRow & Pick<RunRow, "run_id" | "agent" | "group_id" | "user_id" | "start_us">,
): UsageFacts {
  checkRow("run_usage", row);
  checkRow("run", { agent: row.agent, group_id: row.group_id, user_id: row.user_id, start_us: row.start_us });
  if (!isSoundUsage(row)) throw new Damage("its figures are not what can stand there");
  return {
    runId: idIn("its run", row.run_id),
    agent: row.agent,
    ...(row.group_id === null ? {} : { group: row.group_id }),
    userId: row.user_id,
    startTimeUs: row.start_us,
    model: row.model,
    quarterMs: row.quarter * QUARTER_MS,
    llmCalls: row.llm_calls,
    usage: usageOf(row),
    costUsd: row.cost_usd,
    unknownCostCalls: row.unknown_cost_calls,
    ...estimateOf(row),
  };
}

/** Rows that cannot be what was written are left out, and counted: what is asked here is asked of many runs. `db verify` names them. */
function sound<Row, T>(rows: readonly Row[], read: (row: Row) => T) {
  const all = rows.flatMap((row) => {
    try {
      return [read(row)];
    } catch (error) {
      if (error instanceof Damage) return [];
      throw error;
    }
  });
  return { read: all, damagedRows: rows.length - all.length };
}

const SPAN_COLUMNS = [
  "span.run_no",
  "span.position",
  "span.span_id",
  "span.parent_span_id",
  "span.kind",
  "span.name",
  "span.step",
  "span.start_us",
  "span.end_us",
  "span.status",
  "span.error_type",
  "span.error_message",
  "span.provider",
  "span.request_model",
  "span.response_model",
  "span.finish_reasons",
  "span.time_to_first_chunk_ms",
  "span.input_tokens",
  "span.output_tokens",
  "span.cached_input_tokens",
  "span.cache_write_input_tokens",
  "span.reasoning_tokens",
  "span.cost_usd",
] as const;

/** Spans of many runs, one page after the other. */
export async function spanFacts(
  db: Kysely<Schema>,
  asked: AskedOf,
  query: SpanFactsQuery = {},
): Promise<SpanFactsPage> {
  const limit = Math.min(SPANS_MAX, query.limit ?? SPANS_MAX);
  const cursor = parseCursor("list spans", query.cursor);
  let select = db.selectFrom("span").innerJoin("run", "run.id", "span.run_no").select(SPAN_COLUMNS)
    .select(["run.run_id", "run.agent", sql<number>`span.cost_quantities is not null`.as("is_billed")])
    .where(await chosen(db, asked, query));
  if (query.kinds) select = select.where("span.kind", "in", [...query.kinds]);
  if (cursor) {
    select = select.where(sql<SqlBool>`(span.run_no, span.position) > (${cursor[0]}, ${cursor[1]})`);
  }
  const rows = await select.orderBy("span.run_no").orderBy("span.position").limit(limit + 1).execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const { read, damagedRows } = sound(page, factsOf);
  return {
    spans: read,
    damagedRows,
    ...(rows.length > limit && last ? nextCursor(last.run_no, last.position) : {}),
  };
}

type FactsRow =
  & Pick<
    Schema["span"],
    (typeof SPAN_COLUMNS)[number] extends `span.${infer C extends keyof Schema["span"]}` ? C : never
  >
  & { readonly run_id: string; readonly agent: string; readonly is_billed: number };

function factsOf(row: FactsRow): SpanFacts {
  checkRow("span", row);
  return {
    runId: idIn("its run", row.run_id),
    agent: row.agent,
    spanId: hex(row.span_id),
    ...(row.parent_span_id === null ? {} : { parentSpanId: hex(row.parent_span_id) }),
    kind: oneOf("its kind", row.kind, SPAN_KINDS),
    name: row.name,
    ...(row.step === null ? {} : { step: row.step }),
    startTimeUs: row.start_us,
    ...(row.end_us === null ? {} : { endTimeUs: row.end_us }),
    status: oneOf("its status", row.status, SPAN_STATUSES),
    ...(row.error_type === null ? {} : { errorType: row.error_type }),
    ...(row.error_message === null
      ? {}
      : { errorMessage: jsonIn<string>("its error", row.error_message, isText) }),
    ...(row.provider === null ? {} : { provider: row.provider }),
    ...(row.request_model === null ? {} : { requestModel: row.request_model }),
    ...(row.response_model === null ? {} : { responseModel: row.response_model }),
    ...finishReasonOf(row.finish_reasons),
    ...(row.time_to_first_chunk_ms === null ? {} : { timeToFirstChunkMs: row.time_to_first_chunk_ms }),
    ...(row.input_tokens === null ? {} : { usage: usageOf(row as TokenColumns) }),
    ...(row.is_billed ? { costUsd: row.cost_usd } : {}),
  };
}

function finishReasonOf(json: string | null): { readonly finishReason?: string } {
  const [first] = json === null ? [] : jsonIn<string[]>("a finish reason", json, isTextList);
  return first === undefined ? {} : { finishReason: first };
}
