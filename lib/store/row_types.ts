import { Damage } from "./checked.ts";
import type { Schema } from "./schema.ts";

/** What a column holds; with `?` also nothing. A number may be infinite. */
type ColumnType = "int" | "int?" | "real" | "real?" | "number?" | "text" | "text?" | "blob" | "blob?";
type Columns<Table> = { readonly [C in keyof Table]-?: ColumnType };
type TypedTable =
  | "run"
  | "span"
  | "run_message"
  | "run_usage"
  | "snapshot"
  | "evaluation"
  | "diff"
  | "body"
  | "experiment"
  | "eval_case"
  | "eval_result"
  | "baseline";

const TOKENS = {
  input_tokens: "int",
  output_tokens: "int",
  cached_input_tokens: "int",
  cache_write_input_tokens: "int",
  reasoning_tokens: "int",
} as const;

const SPENT = {
  ...TOKENS,
  cost_usd: "real",
  unknown_cost_calls: "int",
  estimated_cost_usd: "real",
} as const;

/**
 * The type of every column. A database keeps to them when it writes; a damaged or foreign file may hold anything. Digests take
 * columns in this order.
 */
export const COLUMN_TYPES: { readonly [T in TypedTable]: Columns<Schema[T]> } = {
  run: {
    id: "int",
    trace_id: "blob",
    run_id: "text",
    agent: "text",
    model: "text",
    status: "text",
    origin: "text",
    user_id: "text",
    group_id: "text?",
    parent_run_id: "text?",
    forked_run_id: "text?",
    forked_step: "int?",
    start_us: "int",
    end_us: "int?",
    idle_us: "int",
    idle_since_us: "int?",
    tags: "text",
    config_body: "int",
    prompt: "text?",
    prompt_body: "int?",
    output: "text?",
    output_body: "int?",
    error_type: "text?",
    error_message: "text?",
    error_remedy: "text?",
    finish_reason: "text?",
    warnings: "text?",
    steps: "int",
    llm_calls: "int",
    tool_calls: "int",
    attempts: "int",
    ...TOKENS,
    cost_usd: "real",
    unknown_cost_calls: "int",
    estimated_cost_usd: "real",
    retry_wait_ms: "real",
    seq: "int",
    owner: "text?",
    indexed: "int",
    digest: "blob?",
  },
  span: {
    run_no: "int",
    position: "int",
    span_id: "blob",
    parent_span_id: "blob?",
    kind: "text",
    name: "text",
    step: "int?",
    start_us: "int",
    end_us: "int?",
    status: "text",
    error_type: "text?",
    error_message: "text?",
    provider: "text?",
    request_model: "text?",
    response_model: "text?",
    response_id: "text?",
    finish_reasons: "text?",
    time_to_first_chunk_ms: "real?",
    input_tokens: "int?",
    output_tokens: "int?",
    cached_input_tokens: "int?",
    cache_write_input_tokens: "int?",
    reasoning_tokens: "int?",
    cost_usd: "real?",
    cost_quantities: "text?",
    price_body: "int?",
    input_refs: "text?",
    output_refs: "text?",
    attributes: "text?",
    attributes_body: "int?",
    seq: "int",
  },
  run_message: {
    run_no: "int",
    position: "int",
    message_id: "blob",
    body_id: "int",
    span_position: "int",
    at_us: "int",
    role: "int",
  },
  run_usage: {
    run_no: "int",
    model: "text",
    quarter: "int",
    llm_calls: "int",
    ...TOKENS,
    cost_usd: "real",
    unknown_cost_calls: "int",
    estimated_cost_usd: "real",
  },
  snapshot: {
    run_no: "int",
    step: "int",
    snapshot_id: "blob",
    span_position: "int",
    created_us: "int",
    message_refs: "text",
    key_values_body: "int?",
    seq: "int",
  },
  evaluation: {
    eval_id: "text",
    run_no: "int",
    span_id: "blob?",
    name: "text",
    value: "number?",
    label: "text?",
    explanation: "text?",
    source: "text",
    scorer_version: "text?",
    created_us: "int",
    seq: "int",
    experiment_no: "int?",
    passed: "int?",
    error: "text?",
    digest: "blob?",
  },
  diff: {
    diff_id: "text",
    left_run_id: "text",
    right_run_id: "text",
    created_us: "int",
    overrides: "text",
    parameter_changed: "text?",
    before_output: "text?",
    after_output: "text?",
    diff_json: "text",
    digest: "blob?",
  },
  body: { id: "int", hash: "blob", encoding: "int", length: "int", data: "blob" },
  experiment: {
    id: "int",
    experiment_id: "text",
    suite: "text",
    suite_hash: "text",
    status: "text",
    reason: "text?",
    owner: "text?",
    start_us: "int",
    end_us: "int?",
    variants: "text",
    cases: "int",
    repeats: "int",
    planned: "int",
    done: "int",
    passed: "int",
    errors: "int",
    ...SPENT,
    plan: "text",
    digest: "blob?",
  },
  eval_case: { experiment_no: "int", position: "int", case_id: "text", hash: "blob" },
  eval_result: {
    experiment_no: "int",
    variant: "int",
    case_position: "int",
    repeat: "int",
    run_no: "int",
    passed: "int",
    is_error: "int",
    duration_ms: "real",
    ...SPENT,
  },
  baseline: { name: "text", run_id: "text", created_us: "int", digest: "blob?" },
};

function fits(value: unknown, type: ColumnType): boolean {
  if (value === null) return type.endsWith("?");
  switch (type[0]) {
    case "i":
      return Number.isSafeInteger(value);
    case "r":
      return Number.isFinite(value);
    case "n":
      return typeof value === "number" && !Number.isNaN(value);
    case "t":
      return typeof value === "string";
    default:
      return value instanceof Uint8Array;
  }
}

const checksOf = new Map<TypedTable, readonly (readonly [column: string, type: ColumnType])[]>();

/** Whether a column can hold that. */
export function fitsColumn<T extends TypedTable>(
  table: T,
  column: keyof Schema[T] & string,
  value: unknown,
): boolean {
  return fits(value, (COLUMN_TYPES[table] as Record<string, ColumnType>)[column]!);
}

/** Throws `Damage` for a row with a value that its column cannot hold. Columns that were not asked for are left alone. */
export function checkRow(table: TypedTable, row: object): void {
  let checks = checksOf.get(table);
  if (!checks) checksOf.set(table, checks = Object.entries(COLUMN_TYPES[table]));
  for (const [column, type] of checks) {
    const value = (row as Record<string, unknown>)[column];
    if (value !== undefined && !fits(value, type)) {
      throw new Damage(`its ${column} is not what can stand there`);
    }
  }
}
