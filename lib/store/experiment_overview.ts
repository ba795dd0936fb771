import type { Kysely } from "kysely";
import { loadExperiments } from "../analysis/mod.ts";
import type { ExperimentOverview, OverviewQuery } from "../core/mod.ts";
import type { Owners } from "./engine.ts";
import { experimentCases, experimentResults, resolveExperiment } from "./experiments.ts";
import type { Schema } from "./schema.ts";

/** Reads the results of one experiment or two, and adds them up. */
export async function experimentOverview(
  db: Kysely<Schema>,
  owners: Owners,
  query: OverviewQuery,
): Promise<ExperimentOverview> {
  const { overviewOf } = await loadExperiments();
  const found = [];
  for (const reference of query.experiments) {
    const record = await resolveExperiment(db, owners, reference);
    const { experimentId } = record.experiment;
    found.push({
      ...record,
      cases: await experimentCases(db, experimentId),
      results: await experimentResults(db, experimentId, { withTexts: false }),
    });
  }
  return overviewOf(found, query);
}
