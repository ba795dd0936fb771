import {
  addTotals,
  ATTR,
  type Cost,
  type DurableEvent,
  isFinal,
  type Message,
  type Run,
  type RunChange,
  type RunTotals,
  type Snapshot,
  type Span,
  type SpanEnd,
  totalsOfEnd,
  totalsOfStart,
  type Trace,
  traceIdOf,
} from "../core/mod.ts";
import { Bodies } from "./bodies.ts";
import { releaseSpend } from "./budgets.ts";
import { packQuantities, ROLES, tokenColumns, TOTAL_COLUMNS, totalsOf } from "./rows.ts";
import { clearRun } from "./clear_run.ts";
import { bytes, hex, packPositions } from "./codec.ts";
import { judgeRun, writeEvaluation, writeNewEvaluation } from "./evaluation_writer.ts";
import { endingColumns, errorColumns } from "./ending_columns.ts";
import { loadOpenSpan } from "./open_span.ts";
import type { RunRow, SpanRow } from "./schema.ts";
import { type Db, run as execute } from "./statements.ts";
import { addSpanUsage, addUsageRow, setSeq, setTotals } from "./totals.ts";
import { messageKey, TraceState } from "./trace_state.ts";

const TRACE_CACHE_MAX = 512;

/** Turns events into rows. Every call runs inside one transaction of the caller. */
export class Writer {
  readonly #bodies = new Bodies();
  readonly #traces = new Map<string, TraceState>();
  readonly #ownerOf: (traceId: string) => string | null;
  /** Of the last write here. When the next one follows it, nobody else has written in between. */
  #lastSeq: number | undefined;
  /** Counts the times that somebody else has written in between. */
  #epoch = 0;

  /** `ownerOf` says whose a run is that begins. */
  constructor(ownerOf: (traceId: string) => string | null) {
    this.#ownerOf = ownerOf;
  }

  /** Forget everything cached: the transaction it came from was rolled back. */
  reset(): void {
    this.#bodies.reset();
    this.#traces.clear();
    this.#lastSeq = undefined;
  }

  /** Someone else wrote rows of this run inside the same transaction. */
  forget(traceId: string): void {
    this.#traces.delete(traceId);
  }

  async apply(db: Db, events: readonly DurableEvent[], seq: number): Promise<void> {
    if (this.#lastSeq === undefined || seq - this.#lastSeq > 1) this.#epoch++;
    this.#lastSeq = seq;
    const touched = new Map<string, TraceState>();
    const ended = new Set<string>();
    /** Runs of which more than a score is new, with what their rows say from now on. */
    const changed = new Map<string, Record<string, unknown>>();
    const columnsOf = (traceId: string) => {
      const columns = changed.get(traceId) ?? {};
      changed.set(traceId, columns);
      return columns;
    };
    const stateOf = async (traceId: string): Promise<TraceState> => {
      const state = touched.get(traceId) ?? await this.#trace(db, traceId);
      touched.set(traceId, state);
      return state;
    };
    for (const event of events) {
      if (event.type === "run_start") {
        const state = new TraceState(await this.#runStart(db, event.run, seq));
        state.epoch = this.#epoch;
        state.totals = event.run.totals;
        touched.set(event.run.traceId, state);
        columnsOf(event.run.traceId);
        continue;
      }
      if (event.type === "evaluation" && !touched.has(event.evaluation.traceId)) {
        await judgeRun(db, event.evaluation, seq);
        continue;
      }
      const state = await stateOf(traceIdOf(event));
      if (event.type !== "evaluation") columnsOf(traceIdOf(event));
      switch (event.type) {
        case "run_update":
          Object.assign(columnsOf(event.traceId), await this.#runColumns(db, event.change));
          if (event.change.status !== undefined && isFinal(event.change.status)) {
            ended.add(event.traceId);
            await releaseSpend(db, event.traceId);
          }
          break;
        case "span_start":
          state.totals = addTotals(state.totals, await this.#spanStart(db, state, event.span, seq));
          break;
        case "span_end":
          state.totals = addTotals(state.totals, await this.#spanEnd(db, state, event, seq));
          break;
        case "snapshot":
          await this.#snapshot(db, state, event.snapshot, seq);
          break;
        case "evaluation":
          await writeEvaluation(db, state.runNo, event.evaluation, seq);
      }
    }
    for (const [traceId, state] of touched) {
      const columns = changed.get(traceId);
      if (columns) await setTotals(db, traceId, state.totals, { seq, columns });
      else await setSeq(db, traceId, seq);
      state.seq = seq;
      if (ended.has(traceId)) this.#traces.delete(traceId);
      else this.#keepTrace(traceId, state);
    }
  }

  /** Puts a whole run in the place of what was there of it; evaluations of others stay. */
  async replace(db: Db, trace: Trace, seq: number): Promise<void> {
    await this.#bodies.quickly(() => this.#replace(db, trace, seq));
  }

  async #replace(db: Db, trace: Trace, seq: number): Promise<void> {
    const { run, spans, snapshots, evaluations } = trace;
    this.#traces.delete(run.traceId);
    const id = await clearRun(db, run.traceId);
    const state = new TraceState(await this.#runStart(db, run, seq, id));
    for (const span of spans.values()) {
      await this.#spanStart(db, state, span, seq);
      await addSpanUsage(db, state, span, trace);
    }
    for (const snapshot of snapshots) await this.#snapshot(db, state, snapshot, seq);
    for (const evaluation of evaluations) await writeNewEvaluation(db, state.runNo, evaluation, seq);
  }

  async #runStart(db: Db, run: Run, seq: number, id?: number): Promise<number> {
    const row = {
      ...(id === undefined ? {} : { id }),
      trace_id: bytes(run.traceId),
      run_id: run.runId,
      agent: run.agent,
      model: run.model,
      status: run.status,
      origin: run.origin,
      user_id: run.userId,
      group_id: run.group ?? null,
      parent_run_id: run.parentRunId ?? null,
      forked_run_id: run.forkedFrom?.runId ?? null,
      forked_step: run.forkedFrom?.step ?? null,
      start_us: run.startTimeUs,
      end_us: run.endTimeUs ?? null,
      idle_us: run.idleUs ?? 0,
      idle_since_us: run.idleSinceUs ?? null,
      tags: JSON.stringify(run.tags),
      config_body: await this.#bodies.store(db, JSON.stringify(run.config)),
      ...(await this.#bodies.text(db, "prompt", run.prompt)),
      ...(await this.#bodies.text(db, "output", run.output)),
      ...errorColumns(run.error),
      ...endingColumns(run),
      steps: run.totals.steps,
      llm_calls: run.totals.llmCalls,
      tool_calls: run.totals.toolCalls,
      attempts: run.totals.attempts,
      ...tokenColumns(run.totals.usage),
      cost_usd: run.totals.costUsd,
      unknown_cost_calls: run.totals.unknownCostCalls,
      estimated_cost_usd: run.totals.estimatedCostUsd ?? 0,
      retry_wait_ms: run.totals.retryWaitMs,
      seq,
      owner: isFinal(run.status) ? null : this.#ownerOf(run.traceId),
      indexed: 0,
      digest: null,
    };
    const { rows } = await execute<{ id: number }>(
      db,
      `insert run ${Object.keys(row)}`,
      Object.values(row),
      () => db.insertInto("run").values(row).returning("id"),
    );
    return rows[0]!.id;
  }

  async #runColumns(db: Db, change: RunChange): Promise<Record<string, unknown>> {
    return {
      ...(change.status === undefined ? {} : { status: change.status }),
      // Nobody holds what has ended.
      ...(change.status !== undefined && isFinal(change.status) ? { owner: null } : {}),
      ...(change.startTimeUs === undefined ? {} : { start_us: change.startTimeUs }),
      ...(change.endTimeUs === undefined ? {} : { end_us: change.endTimeUs }),
      ...(change.idleUs === undefined ? {} : { idle_us: change.idleUs }),
      ...(change.idleSinceUs === undefined ? {} : { idle_since_us: change.idleSinceUs }),
      ...(change.model === undefined ? {} : { model: change.model }),
      ...(change.output === undefined
        ? {}
        : await this.#bodies.text(db, "output", change.output ?? undefined)),
      ...(change.error === undefined ? {} : errorColumns(change.error ?? undefined)),
      ...endingColumns(change),
    };
  }

  async #spanStart(db: Db, state: TraceState, span: Span, seq: number): Promise<Partial<RunTotals>> {
    const known = state.spans.get(span.spanId);
    const position = known ?? state.spans.size;
    state.spans.set(span.spanId, position);
    const row: SpanRow = {
      run_no: state.runNo,
      position,
      span_id: bytes(span.spanId),
      parent_span_id: span.parentSpanId === undefined ? null : bytes(span.parentSpanId),
      kind: span.kind,
      name: span.name,
      step: span.step ?? null,
      start_us: span.startTimeUs,
      provider: span.providerName ?? null,
      request_model: span.requestModel ?? null,
      input_refs: await this.#refs(db, state, position, span.inputMessages, span.startTimeUs),
      ...(await this.#endColumns(db, state, position, span, span.endTimeUs ?? span.startTimeUs)),
      ...(await this.#bodies.attributes(db, span.kind, span.attributes)),
      seq,
    };
    state.openSpans.set(span.spanId, {
      kind: span.kind,
      model: span.requestModel ?? span.name,
      startTimeUs: span.startTimeUs,
      attributes: span.attributes,
    });
    if (known === undefined) {
      await execute(db, "insert span", Object.values(row), () => db.insertInto("span").values(row));
      return totalsOfStart(span);
    }
    await db.updateTable("span").set(row).where("run_no", "=", state.runNo).where("position", "=", position)
      .execute();
    return {};
  }

  async #spanEnd(db: Db, state: TraceState, event: SpanEnd, seq: number): Promise<Partial<RunTotals>> {
    const position = state.spans.get(event.spanId);
    if (position === undefined) {
      throw new RangeError(`Cannot end span "${event.spanId}": it was never started`);
    }
    const open = state.openSpans.get(event.spanId) ?? await loadOpenSpan(db, state.runNo, position);
    state.openSpans.delete(event.spanId);
    const columns = await this.#endColumns(db, state, position, event, event.endTimeUs);
    const given = {
      ...Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)),
      ...(event.attributes
        ? await this.#bodies.attributes(db, open.kind, { ...open.attributes, ...event.attributes })
        : {}),
      seq,
    };
    await execute(
      db,
      `end span ${Object.keys(given)}`,
      [...Object.values(given), state.runNo, position],
      () =>
        db.updateTable("span").set(given).where("run_no", "=", state.runNo).where("position", "=", position),
    );
    if (open.kind === "llm") {
      const key = [bytes(event.traceId), bytes(event.spanId)] as const;
      await execute(
        db,
        "delete partial",
        key,
        () => db.deleteFrom("partial").where("trace_id", "=", key[0]).where("span_id", "=", key[1]),
      );
    }
    if (open.kind === "llm") await releaseSpend(db, event.traceId, event.spanId);
    const isFree = event.attributes?.[ATTR.modelSource] === "recorded";
    if (!isFree && (open.kind === "llm" || event.usage || event.cost)) {
      await addUsageRow(db, state, event, open);
    }
    return totalsOfEnd(event, open);
  }

  /** The columns that `span_end` may set; all of them `null` for a span that just starts. */
  async #endColumns(db: Db, state: TraceState, position: number, end: Span | SpanEnd, atUs: number) {
    const { usage, cost } = end;
    return {
      end_us: end.endTimeUs ?? null,
      status: end.status,
      error_type: end.errorType ?? null,
      error_message: end.errorMessage === undefined ? null : JSON.stringify(end.errorMessage),
      response_model: end.responseModel ?? null,
      response_id: end.responseId ?? null,
      finish_reasons: end.finishReasons ? JSON.stringify(end.finishReasons) : null,
      time_to_first_chunk_ms: end.timeToFirstChunkMs ?? null,
      input_tokens: usage?.inputTokens ?? null,
      output_tokens: usage?.outputTokens ?? null,
      cached_input_tokens: usage?.cachedInputTokens ?? null,
      cache_write_input_tokens: usage?.cacheWriteInputTokens ?? null,
      reasoning_tokens: usage?.reasoningTokens ?? null,
      cost_usd: cost?.usd ?? null,
      cost_quantities: cost ? packQuantities(cost, usage) : null,
      price_body: await this.#price(db, cost),
      output_refs: await this.#refs(db, state, position, end.outputMessages, atUs),
    };
  }

  async #snapshot(db: Db, state: TraceState, snapshot: Snapshot, seq: number): Promise<void> {
    const position = state.spans.get(snapshot.spanId);
    if (position === undefined) {
      throw new RangeError(`Cannot store a snapshot of span "${snapshot.spanId}": it was never started`);
    }
    const row = {
      run_no: state.runNo,
      step: snapshot.step,
      snapshot_id: bytes(snapshot.snapshotId),
      span_position: position,
      created_us: snapshot.createdAtUs,
      message_refs: await this.#refs(db, state, position, snapshot.messages, snapshot.createdAtUs) ?? "",
      key_values_body: Object.keys(snapshot.keyValues).length === 0
        ? null
        : await this.#bodies.store(db, JSON.stringify(snapshot.keyValues)),
      seq,
    };
    await execute(db, "insert snapshot", Object.values(row), () => db.insertInto("snapshot").values(row));
  }

  /** Positions of `messages` in the run, appending the new ones. */
  async #refs(
    db: Db,
    state: TraceState,
    spanPosition: number,
    messages: readonly Message[] | undefined,
    atUs: number,
  ): Promise<string | null> {
    if (!messages) return null;
    const positions: number[] = [];
    for (const message of messages) {
      const { json, hash, hashHex } = messageKey(message);
      const known = state.find(hashHex, positions.at(-1) ?? -1);
      if (known !== undefined) {
        positions.push(known);
        continue;
      }
      const body = await this.#bodies.store(db, json, hash);
      const { position, messageId } = state.append(hash, hashHex);
      positions.push(position);
      const row = {
        run_no: state.runNo,
        position,
        message_id: messageId,
        body_id: body,
        span_position: spanPosition,
        at_us: atUs,
        role: ROLES.indexOf(message.role),
      };
      await execute(db, "insert message", Object.values(row), () => db.insertInto("run_message").values(row));
    }
    return packPositions(positions);
  }

  async #price(db: Db, cost: Cost | undefined): Promise<number | null> {
    return cost?.tag ? await this.#bodies.store(db, JSON.stringify(cost.tag)) : null;
  }

  /** The state kept from the last write, unless the run row says that another process wrote since. */
  async #trace(db: Db, traceId: string): Promise<TraceState> {
    const key = bytes(traceId);
    const known = this.#traces.get(traceId);
    if (known?.epoch === this.#epoch) return known;
    const { rows: [row] } = await execute<
      Pick<RunRow, typeof TOTAL_COLUMNS[number] | "seq"> & { id: number }
    >(
      db,
      "select run totals",
      [key],
      () => db.selectFrom("run").select(["id", "seq", ...TOTAL_COLUMNS]).where("trace_id", "=", key),
    );
    if (!row) throw new RangeError(`Cannot write to run "${traceId}": it was never started`);
    if (known?.seq === row.seq) {
      known.epoch = this.#epoch;
      return known;
    }
    const state = new TraceState(row.id);
    state.epoch = this.#epoch;
    state.totals = totalsOf(row);
    const spans = await db.selectFrom("span").select(["span_id", "position"]).where("run_no", "=", row.id)
      .execute();
    for (const span of spans) state.spans.set(hex(span.span_id), span.position);
    const rows = await db.selectFrom("run_message").innerJoin("body", "body.id", "run_message.body_id")
      .select(["body.hash", "run_message.message_id"]).where("run_no", "=", row.id).orderBy("position")
      .execute();
    for (const { hash, message_id } of rows) state.load(hex(hash), message_id);
    return state;
  }

  #keepTrace(traceId: string, state: TraceState): void {
    if (this.#traces.size >= TRACE_CACHE_MAX) this.#traces.delete(this.#traces.keys().next().value!);
    this.#traces.set(traceId, state);
  }
}
