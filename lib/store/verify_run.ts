import type { Selectable } from "kysely";
import { AgentOpError, isObject, type RunStatus, tryParseJson } from "../core/mod.ts";
import { readChanges } from "./changes.ts";
import { Damage } from "./checked.ts";
import { hex, unpackPositions } from "./codec.ts";
import { isSameDigest, runDigest } from "./digest.ts";
import { isUnreadable } from "./readable.ts";
import { checkRow } from "./row_types.ts";
import { DAMAGED } from "./rows.ts";
import type { MessageRow, RunRow, SnapshotRow, SpanRow } from "./schema.ts";
import type { Db } from "./statements.ts";
import { chainId } from "./trace_state.ts";

/** Sums of floats in another order differ in their last digits. */
const USD_TOLERANCE = 1e-9;

/** Says what is wrong with a run. */
type Report = (problem: string) => void;

type Spans = readonly Selectable<SpanRow>[];
type RunData = Selectable<RunRow> & { readonly id: number };

interface Checked {
  readonly messages: number;
  /** It has a digest: any change of it is found. */
  readonly isCovered: boolean;
}

/** Checks all that is stored of a run; `hashes` are those of all bodies by their id. */
export async function checkRun(
  db: Db,
  runNo: number,
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
): Promise<Checked> {
  const run = await db.selectFrom("run").selectAll().where("id", "=", runNo).executeTakeFirst();
  if (!run) return { messages: 0, isCovered: true }; // deleted meanwhile, or said to be unreadable
  let problems = 0;
  const count: Report = (problem) => {
    problems++;
    report(problem);
  };
  const messages = await checkForm(db, run, hashes, count);
  const digest = run.digest === null ? undefined : await runDigest(db, runNo);
  const isSame = !digest || run.digest instanceof Uint8Array && isSameDigest(run.digest, digest);
  // What is said already needs no second word.
  if (problems === 0) {
    await readAll(db, run, count);
    if (problems === 0 && !isSame) count("it is not what was written: its digest does not fit");
  }
  return { messages, isCovered: digest !== undefined };
}

/** Nothing of it is shown as damaged to whoever reads it. */
async function readAll(db: Db, { trace_id }: RunData, report: Report): Promise<void> {
  try {
    const changes = await readChanges(db, hex(trace_id));
    if (changes?.run?.error?.type === DAMAGED) report(changes.run.error.message);
  } catch (error) {
    if (!(error instanceof AgentOpError) || isUnreadable(error)) throw error;
    report(error.reason.replace(/^.*: it is damaged: /, ""));
  }
}

/** What its rows say of each other. Returns how many messages there are. */
async function checkForm(
  db: Db,
  run: RunData,
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
): Promise<number> {
  const runNo = run.id;
  const spans = await db.selectFrom("span").selectAll().where("run_no", "=", runNo).orderBy("position")
    .execute();
  const snapshots = await db.selectFrom("snapshot").selectAll().where("run_no", "=", runNo).execute();
  const rows = await db.selectFrom("run_message").selectAll().where("run_no", "=", runNo).orderBy("position")
    .execute();
  if (!areTyped({ run: [run], span: spans, snapshot: snapshots, run_message: rows }, report)) {
    return rows.length;
  }
  const messages = checkMessages(rows, hashes, report);
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

/** Other checks rely on the types of columns. */
function areTyped(
  tables: { readonly [T in "run" | "span" | "snapshot" | "run_message"]: readonly object[] },
  report: Report,
): boolean {
  for (const [table, rows] of Object.entries(tables)) {
    for (const [index, row] of rows.entries()) {
      try {
        checkRow(table as keyof typeof tables, row);
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        report(`${table === "run" ? "its row" : `row ${index} of ${table}`}: ${error.message}`);
        return false;
      }
    }
  }
  return true;
}

function checkMessages(
  rows: readonly Selectable<MessageRow>[],
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
) {
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
  if (run.origin !== "agent" || saysDamaged(run)) return;
  const kept = new Set(snapshots.map(({ step }) => step));
  const own = run.forked_step ?? 0;
  for (const { kind, step, status } of spans) {
    if (kind === "llm" && status === "ok" && step !== null && step >= own && !kept.has(step)) {
      report(`the snapshot of step ${step} is missing`);
    }
  }
}

/** It was saved from a damaged store, and says what it lost there. */
function saysDamaged({ warnings }: RunData): boolean {
  const told = warnings === null ? undefined : tryParseJson(warnings);
  return Array.isArray(told) && told.some((it) => isObject(it) && it["type"] === DAMAGED);
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
