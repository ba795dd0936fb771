import type { TableExporter } from "../../core/mod.ts";
import { csvLine } from "../../present/mod.ts";
import { printed } from "./printed.ts";

/** For spreadsheets, and whatever reads nothing else. */
export const csv: TableExporter = {
  name: "csv",
  takes: "one_table",
  isText: true,
  description: "runs, spans, messages, costs and others as comma-separated values",
  extension: "csv",
  notes: "Empty fields are unknown or absent. Times are ISO 8601 in UTC, durations milliseconds, costs USD.",
  examples: ["runs --since 7d", "spans last --out spans.csv", "costs --agent researcher --out -"],
  use: "open it with a spreadsheet, pandas, DuckDB or Polars",
  write: async (columns, batches, sink) => {
    const names = Object.keys(columns);
    await sink(new TextEncoder().encode(csvLine(names)));
    await printed(batches, (row) => csvLine(names.map((name) => row[name]!)), sink);
  },
};
