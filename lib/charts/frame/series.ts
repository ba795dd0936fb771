import { label } from "./text.ts";
import { SERIES_MAX, type Theme } from "./theme.ts";

/** What the rest is called when there are more series than colours. */
export const OTHERS = "others";

/** The names of the largest series, largest first, and what each name is shown as. */
export interface SeriesNames {
  /** As shown, in order; `others` at the end when there are more. */
  readonly names: readonly string[];
  readonly shownAs: (name: string) => string;
}

/** Chooses series by the sums of their values. */
export function seriesOf(
  items: Iterable<readonly [name: string, value: number]>,
  options: { readonly max?: number } = {},
): SeriesNames {
  const { max = SERIES_MAX } = options;
  const sums = new Map<string, number>();
  for (const [name, value] of items) sums.set(name, (sums.get(name) ?? 0) + value);
  const ranked = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  const kept = ranked.length > max ? ranked.slice(0, max - 1) : ranked;
  const shown = new Map<string, string>();
  for (const name of kept) {
    const base = label(name);
    // Names that only differ where they are cut stay two.
    let unique = base;
    for (let n = 2; [...shown.values()].includes(unique); n++) unique = `${base} (${n})`;
    shown.set(name, unique);
  }
  return {
    names: [...shown.values(), ...(kept.length < ranked.length ? [OTHERS] : [])],
    shownAs: (name) => shown.get(name) ?? OTHERS,
  };
}

/** The colour scale of series: each keeps its place in the palette. */
export function colorScale(names: readonly string[], theme: Theme) {
  return {
    domain: [...names],
    range: names.map((name, index) =>
      name === OTHERS ? theme.other : theme.series[index % theme.series.length]!
    ),
  };
}
