import { money, plural, scoreValue } from "../present/mod.ts";
import type { ChartDefinition, Spec } from "./frame/chart.ts";
import { scoredSides, scorersOf } from "./frame/experiments.ts";
import { isWide, usdFormat } from "./frame/formats.ts";
import { meanText } from "./frame/intervals.ts";
import { colorScale } from "./frame/series.ts";
import { axisTitle, label } from "./frame/text.ts";
import type { Theme } from "./frame/theme.ts";

/** What a run of each variant cost against how well the variant did, with its interval. */
export const costVsScore: ChartDefinition = {
  name: "cost-vs-score",
  about: "what a run of each variant of experiments cost against its mean score and 95 % interval",
  of: "experiments",
  needs: ["experiments"],
  draw({ experiments = [] }) {
    const found = scoredSides(experiments);
    if ("nothing" in found) return found;
    const { sides, about } = found;
    const priced = sides.filter(([, { unknownCostCalls, runs }]) => unknownCostCalls === 0 && runs > 0);
    if (priced.length === 0) {
      const whose = sides.length === 1 ? `the cost of ${sides[0]![0]}` : "the cost of all variants";
      return { nothing: `${whose} is unknown`, remedy: "prices.yaml in the home folder" };
    }
    const [scorer, ...others] = scorersOf(priced);
    const rows = priced.flatMap(([variant, { scores, costUsd, runs }]): readonly Point[] => {
      const own = scores.find((it) => it.scorer === scorer);
      if (!own || own.mean === null) return [];
      const [low, high] = own.ci95 ?? [null, null];
      return [{ variant, runs, costUsd: costUsd / runs, cases: own.n, score: own.mean, low, high }];
    });
    const name = label(scorer!);
    const unknown = sides.length - priced.length;
    const unscored = priced.length - rows.length;
    return {
      title: titleOf(name, rows),
      subtitle: `${about}; ${name}, mean and 95 % interval, by the mean cost of a run without its judging` +
        (unknown > 0 ? `; ${plural(unknown, "variant")} of unknown cost not in it` : "") +
        (unscored > 0 ? `; ${plural(unscored, "variant")} without ${name} not in it` : "") +
        (others.length > 0 ? `; ${plural(others.length, "other scorer")} not shown` : ""),
      columns: {
        variant: { type: "text", about: "the variant; of several experiments, with its experiment" },
        runs: { type: "integer", unit: "runs", about: "its results" },
        costUsd: { type: "number", unit: "USD", about: "what one of its runs cost, on average" },
        cases: { type: "integer", unit: "cases", about: "cases with a score" },
        score: { type: "number", unit: "score", about: name },
        low: {
          type: "number",
          unit: "score",
          about: "its interval begins; null for one case",
          nullable: true,
        },
        high: {
          type: "number",
          unit: "score",
          about: "its interval ends; null for one case",
          nullable: true,
        },
      },
      rows,
      spec: (theme) => specOf(name, rows, theme),
      text: {
        kind: "points",
        isJoined: false,
        series: rows.map((row, tone) => ({
          name: `${row.variant} ${meanText({ ...row, mean: row.score })}`,
          tone,
          points: [[row.costUsd, row.score]],
        })),
        x: { title: "cost of a run", format: money, from: 0 },
        y: { title: `score: ${name}`, format: scoreValue },
      },
    };
  },
};

interface Point {
  readonly variant: string;
  readonly runs: number;
  readonly costUsd: number;
  readonly cases: number;
  readonly score: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly [column: string]: string | number | null;
}

function titleOf(scorer: string, rows: readonly Point[]): string {
  const parts = [...rows].sort((a, b) => b.score - a.score).slice(0, 2).map(({ variant, score, costUsd }) =>
    `${variant} scores ${scoreValue(score)} for ${money(costUsd)} a run`
  );
  return `${scorer}: ${parts.join("; ")}`;
}

function specOf(scorer: string, rows: readonly Point[], theme: Theme): Spec {
  const names = rows.map(({ variant }) => variant);
  const costs = rows.map(({ costUsd }) => costUsd);
  const isLog = isWide(costs);
  const y = {
    type: "quantitative",
    title: axisTitle(`score: ${scorer}`),
    scale: { zero: false, padding: 12 },
  };
  return {
    encoding: {
      x: {
        field: "costUsd",
        type: "quantitative",
        title: "mean cost of a run in USD",
        scale: isLog ? { type: "log", nice: false, padding: 16 } : { zero: true },
        axis: { format: isLog ? "$~r" : usdFormat(Math.max(...costs)), tickCount: isLog ? 4 : 6 },
      },
      color: { field: "variant", type: "nominal", title: null, scale: colorScale(names, theme) },
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2.5 },
        encoding: { y: { field: "low", ...y }, y2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: {
          y: { field: "score", ...y },
          shape: { field: "variant", type: "nominal", title: null, scale: { domain: [...names] } },
          tooltip: ["variant", "runs", "costUsd", "cases", "score", "low", "high"].map((field) => ({
            field,
          })),
        },
      },
    ],
  };
}
