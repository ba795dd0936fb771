import { money, plural, scoreValue } from "../present/mod.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { isWide, usdFormat } from "./frame/formats.ts";
import { mostScored } from "./frame/scores.ts";
import { colorScale, OTHERS, seriesOf } from "./frame/series.ts";
import { axisTitle, label } from "./frame/text.ts";

/** What runs cost against how well they did, by model. */
export const costScore: ChartDefinition = {
  name: "cost-score",
  about: "what runs cost against how well they did, by model",
  of: "runs",
  needs: ["judged"],
  draw({ judged }) {
    const scored = mostScored(judged);
    if (!scored) return { nothing: "nothing was scored", remedy: "agentop score RUN --scorer NAME" };
    const priced = scored.judged.filter(({ run }) => run.totals.unknownCostCalls === 0);
    if (priced.length === 0) {
      return {
        nothing: `the cost of ${
          scored.judged.length === 1 ? "the scored run" : "all scored runs"
        } is unknown`,
        remedy: "prices.yaml in the home folder",
      };
    }
    const series = seriesOf(priced.map(({ run }) => [run.model, 1]));
    const rows = priced.map(({ run, evaluation }) => ({
      runId: label(run.runId),
      model: series.shownAs(run.model),
      costUsd: run.totals.costUsd,
      score: evaluation.value!,
    }));
    const left = scored.judged.length - priced.length;
    const isLog = isWide(rows.map(({ costUsd }) => costUsd));
    const maxUsd = Math.max(...rows.map(({ costUsd }) => costUsd));
    return {
      title: titleOf(series.names, rows),
      subtitle: `${scored.name} of ${plural(priced.length, "run")}` +
        (left > 0 ? `; ${plural(left, "run")} of unknown cost not in it` : "") +
        (scored.others > 0 ? `; ${plural(scored.others, "other scorer")} not shown` : ""),
      columns: {
        runId: { type: "text", about: "the run" },
        model: { type: "text", about: "its model" },
        costUsd: { type: "number", unit: "USD", about: "what it cost" },
        score: { type: "number", unit: "score", about: scored.name },
      },
      rows,
      spec: (theme) => ({
        mark: { type: "point", filled: true, size: 70, opacity: 0.75 },
        encoding: {
          x: {
            field: "costUsd",
            type: "quantitative",
            title: "cost of the run in USD",
            scale: isLog ? { type: "log", nice: false, padding: 16 } : { zero: true },
            axis: { format: isLog ? "$~r" : usdFormat(maxUsd), tickCount: isLog ? 4 : 6 },
          },
          y: {
            field: "score",
            type: "quantitative",
            title: axisTitle(`score: ${scored.name}`),
            scale: { zero: false, padding: 12 },
          },
          color: { field: "model", type: "nominal", title: null, scale: colorScale(series.names, theme) },
          shape: { field: "model", type: "nominal", title: null, scale: { domain: [...series.names] } },
          tooltip: ["runId", "model", "costUsd", "score"].map((field) => ({ field })),
        },
      }),
      text: {
        kind: "points",
        isJoined: false,
        series: series.names.map((name, tone) => ({
          name,
          tone: name === OTHERS ? "other" : tone,
          points: rows.filter(({ model }) => model === name).map(({ costUsd, score }) =>
            [costUsd, score] as const
          ),
        })),
        x: { title: "cost of the run", format: money, from: 0 },
        y: { title: `score: ${scored.name}`, format: scoreValue },
      },
    };
  },
};

interface Point {
  readonly model: string;
  readonly costUsd: number;
  readonly score: number;
}

function titleOf(names: readonly string[], rows: readonly Point[]): string {
  const sums = names.slice(0, 2).map((name) => {
    const own = rows.filter(({ model }) => model === name);
    const mean = (pick: (row: Point) => number) => own.reduce((sum, row) => sum + pick(row), 0) / own.length;
    return `${name}: ${scoreValue(mean(({ score }) => score))} for ${
      money(mean(({ costUsd }) => costUsd))
    } a run`;
  });
  return sums.join("; ");
}
