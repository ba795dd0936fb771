import type { TraceChanges } from "../../core/mod.ts";
import { chosenRuns, type ColumnsFor, type TableDefinition, text } from "./column.ts";

const TRACE_COLUMNS: ColumnsFor<TraceRow> = {
  format: text("how `trace` is written"),
  runId: text("the run"),
  trace: text("all that is stored of it, as JSON"),
};

/** How a whole run is written; another way has another name. */
export const TRACE_FORMAT = "agentop.run/1";

/** A whole run. */
export type TraceRow = {
  /** How `trace` is written: `agentop.run/1`. */
  readonly format: string;
  /** The run. */
  readonly runId: string;
  /** All that is stored of it, as JSON: the run, its conversation once, its spans, memory and evaluations. */
  readonly trace: string;
};

/** A whole run as a row, of all that was written to it. */
export function traceRow(runId: string, changes: TraceChanges): TraceRow {
  const { cursor: _, ...trace } = changes;
  return { format: TRACE_FORMAT, runId, trace: JSON.stringify(trace) };
}

export const traces: TableDefinition<TraceRow> = {
  name: "traces",
  about: "a row per run with all that is stored of it, which agentop import reads back",
  columns: TRACE_COLUMNS,
  async *rows(source, choice) {
    for await (const page of chosenRuns(source, choice)) {
      for (const { traceId, runId } of page) {
        const changes = await source.changesSince(traceId);
        if (!changes) continue; // deleted meanwhile
        yield [traceRow(runId, changes)];
      }
    }
  },
};
