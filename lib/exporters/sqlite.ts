import type { FileExporter } from "../core/mod.ts";

/** A copy that any program can read: in the store itself most texts are compressed. */
export const sqlite: FileExporter = {
  name: "sqlite",
  takes: "chosen_runs",
  description: "runs as ordinary tables in one SQLite file, for sqlite3, Python, DuckDB and others",
  extension: "sqlite",
  notes: "The tables are those of `agentop sql`, with every text whole: runs, spans, messages,\n" +
    "tool_calls, memory_snapshots, diffs, evaluations, experiments, experiment_results.\n" +
    "They hold prompts, messages, arguments and results, and take many times the room of\n" +
    "the store. For a copy that agentop itself opens: agentop db backup.",
  examples: ["runs.sqlite", "failed.sqlite --status failed --since 7d", "two.sqlite last last~1"],
  use: "open it with sqlite3, Python, DuckDB or any other program that reads SQLite",
  besideWhenOpen: ["-wal", "-journal"],
  write: async ({ source, runs, signal }, path) =>
    await source.copyTables(path, {
      signal,
      ...(runs ? { runIds: runs.map((run) => run.runId) } : {}),
    }),
};
