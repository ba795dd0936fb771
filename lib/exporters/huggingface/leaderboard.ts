import type { Columns, Row } from "../../core/mod.ts";
import type { Score } from "./dataset_index.ts";

export const LEADERBOARD_COLUMNS: Columns = {
  agent: { type: "text", about: "name of the agent" },
  variant: { type: "text", about: "which of those that an experiment compared", nullable: true },
  model: { type: "text", about: "the model asked for" },
  suite: { type: "text", about: "the suite whose cases were asked; null: stored runs", nullable: true },
  scorer: { type: "text", about: "who judged" },
  runs: { type: "integer", about: "runs with a value", unit: "runs" },
  mean: { type: "number", about: "mean of the values; null: there is none", nullable: true },
  judged: { type: "integer", about: "runs of which was said whether that is good enough", unit: "runs" },
  passRate: { type: "number", about: "share of those that are; null: none was judged so", nullable: true },
  errors: {
    type: "integer",
    about: "runs that the scorer failed on, which count as nothing else",
    unit: "runs",
  },
};

/** The standings, the best mean of each suite and scorer first. */
export function leaderboardRows(scores: readonly Score[]): readonly Row[] {
  const rows = scores.map((
    { agent, variant, model, suite, scorer, values, sum, judged, passed, errors },
  ) => ({
    agent,
    variant,
    model,
    suite,
    scorer,
    runs: values,
    mean: values === 0 ? null : sum / values,
    judged,
    passRate: judged === 0 ? null : passed / judged,
    errors,
  }));
  const place = (row: typeof rows[number]) => JSON.stringify([row.suite, row.scorer]);
  return rows.sort((a, b) =>
    place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : (b.mean ?? -Infinity) - (a.mean ?? -Infinity)
  );
}

/** The same as the Hub reads results of evaluations: of each agent and model, by suite and metric. */
export function modelIndexOf(scores: readonly Score[], repo: string): readonly unknown[] {
  const models = new Map<string, Map<string, unknown[]>>();
  for (const { agent, variant, model, suite, scorer, values, sum, judged, passed } of scores) {
    const name = `${agent}${variant === null ? "" : `/${variant}`} (${model})`;
    const suites = models.getOrInsertComputed(name, () => new Map<string, unknown[]>());
    const metrics = suites.getOrInsertComputed(suite ?? "stored runs", () => []);
    if (values > 0) metrics.push({ type: scorer, name: scorer, value: sum / values });
    if (judged > 0) {
      metrics.push({ type: `${scorer}_pass_rate`, name: `${scorer}, passed`, value: passed / judged });
    }
  }
  return [...models].map(([name, suites]) => ({
    name,
    results: [...suites].filter(([, metrics]) => metrics.length > 0).map(([suite, metrics]) => ({
      task: { type: "text-generation", name: "Agent runs" },
      dataset: { name: suite, type: repo },
      metrics,
    })),
  })).filter(({ results }) => results.length > 0);
}
