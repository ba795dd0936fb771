import type { Generated } from "kysely";
import type {
  AlertDeliveryRow,
  AlertRow,
  AlertRuleRow,
  AlertWindowRow,
  BudgetMarkRow,
} from "./alerts/alert_schema.ts";

/**
 * Physical tables. `run_no` (`run.id`) leads every key, so that a run's rows are neighbours and new ones are appended: random
 * ids as keys left a quarter of each page empty. Ids are bytes; times are microseconds since the epoch; free text is JSON text (see `codec.ts`).
 */
export interface Schema {
  /** One row: the number of writes so far, the last one that deleted bodies, and which copy of the store this is. */
  clock: { id: number; seq: number; swept: number; generation: number };
  body: { id: Generated<number>; hash: Uint8Array; encoding: number; length: number; data: Uint8Array };
  run: RunRow & { id: Generated<number> };
  span: SpanRow;
  run_message: MessageRow;
  run_usage: UsageRow;
  snapshot: SnapshotRow;
  evaluation: EvaluationRow;
  diff: DiffRow;
  endpoint: EndpointRow;
  server: {
    owner: string;
    url: string;
    started_us: number;
    noted_us: number;
    spans: number;
    per_second: number;
    errors: number;
    sender: string | null;
  };
  received: ReceivedRow;
  exported: { target: string; trace_id: Uint8Array; seq: number };
  received_run: ReceivedRunRow;
  experiment: ExperimentRow & { id: Generated<number> };
  eval_case: CaseRow;
  eval_result: ResultRow;
  exchange: {
    hash: Uint8Array;
    trace_id: Uint8Array;
    status: number;
    content_type: string;
    encoding: number;
    body: Uint8Array;
    at_us: number;
  };
  budget: { scope: string; per: string; limit_usd: number };
  budget_spend: {
    scope: string;
    per: string;
    from_quarter: number;
    to_quarter: number;
    spent_usd: number;
    told: number;
  };
  budget_hold: { trace_id: Uint8Array; span_id: Uint8Array; run_no: number; model: string; usd: number };
  budget_mark: BudgetMarkRow;
  alert_rule: AlertRuleRow & { id: Generated<number> };
  alert_due: { run_no: number; kind: number; rule_no: number };
  alert_window: AlertWindowRow;
  alert_episode: { rule_no: number; subject: string; window_us: number; alert_no: number };
  alert: AlertRow & { id: Generated<number> };
  alert_delivery: AlertDeliveryRow & { id: Generated<number> };
  baseline: BaselineRow;
  api_key: ApiKeyRow;
  partial: { trace_id: Uint8Array; span_id: Uint8Array; text: string; reasoning: string; updated_us: number };
  control: {
    id: Generated<number>;
    trace_id: Uint8Array;
    action: string;
    argument: string;
    requested_us: number;
    taken: number;
  };
}

export interface TokenColumns {
  input_tokens: number;
  output_tokens: number;
  cached_input_tokens: number;
  cache_write_input_tokens: number;
  reasoning_tokens: number;
}

export interface RunRow extends TokenColumns {
  trace_id: Uint8Array;
  run_id: string;
  agent: string;
  model: string;
  status: string;
  origin: string;
  user_id: string;
  group_id: string | null;
  parent_run_id: string | null;
  forked_run_id: string | null;
  forked_step: number | null;
  start_us: number;
  end_us: number | null;
  idle_us: number;
  idle_since_us: number | null;
  tags: string;
  config_body: number;
  prompt: string | null;
  prompt_body: number | null;
  output: string | null;
  output_body: number | null;
  error_type: string | null;
  error_message: string | null;
  error_remedy: string | null;
  /** JSON, like the texts. */
  finish_reason: string | null;
  warnings: string | null;
  steps: number;
  llm_calls: number;
  tool_calls: number;
  attempts: number;
  cost_usd: number;
  unknown_cost_calls: number;
  estimated_cost_usd: number;
  retry_wait_ms: number;
  seq: number;
  owner: string | null;
  indexed: number;
  /** Of all rows of a run that has ended (see `digest.ts`); null while it is at work, and for those from before. */
  digest: Uint8Array | null;
}

export interface SpanRow {
  run_no: number;
  /** Order of start within the run. */
  position: number;
  span_id: Uint8Array;
  parent_span_id: Uint8Array | null;
  kind: string;
  name: string;
  step: number | null;
  start_us: number;
  end_us: number | null;
  status: string;
  error_type: string | null;
  error_message: string | null;
  provider: string | null;
  request_model: string | null;
  response_model: string | null;
  response_id: string | null;
  finish_reasons: string | null;
  time_to_first_chunk_ms: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cached_input_tokens: number | null;
  cache_write_input_tokens: number | null;
  reasoning_tokens: number | null;
  cost_usd: number | null;
  cost_quantities: string | null;
  price_body: number | null;
  input_refs: string | null;
  output_refs: string | null;
  attributes: string | null;
  attributes_body: number | null;
  /** The last write that changed the row; 0 before stores counted them. */
  seq: number;
}

export interface MessageRow {
  run_no: number;
  position: number;
  message_id: Uint8Array;
  body_id: number;
  /** Position of the span that added the message. */
  span_position: number;
  at_us: number;
  /** As in the body, by its number in `ROLES`: most bodies are compressed, and other programs cannot look inside. */
  role: number;
}

/** Tokens and money of one run by model and quarter hour since the epoch, which all time zones share: what cost reports add up. */
export interface UsageRow extends TokenColumns {
  run_no: number;
  model: string;
  quarter: number;
  llm_calls: number;
  cost_usd: number;
  unknown_cost_calls: number;
  estimated_cost_usd: number;
}

export interface SnapshotRow {
  run_no: number;
  step: number;
  snapshot_id: Uint8Array;
  span_position: number;
  created_us: number;
  message_refs: string;
  key_values_body: number | null;
  seq: number;
}

export interface EvaluationRow {
  eval_id: string;
  run_no: number;
  span_id: Uint8Array | null;
  name: string;
  value: number | null;
  label: string | null;
  explanation: string | null;
  source: string;
  scorer_version: string | null;
  created_us: number;
  seq: number;
  /** The experiment that asked for it. */
  experiment_no: number | null;
  /** 0 or 1. */
  passed: number | null;
  /** Why there is no score. */
  error: string | null;
  /** Of this row; null in rows from before. */
  digest: Uint8Array | null;
}

export interface SpentColumns extends TokenColumns {
  cost_usd: number;
  unknown_cost_calls: number;
  estimated_cost_usd: number;
}

/** Sums of an experiment's results are kept here, so that lists never add them up. */
export interface ExperimentRow extends SpentColumns {
  experiment_id: string;
  suite: string;
  suite_hash: string;
  status: string;
  reason: string | null;
  /** Who is at work on it. */
  owner: string | null;
  start_us: number;
  end_us: number | null;
  /** A JSON list of names: results have their place in it. */
  variants: string;
  cases: number;
  repeats: number;
  planned: number;
  done: number;
  passed: number;
  errors: number;
  /** JSON: an `ExperimentPlan`. */
  plan: string;
  /** Of the row, its cases and its results; while somebody works on it there is none. */
  digest: Uint8Array | null;
}

/** A case by its place in the suite. */
export interface CaseRow {
  experiment_no: number;
  position: number;
  case_id: string;
  hash: Uint8Array;
}

/** One repeat of a case under a variant. What it was judged by is in `evaluation`. */
export interface ResultRow extends SpentColumns {
  experiment_no: number;
  variant: number;
  case_position: number;
  repeat: number;
  run_no: number;
  /** 0 or 1. */
  passed: number;
  /** 0 or 1. */
  is_error: number;
  duration_ms: number;
}

/** A run that others must look like. */
export interface BaselineRow {
  name: string;
  run_id: string;
  created_us: number;
  digest: Uint8Array | null;
}

/** What a server has said of itself to the holder of a key. */
export interface EndpointRow {
  address: string;
  /** The beginning of a hash of the key. */
  key_id: string;
  /** A JSON list. */
  refused_fields: string;
  /** A JSON list of `RateLimit`. */
  limits: string;
  noted_us: number;
}

/** A key of the HTTP API. */
export interface ApiKeyRow {
  /** SHA-256 of its text. */
  hash: Uint8Array;
  name: string;
  role: string;
  created_us: number;
  /** Absent while it is good. */
  revoked_us: number | null;
}

/** A delivery of what another program tells of a run, as it came: packed like a body. */
export interface ReceivedRow {
  trace_id: Uint8Array;
  part: number;
  /** By its number in `SIGNALS`. */
  signal: number;
  hash: Uint8Array;
  encoding: number;
  data: Uint8Array;
}

/** How far what was received of a run has been read; the run itself may not be there yet. */
export interface ReceivedRunRow {
  trace_id: Uint8Array;
  /** Parts that are kept, and how many of them the run's rows were read from. */
  kept: number;
  read: number;
  reading: number;
  /** When the last part came. */
  at_us: number;
}

export interface DiffRow {
  diff_id: string;
  left_run_id: string;
  right_run_id: string;
  created_us: number;
  overrides: string;
  parameter_changed: string | null;
  before_output: string | null;
  after_output: string | null;
  diff_json: string;
  /** Of this row; null in rows from before. */
  digest: Uint8Array | null;
}
