import type { Selectable } from "kysely";
import {
  canonicalJson,
  type ChangedSpan,
  type Cost,
  type Evaluation,
  isObject,
  type PriceTag,
  type Role,
  type Run,
  RUN_STATUSES,
  type RunTotals,
  type RunWarning,
  type Span,
  SPAN_KINDS,
  type StoredDiff,
  type Usage,
} from "../core/mod.ts";
import {
  attributesIn,
  checkLengths,
  Damage,
  idIn,
  isNumberMap,
  isText,
  isTextList,
  isTextMap,
  jsonIn,
  oneOf,
} from "./checked.ts";
import { hex, unpackPositions, uuidOf } from "./codec.ts";
import { checkRow } from "./row_types.ts";
import type { DiffRow, EvaluationRow, RunRow, SpanRow, SpentColumns, TokenColumns } from "./schema.ts";

/** Who says a message, by number. Stores hold the numbers: only add to it. */
export const ROLES: readonly Role[] = ["system", "user", "assistant", "tool"];

/** What was spent: tokens and money. */
export const SPENT_COLUMNS = [
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
  "cost_usd",
  "unknown_cost_calls",
  "estimated_cost_usd",
] as const satisfies readonly (keyof SpentColumns)[];

export const TOTAL_COLUMNS = [
  "steps",
  "llm_calls",
  "tool_calls",
  "attempts",
  ...SPENT_COLUMNS,
  "retry_wait_ms",
] as const satisfies readonly (keyof RunRow)[];

export function tokenColumns(usage: Usage): TokenColumns {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_input_tokens: usage.cacheWriteInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
}

export function usageOf(row: TokenColumns): Usage {
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cachedInputTokens: row.cached_input_tokens,
    cacheWriteInputTokens: row.cache_write_input_tokens,
    reasoningTokens: row.reasoning_tokens,
  };
}

/** Absent when nothing is estimated. */
export function estimateOf(row: Pick<RunRow, "estimated_cost_usd">): { readonly estimatedCostUsd?: number } {
  return row.estimated_cost_usd > 0 ? { estimatedCostUsd: row.estimated_cost_usd } : {};
}

export function totalsOf(row: Pick<RunRow, (typeof TOTAL_COLUMNS)[number]>): RunTotals {
  return {
    steps: row.steps,
    llmCalls: row.llm_calls,
    toolCalls: row.tool_calls,
    attempts: row.attempts,
    usage: usageOf(row),
    costUsd: row.cost_usd,
    unknownCostCalls: row.unknown_cost_calls,
    ...estimateOf(row),
    retryWaitMs: row.retry_wait_ms,
  };
}

/** The `error.type` of a run that cannot be read. */
export const DAMAGED = "damaged";
const ORIGINS: readonly Run["origin"][] = ["agent", "otlp", "proxy", "import"];
export const SPAN_STATUSES: readonly Span["status"][] = ["unset", "ok", "error", "interrupted"];

/**
 * `bodies` are the decoded bodies that the row refers to; without them the run has no texts and no configuration. A row that nobody of
 * ours wrote reads as a run that is damaged.
 */
export function runOf(row: Selectable<RunRow>, bodies?: ReadonlyMap<number, string>): Run {
  try {
    return checkedRun(row, bodies);
  } catch (error) {
    if (error instanceof Damage) return damagedRun(row, error.message);
    throw error;
  }
}

const TRACE_ID_CHARS = 32;

/** A run whose row cannot be read at all; nothing but its number is known. */
export function unreadableRun(runNo: number): Run {
  return damagedRun({ run_id: `damaged:${runNo}` } as Selectable<RunRow>, "its row cannot be read");
}

/** Nothing of what the row says but where it is. */
function damagedRun(row: Selectable<RunRow>, reason: string): Run {
  const traceId = row.trace_id instanceof Uint8Array ? hex(row.trace_id).slice(0, TRACE_ID_CHARS) : "";
  const number = (value: unknown) => typeof value === "number" && Number.isFinite(value) ? value : 0;
  const time = (value: unknown) => Number.isSafeInteger(value) ? value as number : 0;
  const totals = Object.fromEntries(TOTAL_COLUMNS.map((column) => [column, number(row[column])]));
  return {
    traceId,
    runId: isSafeId(row.run_id) ? row.run_id : uuidOf(traceId),
    agent: "(damaged)",
    status: "failed",
    model: "(damaged)",
    origin: "import",
    userId: "default",
    tags: {},
    config: {},
    prompt: "",
    startTimeUs: time(row.start_us),
    endTimeUs: time(row.end_us ?? row.start_us),
    error: { type: DAMAGED, message: `the stored run is damaged: ${reason}`, remedy: "agentop db verify" },
    totals: totalsOf(totals as Pick<RunRow, (typeof TOTAL_COLUMNS)[number]>),
  };
}

function isSafeId(id: unknown): id is string {
  try {
    return idIn("", id) === id;
  } catch {
    return false;
  }
}

function checkedRun(row: Selectable<RunRow>, bodies?: ReadonlyMap<number, string>): Run {
  const text = (inline: string | null, body: number | null): string | undefined => {
    if (!bodies || inline === null && body === null) return undefined;
    return jsonIn<string>("a text", inline ?? bodies.get(body!), isText);
  };
  checkRow("run", row);
  const output = text(row.output, row.output_body);
  return {
    traceId: hex(row.trace_id),
    runId: idIn("the id", row.run_id),
    agent: row.agent,
    status: oneOf("the status", row.status, RUN_STATUSES),
    model: row.model,
    origin: oneOf("the origin", row.origin, ORIGINS),
    userId: row.user_id,
    ...(row.group_id === null ? {} : { group: row.group_id }),
    tags: jsonIn<Record<string, string>>("a tag", row.tags, isTextMap),
    config: bodies
      ? jsonIn<Record<string, unknown>>("the configuration", bodies.get(row.config_body), isObject)
      : {},
    prompt: text(row.prompt, row.prompt_body) ?? "",
    ...(output === undefined ? {} : { output }),
    ...(row.parent_run_id === null ? {} : { parentRunId: idIn("the parent", row.parent_run_id) }),
    ...(row.forked_run_id === null
      ? {}
      : { forkedFrom: { runId: idIn("the forked run", row.forked_run_id), step: row.forked_step ?? 0 } }),
    startTimeUs: row.start_us,
    ...(row.end_us === null ? {} : { endTimeUs: row.end_us }),
    ...(row.idle_us === 0 ? {} : { idleUs: row.idle_us }),
    ...(row.idle_since_us === null ? {} : { idleSinceUs: row.idle_since_us }),
    ...(row.error_type === null ? {} : {
      error: {
        type: row.error_type,
        message: jsonIn<string>("the error", row.error_message ?? '""', isText),
        ...(row.error_remedy === null
          ? {}
          : { remedy: jsonIn<string>("the remedy", row.error_remedy, isText) }),
      },
    }),
    ...(row.finish_reason === null
      ? {}
      : { finishReason: jsonIn<string>("the finish reason", row.finish_reason, isText) }),
    ...(row.warnings === null
      ? {}
      : { warnings: jsonIn<readonly RunWarning[]>("a warning", row.warnings, isWarningList) }),
    totals: totalsOf(row),
  };
}

const isWarningList = (value: unknown) =>
  Array.isArray(value) && value.every((it) => isObject(it) && isText(it["type"]) && isText(it["message"]));

/** Token calls are billed for what their usage says: then the quantities need not be stored again. */
const FROM_USAGE = "usage";

function billedTokens(usage: Usage): Record<string, number> {
  const all = {
    input_tokens: usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteInputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_input_tokens: usage.cacheWriteInputTokens,
    output_tokens: usage.outputTokens,
  };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

export function packQuantities({ quantities }: Cost, usage: Usage | undefined): string {
  const json = canonicalJson(quantities);
  return usage && json === canonicalJson(billedTokens(usage)) ? FROM_USAGE : json;
}

/** `bodies` are the decoded bodies that the row refers to, `messageCount` the messages that there are. Throws `Damage`. */
export function changedSpanOf(
  traceId: string,
  row: Selectable<SpanRow>,
  bodies: ReadonlyMap<number, string>,
  messageCount: number,
): ChangedSpan {
  const optional = <K extends keyof ChangedSpan>(key: K, value: ChangedSpan[K] | null | undefined) =>
    value === null || value === undefined ? {} : { [key]: value } as { [P in K]: ChangedSpan[K] };
  checkRow("span", row);
  const attributes = row.attributes ??
    (row.attributes_body === null ? "{}" : bodies.get(row.attributes_body));
  return {
    traceId,
    spanId: hex(row.span_id),
    ...optional("parentSpanId", row.parent_span_id === null ? null : hex(row.parent_span_id)),
    name: row.name,
    kind: oneOf("its kind", row.kind, SPAN_KINDS),
    ...optional("step", row.step),
    startTimeUs: row.start_us,
    ...optional("endTimeUs", row.end_us),
    status: oneOf("its status", row.status, SPAN_STATUSES),
    ...optional("errorType", row.error_type),
    ...optional(
      "errorMessage",
      row.error_message === null ? null : jsonIn<string>("its error", row.error_message, isText),
    ),
    ...optional("providerName", row.provider),
    ...optional("requestModel", row.request_model),
    ...optional("responseModel", row.response_model),
    ...optional("responseId", row.response_id),
    ...optional(
      "finishReasons",
      row.finish_reasons === null
        ? null
        : jsonIn<string[]>("a finish reason", row.finish_reasons, isTextList),
    ),
    ...optional("timeToFirstChunkMs", row.time_to_first_chunk_ms),
    ...optional("usage", row.input_tokens === null ? null : usageOf(row as TokenColumns)),
    ...optional("cost", costOf(row, bodies)),
    ...optional("inputRefs", row.input_refs === null ? null : positions(row.input_refs, messageCount)),
    ...optional("outputRefs", row.output_refs === null ? null : positions(row.output_refs, messageCount)),
    attributes: attributesIn(attributes),
  };
}

/** Throws `Damage`. */
export function positions(text: string, messageCount: number): number[] {
  try {
    return unpackPositions(text, messageCount);
  } catch (error) {
    throw error instanceof RangeError ? new Damage(`it refers to ${error.message}`) : error;
  }
}

function costOf(row: Selectable<SpanRow>, bodies: ReadonlyMap<number, string>): Cost | undefined {
  if (row.cost_quantities === null) return undefined;
  const tag = row.price_body === null ? undefined : bodies.get(row.price_body);
  return {
    usd: row.cost_usd,
    quantities: row.cost_quantities === FROM_USAGE
      ? billedTokens(usageOf(row as TokenColumns))
      : jsonIn<Record<string, number>>("a quantity", row.cost_quantities, isNumberMap),
    ...(tag === undefined ? {} : { tag: jsonIn<PriceTag>("the price", tag, isObject) }),
  };
}

const EVALUATION_NAMES = ["eval_id", "name", "label", "source", "scorer_version"];

/** Throws `Damage`. */
export function evaluationOf(traceId: string, row: EvaluationRow): Evaluation {
  checkRow("evaluation", row);
  checkLengths(row, EVALUATION_NAMES, ["explanation"]);
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
    ...(row.passed === null ? {} : { passed: row.passed === 1 }),
    ...(row.error === null ? {} : { error: row.error }),
    createdAtUs: row.created_us,
  };
}

export function diffRow(diff: StoredDiff): Omit<DiffRow, "digest"> {
  return {
    diff_id: diff.diffId,
    left_run_id: diff.leftRunId,
    right_run_id: diff.rightRunId,
    created_us: diff.createdAtUs,
    overrides: JSON.stringify(diff.overrides),
    parameter_changed: Object.keys(diff.overrides).join(", ") || null,
    before_output: diff.leftOutput,
    after_output: diff.rightOutput,
    diff_json: JSON.stringify(diff.diff),
  };
}

/** Throws `Damage`. */
export function diffOf(row: DiffRow): StoredDiff {
  checkRow("diff", row);
  return {
    diffId: idIn("its id", row.diff_id),
    leftRunId: idIn("its left run", row.left_run_id),
    rightRunId: idIn("its right run", row.right_run_id),
    createdAtUs: row.created_us,
    overrides: jsonIn<Record<string, unknown>>("what was changed on purpose", row.overrides, isObject),
    leftOutput: row.before_output,
    rightOutput: row.after_output,
    diff: jsonIn<unknown>("the difference", row.diff_json, () => true),
  };
}
