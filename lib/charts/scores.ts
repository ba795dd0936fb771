import { plural, scoreValue } from "../present/mod.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { intervalPlot, type IntervalRow } from "./frame/intervals.ts";
import { type Mean, meanOf, scoresByName } from "./frame/scores.ts";
import { seriesOf } from "./frame/series.ts";

const SCORERS_MAX = 12;

/** Mean scores with their 95 % intervals, by scorer and model. */
export const scores: ChartDefinition = {
  name: "scores",
  about: "mean scores with 95 % intervals, by scorer and model",
  of: "runs",
  needs: ["judged"],
  draw({ judged }) {
    const all = scoresByName(judged);
    if (all.length === 0) return { nothing: "nothing was scored", remedy: "agentop score RUN --scorer NAME" };
    const shown = all.slice(0, SCORERS_MAX);
    const series = seriesOf(shown.flatMap((it) => it.judged.map(({ run }) => [run.model, 1] as const)));
    const rows = shown.flatMap(({ name, judged: own }) =>
      series.names.flatMap((model) => {
        const values = own.filter(({ run }) => series.shownAs(run.model) === model).map((it) =>
          it.evaluation.value!
        );
        return values.length === 0 ? [] : [rowOf(name, model, values)];
      })
    );
    const runs = new Set(shown.flatMap((it) => it.judged.map(({ run }) => run.runId))).size;
    const left = all.length - shown.length;
    return {
      title: titleOf(rows),
      subtitle: `${plural(runs, "scored run")}, mean and 95 % interval` +
        (left > 0 ? `; ${plural(left, "more scorer")} not shown` : ""),
      columns: {
        scorer: { type: "text", about: "what was judged" },
        model: { type: "text", about: "the model of the runs" },
        runs: { type: "integer", unit: "runs", about: "how many were judged" },
        mean: { type: "number", unit: "score", about: "their mean" },
        low: {
          type: "number",
          unit: "score",
          about: "the interval begins; null for a single score",
          nullable: true,
        },
        high: {
          type: "number",
          unit: "score",
          about: "the interval ends; null for a single score",
          nullable: true,
        },
      },
      rows,
      ...intervalPlot(rows, { group: "model", count: "runs", names: series.names }),
    };
  },
};

interface ScoreRow extends IntervalRow {
  readonly model: string;
  readonly runs: number;
}

function rowOf(scorer: string, model: string, values: readonly number[]): ScoreRow {
  const { mean, low, high }: Mean = meanOf(values);
  return { scorer, model, runs: values.length, mean, low: low ?? null, high: high ?? null };
}

/** Whether intervals of the first scorer's two models with most runs lie apart. */
function titleOf(rows: readonly ScoreRow[]): string {
  const [first] = rows;
  const own = rows.filter(({ scorer }) => scorer === first!.scorer).sort((a, b) => b.runs - a.runs);
  const [best, next] = own.slice(0, 2).sort((a, b) => b.mean - a.mean);
  if (!next) return `${best!.scorer}: ${best!.model} scores ${scoreValue(best!.mean)}`;
  const areApart = best!.low !== null && next.high !== null && best!.low > next.high;
  return areApart
    ? `${best!.scorer}: ${best!.model} is ahead, ${scoreValue(best!.mean)} against ${scoreValue(next.mean)}`
    : `${best!.scorer}: the intervals of ${best!.model} and ${next.model} overlap`;
}
