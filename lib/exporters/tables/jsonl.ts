import type { TableExporter } from "../../core/mod.ts";
import { printed } from "./printed.ts";

/** One JSON object a line, for scripts. */
export const jsonl: TableExporter = {
  name: "jsonl",
  takes: "one_table",
  isText: true,
  description: "runs, spans, messages, costs and others, one JSON object a line",
  extension: "jsonl",
  notes: "null is unknown or absent. Times are ISO 8601 in UTC, durations milliseconds, costs USD.",
  examples: [
    "runs --since 7d",
    "messages last --out - | jq .content",
    "evaluations --group nightly",
    "traces last",
  ],
  use: "read it with jq, pandas, DuckDB or Polars",
  write: async (_, batches, sink) => await printed(batches, (row) => `${JSON.stringify(row)}\n`, sink),
};
