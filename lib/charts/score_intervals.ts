import { plural } from "../present/mod.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { scoredSides, scorersOf } from "./frame/experiments.ts";
import { intervalPlot, type IntervalRow, meanText } from "./frame/intervals.ts";
import { label } from "./frame/text.ts";

const SCORERS_MAX = 12;

/** Mean scores of experiments with their 95 % intervals, by scorer and variant. */
export const scoreIntervals: ChartDefinition = {
  name: "score-intervals",
  about: "mean scores of experiments with 95 % intervals, by scorer and variant",
  of: "experiments",
  needs: ["experiments"],
  draw({ experiments = [] }) {
    const found = scoredSides(experiments);
    if ("nothing" in found) return found;
    const { sides, about } = found;
    const scorers = scorersOf(sides);
    const shown = scorers.slice(0, SCORERS_MAX);
    const rows = shown.flatMap((scorer) =>
      sides.flatMap(([variant, { scores }]): readonly ScoreRow[] => {
        const own = scores.find((it) => it.scorer === scorer);
        if (!own || own.mean === null) return [];
        const [low, high] = own.ci95 ?? [null, null];
        return [{
          scorer: label(scorer),
          variant,
          cases: own.n,
          mean: own.mean,
          low,
          high,
          errors: own.errors,
        }];
      })
    );
    const errors = rows.reduce((sum, row) => sum + row.errors, 0);
    return {
      title: titleOf(rows),
      subtitle: `${about}; mean and 95 % interval, clustered by case` +
        (errors > 0 ? `; ${plural(errors, "error")} not in it` : "") +
        (sides.length > 1 ? "; what may be claimed of two: agentop compare" : "") +
        (scorers.length > shown.length
          ? `; ${plural(scorers.length - shown.length, "more scorer")} not shown`
          : ""),
      columns: {
        scorer: { type: "text", about: "what was judged" },
        variant: { type: "text", about: "the variant; of several experiments, with its experiment" },
        cases: { type: "integer", unit: "cases", about: "cases with a score" },
        mean: { type: "number", unit: "score", about: "the mean of the cases' means" },
        low: {
          type: "number",
          unit: "score",
          about: "the interval begins; null for a single case",
          nullable: true,
        },
        high: {
          type: "number",
          unit: "score",
          about: "the interval ends; null for a single case",
          nullable: true,
        },
        errors: { type: "integer", unit: "tries", about: "tries without a score" },
      },
      rows,
      ...intervalPlot(rows, { group: "variant", count: "cases", names: sides.map(([name]) => name) }),
    };
  },
};

interface ScoreRow extends IntervalRow {
  readonly variant: string;
  readonly cases: number;
  readonly errors: number;
}

/** The best two of the first scorer. Whether one is better is what a paired comparison says, not two intervals. */
function titleOf(rows: readonly ScoreRow[]): string {
  const [first] = rows;
  const [best, next] = rows.filter(({ scorer }) => scorer === first!.scorer).sort((a, b) => b.mean - a.mean);
  const rest = next ? `, ${next.variant} ${meanText(next)}` : ` over ${plural(best!.cases, "case")}`;
  return `${best!.scorer}: ${best!.variant} scores ${meanText(best!)}${rest}`;
}
