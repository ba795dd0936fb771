import { type Columns, isObject, type Message, type Row, type Trace } from "../../core/mod.ts";
import type { RunRow } from "../../analysis/mod.ts";

/** Who asked, and labels that people gave, are left out: a dataset is read by people who know neither. */
const LEFT_OUT: readonly (keyof RunRow)[] = ["userId", "tags"];

/** What a row has besides the columns of `agentop export parquet runs`. */
const MORE_COLUMNS: Columns = {
  messages: { type: "text", about: "the conversation in order, as JSON: role and parts" },
  evaluations: { type: "text", about: "how it was judged, as JSON: name, value, label, passed, source" },
  config: { type: "text", about: "the agent it was started with, as JSON, without folders of the machine" },
};

/** The columns of a run in a dataset. */
export function datasetColumns(runColumns: Columns): Columns {
  const left: readonly string[] = LEFT_OUT;
  return {
    ...Object.fromEntries(Object.entries(runColumns).filter(([name]) => !left.includes(name))),
    ...MORE_COLUMNS,
  };
}

/** A run as a row of a dataset. */
export function datasetRow(
  { run, evaluations }: Trace,
  messages: readonly Message[],
  figures: RunRow,
): Row {
  const { userId: _user, tags: _tags, ...rest } = figures;
  const { baseDir: _folder, ...config } = isObject(run.config) ? run.config : {};
  return {
    ...rest,
    messages: JSON.stringify(messages),
    evaluations: JSON.stringify(
      evaluations.map(({ name, value, label, passed, source, error, explanation }) => ({
        name,
        value,
        label,
        passed,
        source,
        error,
        explanation,
      })),
    ),
    config: JSON.stringify(config),
  };
}
