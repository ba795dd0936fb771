import { sql, type SqlBool } from "kysely";
import { RUN_STATUSES } from "../core/mod.ts";
import type { RunRow, UsageRow } from "./schema.ts";

/** More than anybody used or paid within one run; far below what numbers can hold, so that sums stay exact. */
const COUNT_MAX = 1e12;
const USD_MAX = 1e9;
/** Quarters of an hour since the epoch that dates can say. */
const QUARTER_MAX = 9_600_000_000;

const COUNTS = [
  "llm_calls",
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
  "unknown_cost_calls",
] as const satisfies readonly (keyof UsageRow & keyof RunRow)[];
const SUMS_USD = [
  "cost_usd",
  "estimated_cost_usd",
] as const satisfies readonly (keyof UsageRow & keyof RunRow)[];

type Figures = Readonly<Record<(typeof COUNTS)[number] | (typeof SUMS_USD)[number], number>>;

const isWithin = (value: number, max: number) => value >= 0 && value <= max;

function areSound(row: Figures): boolean {
  return COUNTS.every((column) => isWithin(row[column], COUNT_MAX)) &&
    SUMS_USD.every((column) => isWithin(row[column], USD_MAX));
}

/** Whether a row of use holds figures that can be; their types are checked before. */
export function isSoundUsage(row: UsageRow): boolean {
  return areSound(row) && isWithin(row.quarter, QUARTER_MAX);
}

/** Texts and blobs are greater than every number, and nothing is between. */
const within = (column: string, max: number) => `${column} between 0 and ${max}`;
const figures = (table: string) => [
  ...COUNTS.map((column) => within(`${table}.${column}`, COUNT_MAX)),
  ...SUMS_USD.map((column) => within(`${table}.${column}`, USD_MAX)),
  // One fraction makes one of the sum.
  `typeof(${COUNTS.map((column) => `${table}.${column}`).join(" + ")}) = 'integer'`,
];

export const SOUND_QUARTER = sql.raw<SqlBool>(within("run_usage.quarter", QUARTER_MAX));

/** The same in SQL, for sums over many rows of `run_usage`. */
export const SOUND_USAGE = sql.raw<SqlBool>(
  [...figures("run_usage"), within("run_usage.quarter", QUARTER_MAX), "typeof(run_usage.model) = 'text'"]
    .join(" and "),
);

/** And of `run`. */
export const SOUND_RUN = sql.raw<SqlBool>(
  [
    ...figures("run"),
    ...["attempts", "retry_wait_ms"].map((column) => within(`run.${column}`, COUNT_MAX)),
    `run.status in (${RUN_STATUSES.map((status) => `'${status}'`).join(", ")})`,
    "typeof(run.start_us) = 'integer'",
  ].join(" and "),
);
