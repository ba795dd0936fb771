import type { Kysely } from "kysely";
import { reasonOf, shortRunId, type VerifyReport } from "../core/mod.ts";
import { checkBaseline } from "./baselines.ts";
import { Damage } from "./checked.ts";
import { casesDigest, experimentRows, resultsDigest } from "./experiment_digest.ts";
import { checkExperimentRow, checkPart } from "./experiments.ts";
import { isUnreadable } from "./readable.ts";
import { checkRow } from "./row_types.ts";
import type { Schema } from "./schema.ts";
import { asOfOneMoment, type Db } from "./statements.ts";

type Report = (problem: string) => void;
type Uncovered = { -readonly [K in "experiments" | "baselines"]: VerifyReport["uncovered"][K] };

/** Says which experiments and baselines cannot be read or are not what was written, and counts those without a digest. */
export async function checkExperiments(
  db: Kysely<Schema>,
  report: Report,
  uncovered: Uncovered,
): Promise<void> {
  for (
    const { id, experiment_id } of await db.selectFrom("experiment").select(["id", "experiment_id"]).execute()
  ) {
    const name = `experiment ${shortRunId(String(experiment_id))}: `;
    try {
      await asOfOneMoment(db, (db) => checkExperiment(db, id, uncovered));
    } catch (error) {
      const reason = isUnreadable(error) ? "some of its rows cannot be read" : reasonOf(error);
      report(reason.startsWith(name) ? reason : name + reason);
    }
  }
  for (const row of await db.selectFrom("baseline").selectAll().execute()) {
    try {
      checkBaseline(row);
      if (row.digest === null) uncovered.baselines++;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      report(`baseline ${String(row.name)}: ${error.message}`);
    }
  }
}

/** Throws `Damage`. */
async function checkExperiment(db: Db, id: number, uncovered: Uncovered): Promise<void> {
  const { row, cases, results } = await experimentRows(db, id);
  if (!row) return;
  checkRow("experiment", row);
  for (const it of cases) checkRow("eval_case", it);
  for (const it of results) checkRow("eval_result", it);
  checkExperimentRow(row);
  checkPart(row, "cases", () => casesDigest(cases));
  checkPart(row, "results", () => resultsDigest(results));
  if (row.digest === null) uncovered.experiments++;
}
