import type { RunSort } from "../../../core/mod.ts";
import type { ColumnName } from "./columns.ts";

/** What the list is ordered by, the most first; `isReversed`: the least first. */
export interface Sorting {
  readonly sort: Exclude<RunSort, "oldest">;
  readonly isReversed: boolean;
}

export const SORTS: readonly Sorting["sort"][] = ["newest", "cost", "tokens", "duration", "steps"];
export const NEWEST: Sorting = Object.freeze({ sort: "newest", isReversed: false });

/** The columns that a list can be ordered by. */
const SORT_OF: Readonly<Partial<Record<ColumnName, Sorting["sort"]>>> = {
  age: "newest",
  started: "newest",
  cost: "cost",
  tokens: "tokens",
  time: "duration",
  steps: "steps",
};

/** By that column; again: the other way round. `undefined`: it orders nothing. */
export function sortedBy(column: ColumnName, { sort, isReversed }: Sorting): Sorting | undefined {
  const wanted = SORT_OF[column];
  if (wanted === undefined) return undefined;
  return wanted === sort ? { sort, isReversed: !isReversed } : { sort: wanted, isReversed: false };
}

/** Whether the list is ordered by that column. An age is least where the time is latest. */
export function directionOf(
  column: ColumnName,
  { sort, isReversed }: Sorting,
): "falling" | "rising" | undefined {
  if (SORT_OF[column] !== sort) return undefined;
  return (column === "age") !== isReversed ? "rising" : "falling";
}

/** In words, for the line of the filter; nothing while it is as always. */
export function sortWords({ sort, isReversed }: Sorting): string {
  if (sort === "newest") return isReversed ? "oldest first" : "";
  return isReversed ? `by ${sort}, least first` : `by ${sort}`;
}
