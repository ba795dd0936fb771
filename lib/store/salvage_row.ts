import type { Selectable } from "kysely";
import { ATTR, isObject, QUARTER_MS, RUN_STATUSES, tryParseJson } from "../core/mod.ts";
import { hex, uuidOf } from "./codec.ts";
import { COLUMN_TYPES, fitsColumn } from "./row_types.ts";
import type { BodyCopier } from "./salvage_bodies.ts";
import type { RunRow, SpanRow, UsageRow } from "./schema.ts";

/** A span as it is copied, with what its attributes say. */
export interface KeptSpan {
  readonly row: Omit<SpanRow, "run_no">;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const TRACE_ID_BYTES = 16;
const ID = /^[\w.:@/+-]{1,200}$/;
const US_PER_QUARTER = QUARTER_MS * 1000;
const INSTEAD = { int: 0, real: 0, text: "(damaged)" } as const;

const isTextIn = (json: string) => typeof tryParseJson(json) === "string";

/** What a text column must be beyond a text, and what stands there when it is not. */
const TEXTS: Readonly<
  Record<string, { readonly fits: (text: string) => boolean; readonly instead: string | null }>
> = {
  run_id: { fits: (it) => ID.test(it), instead: null },
  parent_run_id: { fits: (it) => ID.test(it), instead: null },
  forked_run_id: { fits: (it) => ID.test(it), instead: null },
  status: { fits: (it) => (RUN_STATUSES as readonly string[]).includes(it), instead: "interrupted" },
  origin: { fits: (it) => ["agent", "otlp", "proxy", "import"].includes(it), instead: "agent" },
  tags: { fits: (it) => isTextMapIn(it), instead: "{}" },
  prompt: { fits: isTextIn, instead: null },
  output: { fits: isTextIn, instead: null },
  error_message: { fits: isTextIn, instead: null },
  error_remedy: { fits: isTextIn, instead: null },
  finish_reason: { fits: isTextIn, instead: null },
  warnings: { fits: (it) => Array.isArray(tryParseJson(it)), instead: null },
};

function isTextMapIn(json: string): boolean {
  const value = tryParseJson(json);
  return isObject(value) && Object.values(value).every((it) => typeof it === "string");
}

/** A run's row with something harmless in place of what cannot be; `run` is absent when it would have no name. */
export async function repairedRow(
  row: Selectable<RunRow> & { readonly id: number },
  bodies: BodyCopier,
): Promise<{ readonly run?: Omit<RunRow, "id">; readonly lost: readonly string[] }> {
  const lost: string[] = [];
  if (!(row.trace_id instanceof Uint8Array) || row.trace_id.length !== TRACE_ID_BYTES) {
    return { lost: ["its id cannot be read"] };
  }
  const run: Record<string, unknown> = {};
  for (const [column, type] of Object.entries(COLUMN_TYPES.run)) {
    if (column === "id") continue;
    const value = row[column as keyof RunRow];
    const { fits, instead } = TEXTS[column] ?? { fits: () => true, instead: undefined };
    const isSound = fitsColumn("run", column as keyof RunRow, value) &&
      (typeof value !== "string" || fits(value));
    if (!isSound) lost.push(`its ${column}`);
    run[column] = isSound ? value : instead ?? (type.endsWith("?") ? null : INSTEAD[type as "int"]);
  }
  if (run["run_id"] === null || run["run_id"] === INSTEAD.text) run["run_id"] = uuidOf(hex(row.trace_id));
  for (const column of ["prompt_body", "output_body", "config_body"] as const) {
    const copied = await bodies.copy(run[column] as number | null);
    if (copied === undefined) lost.push(`its ${column.slice(0, -5)}`);
    run[column] = copied ?? (column === "config_body" ? await bodies.instead("{}") : null);
  }
  return {
    run: { ...run, owner: null, indexed: 0, digest: null } as unknown as Omit<RunRow, "id">,
    lost,
  };
}

/** The sums that a run's row holds, from its spans. */
export function totalsOfSpans(spans: readonly KeptSpan[]): Partial<RunRow> {
  const rows = spans.map(({ row }) => row);
  const count = (fits: (row: KeptSpan["row"]) => boolean) => rows.filter(fits).length;
  const sum = (column: keyof KeptSpan["row"]) =>
    rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
  return {
    steps: count((row) => row.step !== null),
    llm_calls: count(({ kind }) => kind === "llm"),
    tool_calls: count(({ kind }) => kind === "tool"),
    attempts: count(({ kind }) => kind === "attempt"),
    input_tokens: sum("input_tokens"),
    output_tokens: sum("output_tokens"),
    cached_input_tokens: sum("cached_input_tokens"),
    cache_write_input_tokens: sum("cache_write_input_tokens"),
    reasoning_tokens: sum("reasoning_tokens"),
    cost_usd: sum("cost_usd"),
    unknown_cost_calls: count((row) => row.cost_quantities !== null && row.cost_usd === null),
    estimated_cost_usd: spans.reduce((total, span) => total + estimateOf(span), 0),
  };
}

function estimateOf({ row, attributes }: KeptSpan): number {
  const estimate = attributes[ATTR.estimatedCostUsd];
  const isUnknown = row.cost_quantities !== null && row.cost_usd === null;
  return isUnknown && typeof estimate === "number" ? estimate : 0;
}

/** The sums by model and quarter hour, from a run's spans. What a fork shares with its original was paid there. */
export function usageOfSpans(
  spans: readonly KeptSpan[],
  forkedStep: number,
): readonly Omit<UsageRow, "run_no">[] {
  const sums = new Map<string, Omit<UsageRow, "run_no">>();
  for (const span of spans) {
    const { row, attributes } = span;
    const isPaying = row.kind === "llm" || row.input_tokens !== null || row.cost_quantities !== null;
    const isShared = row.cost_quantities === "{}" || row.step !== null && row.step <= forkedStep;
    if (row.end_us === null || !isPaying || isShared || attributes[ATTR.modelSource] === "recorded") continue;
    const model = row.request_model ?? row.name;
    const quarter = Math.floor(row.end_us / US_PER_QUARTER);
    const key = JSON.stringify([model, quarter]);
    const known = sums.get(key);
    sums.set(key, {
      model,
      quarter,
      llm_calls: (known?.llm_calls ?? 0) + (row.kind === "llm" ? 1 : 0),
      input_tokens: (known?.input_tokens ?? 0) + (row.input_tokens ?? 0),
      output_tokens: (known?.output_tokens ?? 0) + (row.output_tokens ?? 0),
      cached_input_tokens: (known?.cached_input_tokens ?? 0) + (row.cached_input_tokens ?? 0),
      cache_write_input_tokens: (known?.cache_write_input_tokens ?? 0) + (row.cache_write_input_tokens ?? 0),
      reasoning_tokens: (known?.reasoning_tokens ?? 0) + (row.reasoning_tokens ?? 0),
      cost_usd: (known?.cost_usd ?? 0) + (row.cost_usd ?? 0),
      unknown_cost_calls: (known?.unknown_cost_calls ?? 0) +
        (row.cost_quantities !== null && row.cost_usd === null ? 1 : 0),
      estimated_cost_usd: (known?.estimated_cost_usd ?? 0) + estimateOf(span),
    });
  }
  return [...sums.values()];
}
