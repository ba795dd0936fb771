import { shortRunId, type SideFigures } from "../../core/mod.ts";
import { plural } from "../../present/mod.ts";
import type { ChartedExperiment, NothingToDraw } from "./chart.ts";
import { label } from "./text.ts";
import { SERIES_MAX } from "./theme.ts";

/** Variants of experiments by what a chart calls them, in their order. */
export interface Sides {
  readonly sides: readonly (readonly [name: string, side: SideFigures])[];
  /** Which suites and how many variants they are, and what is not in it. */
  readonly about: string;
}

/** The variants that have a score, or why there is nothing to draw. */
export function scoredSides(experiments: readonly ChartedExperiment[]): Sides | NothingToDraw {
  if (experiments.length === 0) return { nothing: "there is no experiment", remedy: "agentop eval SUITE" };
  const isOne = experiments.length === 1;
  const all = experiments.flatMap(({ sides }) => sides);
  const scored = all.filter(({ scores }) => scores.some(({ mean }) => mean !== null));
  const [first] = experiments;
  if (scored.length === 0) {
    const id = shortRunId(first!.experiment.experimentId);
    return {
      nothing: isOne ? `experiment ${label(id)} has no scores` : "the experiments have no scores",
      remedy: `agentop experiments ${label(id)}`,
    };
  }
  const names = new Set<string>();
  const sides = scored.slice(0, SERIES_MAX).map((side) => {
    const base = isOne ? label(side.variant) : label(`${shortRunId(side.experimentId)}/${side.variant}`);
    let name = base;
    for (let n = 2; names.has(name); n++) name = `${base} (${n})`;
    names.add(name);
    return [name, side] as const;
  });
  const more = scored.length - sides.length;
  const without = all.length - scored.length;
  const partial = experiments.filter(({ experiment: it }) => it.done < it.planned);
  return {
    sides,
    about: [
      `${suitesOf(experiments)}, ${plural(sides.length, "variant")}`,
      ...(isOne && partial[0]
        ? [`${partial[0].experiment.done} of ${partial[0].experiment.planned} results so far`]
        : []),
      ...(!isOne && partial.length > 0 ? [`${plural(partial.length, "experiment")} not complete`] : []),
      ...(more > 0 ? [`${plural(more, "more variant")} not shown`] : []),
      ...(without > 0 ? [`${plural(without, "variant")} without scores not in it`] : []),
    ].join("; "),
  };
}

function suitesOf(experiments: readonly ChartedExperiment[]): string {
  const suites = [...new Set(experiments.map(({ experiment }) => experiment.suite))];
  return suites.length === 1 ? `suite ${label(suites[0]!)}` : plural(suites.length, "suite");
}

/** Names of scorers that have a score, in the order of the suites. */
export function scorersOf(sides: Sides["sides"]): readonly string[] {
  return [
    ...new Set(
      sides.flatMap(([, { scores }]) => scores.flatMap(({ scorer, mean }) => mean === null ? [] : [scorer])),
    ),
  ];
}
