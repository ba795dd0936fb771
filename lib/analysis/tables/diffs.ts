import { isObject, type StoredDiff } from "../../core/mod.ts";
import {
  boolean,
  chosenRuns,
  type ColumnsFor,
  dateOf,
  integer,
  number,
  orNull,
  type TableDefinition,
  text,
  time,
} from "./column.ts";

const DIFF_COLUMNS: ColumnsFor<DiffRow> = {
  diffId: text("the difference"),
  leftRunId: text("the run before"),
  rightRunId: text("the run after"),
  timestamp: time("when it was found, UTC"),
  overrides: text("what was changed on purpose, as JSON"),
  identical: orNull(boolean("same steps, same answer, same status")),
  sameAnswer: boolean("both runs gave the same answer"),
  sameSteps: integer("steps that are equal", "steps"),
  changedSteps: integer("steps that differ", "steps"),
  addedSteps: integer("steps that only the right run has", "steps"),
  removedSteps: integer("steps that only the left run has", "steps"),
  costDeltaUsd: orNull(number("right minus left; null when unknown", "USD")),
  durationDeltaMs: orNull(number("right minus left", "ms")),
  leftOutput: orNull(text("the answer before")),
  rightOutput: orNull(text("the answer after")),
};

/** A stored difference as one flat row. */
export type DiffRow = {
  /** The difference. */
  readonly diffId: string;
  /** The run before. */
  readonly leftRunId: string;
  /** The run after. */
  readonly rightRunId: string;
  /** When it was found, UTC. */
  readonly timestamp: Date;
  /** What was changed on purpose, as JSON. */
  readonly overrides: string;
  /** Same steps, same answer, same status. */
  readonly identical: boolean | null;
  /** Both runs gave the same answer. */
  readonly sameAnswer: boolean;
  /** Steps that are equal. */
  readonly sameSteps: number;
  /** Steps that differ. */
  readonly changedSteps: number;
  /** Steps that only the right run has. */
  readonly addedSteps: number;
  /** Steps that only the left run has. */
  readonly removedSteps: number;
  /** Right minus left; null when unknown; USD. */
  readonly costDeltaUsd: number | null;
  /** Right minus left; ms. */
  readonly durationDeltaMs: number | null;
  /** The answer before. */
  readonly leftOutput: string | null;
  /** The answer after. */
  readonly rightOutput: string | null;
};

/** What was kept may be of an older version: what is not there is unknown. */
export function diffRow(it: StoredDiff): DiffRow {
  const diff = isObject(it.diff) ? it.diff : {};
  const steps = Array.isArray(diff["steps"]) ? diff["steps"] as readonly unknown[] : [];
  const count = (op: string) => steps.filter((step) => isObject(step) && step["op"] === op).length;
  const figure = (name: string) => typeof diff[name] === "number" ? diff[name] as number : null;
  return {
    diffId: it.diffId,
    leftRunId: it.leftRunId,
    rightRunId: it.rightRunId,
    timestamp: dateOf(it.createdAtUs),
    overrides: JSON.stringify(it.overrides),
    identical: typeof diff["identical"] === "boolean" ? diff["identical"] : null,
    sameAnswer: it.leftOutput === it.rightOutput,
    sameSteps: count("same"),
    changedSteps: count("changed"),
    addedSteps: count("added"),
    removedSteps: count("removed"),
    costDeltaUsd: diff["costKnown"] === false ? null : figure("costDeltaUsd"),
    durationDeltaMs: figure("durationDeltaMs"),
    leftOutput: it.leftOutput,
    rightOutput: it.rightOutput,
  };
}

export const diffs: TableDefinition<DiffRow> = {
  name: "diffs",
  about: "a row per difference that a replay or a comparison found",
  columns: DIFF_COLUMNS,
  async *rows(source, choice) {
    const seen = new Set<string>();
    for await (const page of chosenRuns(source, choice)) {
      for (const { runId } of page) {
        const fresh = (await source.diffsOf(runId)).filter(({ diffId }) => !seen.has(diffId));
        for (const { diffId } of fresh) seen.add(diffId);
        yield fresh.map(diffRow);
      }
    }
  },
};
