import { type Kysely, sql } from "kysely";
import { LIVE_STATUSES, roundUsd, type RunFilter, type RunSummary } from "../core/mod.ts";
import { type AskedOf, prepareFilter } from "./conditions.ts";
import { estimateOf } from "./rows.ts";
import type { Schema } from "./schema.ts";
import { SOUND_RUN } from "./sound_figures.ts";

/** One pass over the rows that fit, which holds their few figures; the quantile is then by rank, as `quantile()` has it. */
export async function summarizeRuns(
  db: Kysely<Schema>,
  asked: AskedOf,
  filter?: RunFilter,
): Promise<RunSummary> {
  const { fits } = await prepareFilter(db, asked, filter);
  const { rows } = await sql<SummaryRow>`
    with every as materialized (
      select run.status, run.attempts - run.llm_calls as retries, run.retry_wait_ms,
        run.input_tokens + run.output_tokens as tokens, run.cost_usd, run.unknown_cost_calls, run.estimated_cost_usd,
        run.end_us - run.start_us - run.idle_us as took_us, coalesce(${SOUND_RUN}, 0) as is_sound
      from run where ${fits}
    ), fit as (select * from every where is_sound)
    select (select count(*) from every) as runs, (select count(*) from every where not is_sound) as damaged,
      coalesce(sum(case when status in (${sql.join(LIVE_STATUSES)}) then 1 end), 0) as live,
      coalesce(sum(case when status = 'failed' then 1 end), 0) as failed,
      (select took_us from fit where took_us is not null order by took_us
        limit 1 offset (select max(0, (count(took_us) * 95 + 99) / 100 - 1) from fit)) as p95_us,
      coalesce(sum(case when retries > 0 then retries end), 0) as retries,
      coalesce(sum(retry_wait_ms), 0) as retry_wait_ms, coalesce(sum(tokens), 0) as tokens,
      coalesce(sum(cost_usd), 0) as cost_usd, coalesce(sum(unknown_cost_calls), 0) as unknown_cost_calls,
      coalesce(sum(estimated_cost_usd), 0) as estimated_cost_usd
    from fit`.execute(db);
  const row = rows[0]!;
  return {
    runs: row.runs,
    live: row.live,
    failed: row.failed,
    ...(row.p95_us === null ? {} : { p95Ms: Math.max(0, row.p95_us) / 1000 }),
    retries: row.retries,
    retryWaitMs: row.retry_wait_ms,
    tokens: row.tokens,
    costUsd: roundUsd(row.cost_usd),
    unknownCostCalls: row.unknown_cost_calls,
    ...estimateOf(row),
    ...(row.damaged === 0 ? {} : { damagedRuns: row.damaged }),
  };
}

interface SummaryRow {
  readonly runs: number;
  readonly damaged: number;
  readonly live: number;
  readonly failed: number;
  readonly p95_us: number | null;
  readonly retries: number;
  readonly retry_wait_ms: number;
  readonly tokens: number;
  readonly cost_usd: number;
  readonly unknown_cost_calls: number;
  readonly estimated_cost_usd: number;
}
