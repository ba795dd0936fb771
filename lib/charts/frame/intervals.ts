import type { Row } from "../../core/mod.ts";
import { grouped, scoreValue } from "../../present/mod.ts";
import type { ChartFinding, Spec } from "./chart.ts";
import { colorScale, OTHERS } from "./series.ts";
import type { Theme } from "./theme.ts";

/** A mean with its interval, of one scorer and one of the compared. */
export interface IntervalRow extends Row {
  readonly scorer: string;
  readonly mean: number;
  /** `null`: a single value has no interval. */
  readonly low: number | null;
  readonly high: number | null;
}

interface Grouping {
  /** The column that tells the compared apart. */
  readonly group: string;
  /** The column that says of how many the mean is. */
  readonly count: string;
  /** Of the compared, in the order of their colours. */
  readonly names: readonly string[];
}

/** Means with their intervals, by scorer, those of one scorer below each other. */
export function intervalPlot(
  rows: readonly IntervalRow[],
  grouping: Grouping,
): Pick<ChartFinding, "spec" | "text"> {
  const { group, count, names } = grouping;
  return {
    spec: (theme) => specOf(rows, grouping, theme),
    text: {
      kind: "bars",
      ...rangeOf(rows),
      rows: rows.map((row) => {
        const name = String(row[group]);
        return {
          label: `${row.scorer} · ${name}`,
          pieces: [{
            from: row.low ?? row.mean,
            to: row.high ?? row.mean,
            tone: name === OTHERS ? "other" : names.indexOf(name),
          }],
          mark: row.mean,
          value: `${meanText(row)} n=${grouped(Number(row[count]))}`,
        };
      }),
      format: scoreValue,
      legend: [],
    },
  };
}

/** `0.8 [0.7, 0.9]`; without an interval, the mean alone. */
export function meanText({ mean, low, high }: Pick<IntervalRow, "mean" | "low" | "high">): string {
  const interval = low === null || high === null ? "" : ` [${scoreValue(low)}, ${scoreValue(high)}]`;
  return `${scoreValue(mean)}${interval}`;
}

/** From 0 to 1, or as far as the intervals go. */
function rangeOf(rows: readonly IntervalRow[]): { readonly from: number; readonly to: number } {
  const ends = rows.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean]);
  return { from: Math.min(0, ...ends), to: Math.max(1, ...ends) };
}

function specOf(rows: readonly IntervalRow[], { group, count, names }: Grouping, theme: Theme): Spec {
  const { from, to } = rangeOf(rows);
  const color = { field: group, type: "nominal", title: null, scale: colorScale(names, theme) };
  const y = { field: "scorer", type: "nominal", title: null, sort: null };
  const yOffset = { field: group, type: "nominal", sort: [...names] };
  const x = {
    type: "quantitative",
    title: "score",
    scale: { domain: [from, to] },
    axis: { grid: true, tickCount: 6 },
  };
  return {
    height: { step: 20 },
    encoding: { y, yOffset, color },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2.5 },
        encoding: { x: { field: "low", ...x }, x2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, size: 80, opacity: 1 },
        encoding: {
          x: { field: "mean", ...x },
          tooltip: ["scorer", group, count, "mean", "low", "high"].map((field) => ({ field })),
        },
      },
    ],
  };
}
