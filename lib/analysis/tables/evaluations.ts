import type { JudgedRun, RunFilter } from "../../core/mod.ts";
import {
  boolean,
  chosenRuns,
  type ColumnsFor,
  dateOf,
  integer,
  number,
  orNull,
  type RowChoice,
  type TableDefinition,
  type TableSource,
  text,
  time,
} from "./column.ts";

const PER_PAGE = 1_000;

const EVALUATION_COLUMNS: ColumnsFor<EvaluationRow> = {
  runId: text("the run that is judged"),
  agent: text("name of its agent"),
  model: text("its model"),
  group: orNull(text("experiment, session or batch")),
  experimentId: orNull(text("the experiment that asked for it; null for others")),
  variant: orNull(text("its variant in that experiment")),
  caseId: orNull(text("its case in that experiment")),
  repeat: orNull(integer("which try of the case, from 1")),
  name: text("what was judged, e.g. numeric"),
  value: orNull(number("the score; null where only a label was given", "score")),
  label: orNull(text("the score in a word: pass, fail, or a person's own")),
  passed: orNull(boolean("whether the label is pass or fail; null for other labels")),
  explanation: orNull(text("why, in one line")),
  source: text("who judged: scorer, bisect, a person, …"),
  scorerVersion: orNull(text("version of the scorer: equal versions give equal scores")),
  spanId: orNull(text("the span, when not the whole run was judged")),
  timestamp: time("when, UTC"),
  evalId: text("the evaluation"),
};

/** An evaluation as one flat row. */
export type EvaluationRow = {
  /** The run that is judged. */
  readonly runId: string;
  /** Name of its agent. */
  readonly agent: string;
  /** Its model. */
  readonly model: string;
  /** Experiment, session or batch. */
  readonly group: string | null;
  /** The experiment that asked for it; null for others. */
  readonly experimentId: string | null;
  /** Its variant in that experiment. */
  readonly variant: string | null;
  /** Its case in that experiment. */
  readonly caseId: string | null;
  /** Which try of the case, from 1. */
  readonly repeat: number | null;
  /** What was judged, e.g. numeric. */
  readonly name: string;
  /** The score; null where only a label was given. */
  readonly value: number | null;
  /** The score in a word: pass, fail, or a person's own. */
  readonly label: string | null;
  /** Whether the label is pass or fail; null for other labels. */
  readonly passed: boolean | null;
  /** Why, in one line. */
  readonly explanation: string | null;
  /** Who judged: scorer, bisect, a person, …. */
  readonly source: string;
  /** Version of the scorer: equal versions give equal scores. */
  readonly scorerVersion: string | null;
  /** The span, when not the whole run was judged. */
  readonly spanId: string | null;
  /** When, UTC. */
  readonly timestamp: Date;
  /** The evaluation. */
  readonly evalId: string;
};

export function evaluationRow({ run, evaluation: it, result }: JudgedRun): EvaluationRow {
  return {
    runId: run.runId,
    agent: run.agent,
    model: run.model,
    group: run.group ?? null,
    experimentId: result?.experimentId ?? null,
    variant: result?.variant ?? null,
    caseId: result?.caseId ?? null,
    repeat: result?.repeat ?? null,
    name: it.name,
    value: it.value ?? null,
    label: it.label ?? null,
    passed: it.label === "pass" ? true : it.label === "fail" ? false : null,
    explanation: it.explanation ?? null,
    source: it.source,
    scorerVersion: it.scorerVersion ?? null,
    spanId: it.spanId ?? null,
    timestamp: dateOf(it.createdAtUs),
    evalId: it.evalId,
  };
}

/** The evaluations of the chosen runs with what they judge, page by page. */
export async function* judgedRuns(
  source: Pick<TableSource, "listRuns" | "listEvaluations">,
  choice: RowChoice,
): AsyncGenerator<readonly JudgedRun[]> {
  if (!choice.runs) return yield* judgedBy(source, choice.filter);
  for await (const page of chosenRuns(source, choice)) {
    for (const { runId } of page) {
      yield* judgedBy(source, { where: { type: "name", key: "id", match: "whole", value: runId } });
    }
  }
}

async function* judgedBy(
  source: Pick<TableSource, "listEvaluations">,
  filter: RunFilter | undefined,
): AsyncGenerator<readonly JudgedRun[]> {
  let cursor: string | undefined;
  do {
    const page = await source.listEvaluations({
      ...(filter ? { filter } : {}),
      limit: PER_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield page.evaluations;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

export const evaluations: TableDefinition<EvaluationRow> = {
  name: "evaluations",
  about: "a row per score, newest first",
  columns: EVALUATION_COLUMNS,
  async *rows(source, choice) {
    for await (const page of judgedRuns(source, choice)) yield page.map(evaluationRow);
  },
};
