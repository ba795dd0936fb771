import type { Selectable } from "kysely";
import type { RunStatus } from "../core/mod.ts";
import { hex, unpackPositions } from "./codec.ts";
import type { RunRow, SnapshotRow, SpanRow } from "./schema.ts";
import type { Db } from "./statements.ts";
import { chainId } from "./trace_state.ts";

/** Sums of floats in another order differ in their last digits. */
const USD_TOLERANCE = 1e-9;

/** Says what is wrong with a run. */
type Report = (problem: string) => void;

type Spans = readonly Selectable<SpanRow>[];
type RunData = Selectable<RunRow> & { readonly id: number };

/** Checks all that is stored of a run; `hashes` are those of all bodies by their id. Returns how many messages it has. */
export async function checkRun(
  db: Db,
  runNo: number,
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
): Promise<number> {
  const run = await db.selectFrom("run").selectAll().where("id", "=", runNo).executeTakeFirst();
  if (!run) return 0; // deleted meanwhile
  const spans = await db.selectFrom("span").selectAll().where("run_no", "=", runNo).orderBy("position")
    .execute();
  const snapshots = await db.selectFrom("snapshot").selectAll().where("run_no", "=", runNo).execute();
  const messages = await checkMessages(db, runNo, hashes, report);
  checkBodies(run, spans, snapshots, hashes, report);
  checkSpans(spans, messages, report);
  const starts = new Set(spans.map((span) => span.position));
  if (messages.some(({ span_position }) => !starts.has(span_position))) {
    report("the span that a message comes from is missing");
  }
  checkSnapshots(run, spans, snapshots, messages.length, report);
  // What other programs recorded comes with totals of its own.
  if (run.origin === "agent") await checkTotals(db, run, spans, report);
  return messages.length;
}

async function checkMessages(
  db: Db,
  runNo: number,
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
) {
  const rows = await db.selectFrom("run_message").selectAll().where("run_no", "=", runNo).orderBy("position")
    .execute();
  let parent: Uint8Array | undefined;
  for (const [index, row] of rows.entries()) {
    const body = hashes.get(row.body_id);
    if (!body || row.position !== index) report(`message ${index} is missing`);
    else if (hex(chainId(parent, body)) !== hex(row.message_id)) report(`message ${index} was changed`);
    parent = row.message_id;
  }
  return rows;
}

/** Messages have their own check: theirs are in the chain. */
function checkBodies(
  run: RunData,
  spans: Spans,
  snapshots: readonly Selectable<SnapshotRow>[],
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
): void {
  const need = (what: string, body: number | null) => {
    if (body !== null && !hashes.has(body)) report(`${what} is missing`);
  };
  need("the configuration", run.config_body);
  need("the prompt", run.prompt_body);
  need("the answer", run.output_body);
  for (const span of spans) {
    need(`a text of span ${span.position}`, span.attributes_body);
    need(`the price of span ${span.position}`, span.price_body);
  }
  for (const { step, key_values_body } of snapshots) need(`a memory of step ${step}`, key_values_body);
}

/** Spans are numbered from 0 in the order of their start, and stand below one another. */
function checkSpans(spans: Spans, messages: readonly unknown[], report: Report): void {
  const ids = new Set(spans.map((span) => hex(span.span_id)));
  let next = 0;
  for (const span of spans) {
    if (span.position > next) {
      const last = span.position - 1;
      report(last === next ? `span ${next} is missing` : `spans ${next} to ${last} are missing`);
    }
    next = span.position + 1;
    if (span.parent_span_id !== null && !ids.has(hex(span.parent_span_id))) {
      report(`the span above span ${span.position} is missing`);
    }
    const isWhole = refersWithin(span.input_refs, messages.length) &&
      refersWithin(span.output_refs, messages.length);
    if (!isWhole) report("a span refers to a missing message");
  }
}

function refersWithin(refs: string | null, count: number): boolean {
  try {
    unpackPositions(refs ?? "", count);
    return true;
  } catch {
    return false;
  }
}

/** Every step of ours that ended well left one: it is written together with the step's end. */
function checkSnapshots(
  run: RunData,
  spans: Spans,
  snapshots: readonly Selectable<SnapshotRow>[],
  messages: number,
  report: Report,
): void {
  const starts = new Set(spans.map((span) => span.position));
  for (const { step, span_position, message_refs } of snapshots) {
    if (!starts.has(span_position)) report(`the span of the snapshot of step ${step} is missing`);
    if (!refersWithin(message_refs, messages)) {
      report(`the snapshot of step ${step} refers to a missing message`);
    }
  }
  if (run.origin !== "agent") return;
  const kept = new Set(snapshots.map(({ step }) => step));
  const own = run.forked_step ?? 0;
  for (const { kind, step, status } of spans) {
    if (kind === "llm" && status === "ok" && step !== null && step >= own && !kept.has(step)) {
      report(`the snapshot of step ${step} is missing`);
    }
  }
}

const NOT_AT_WORK: readonly RunStatus[] = ["completed", "failed", "stopped", "cancelled", "interrupted"];

/** The sums in the run's row, and those by model and day, against the spans. */
async function checkTotals(db: Db, run: RunData, spans: Spans, report: Report): Promise<void> {
  if (!NOT_AT_WORK.includes(run.status as RunStatus)) return;
  const count = (fits: (span: Spans[number]) => boolean) => spans.filter(fits).length;
  const sum = (column: keyof SpanRow) => spans.reduce((total, span) => total + Number(span[column] ?? 0), 0);
  const same = (what: string, stored: number, summed: number, tolerance = 0) => {
    if (Math.abs(stored - summed) > tolerance) {
      report(`its totals do not add up: ${what} ${stored}, by its spans ${summed}`);
    }
  };
  same("steps", run.steps, count((span) => span.step !== null));
  same("model calls", run.llm_calls, count(({ kind }) => kind === "llm"));
  same("tool calls", run.tool_calls, count(({ kind }) => kind === "tool"));
  same("attempts", run.attempts, count(({ kind }) => kind === "attempt"));
  same("input tokens", run.input_tokens, sum("input_tokens"));
  same("output tokens", run.output_tokens, sum("output_tokens"));
  same("cost", run.cost_usd, sum("cost_usd"), USD_TOLERANCE);
  same(
    "calls of unknown cost",
    run.unknown_cost_calls,
    count((span) => span.cost_quantities !== null && span.cost_usd === null),
  );
  const { usd } = await db.selectFrom("run_usage").select((eb) =>
    eb.fn.sum<number | null>("cost_usd").as("usd")
  )
    .where("run_no", "=", run.id).executeTakeFirstOrThrow();
  if (Math.abs(Number(usd ?? 0) - run.cost_usd) > USD_TOLERANCE) {
    report(`its totals do not add up: cost ${run.cost_usd}, by models and days ${Number(usd ?? 0)}`);
  }
}
