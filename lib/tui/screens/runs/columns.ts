/** The columns of the table, in the order in which they stand unless a person chose another. */
export const COLUMN_NAMES = [
  "status",
  "id",
  "agent",
  "model",
  "steps",
  "tokens",
  "cost",
  "time",
  "age",
  "started",
  "score",
  "prompt",
  "error",
] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];

/** Which columns are shown where there is room, left to right. */
export type ColumnChoice = readonly ColumnName[];

/** The list of columns while a person chooses: all of them, the chosen ones where they stand. */
export interface ColumnMenu {
  readonly order: readonly ColumnName[];
  readonly index: number;
}

export function menuOf(choice: ColumnChoice): ColumnMenu {
  const hidden = COLUMN_NAMES.filter((name) => !choice.includes(name));
  return { order: [...choice, ...hidden], index: 0 };
}

/** Without the column, or with it where it stands in the list. One column always stays. */
export function switched({ order, index }: ColumnMenu, choice: ColumnChoice): ColumnChoice {
  const name = order[index]!;
  const next = order.filter((it) => choice.includes(it) !== (it === name));
  return next.length === 0 ? choice : next;
}

/** With the column one place further, and the choice in that order. */
export function shifted(
  { order, index }: ColumnMenu,
  choice: ColumnChoice,
  step: 1 | -1,
): { readonly menu: ColumnMenu; readonly choice: ColumnChoice } {
  const to = index + step;
  if (to < 0 || to >= order.length) return { menu: { order, index }, choice };
  const next = order.with(index, order[to]!).with(to, order[index]!);
  return { menu: { order: next, index: to }, choice: next.filter((name) => choice.includes(name)) };
}

/** A choice as a file holds it; what is none is all columns. */
export function readChoice(saved: unknown): ColumnChoice {
  if (!Array.isArray(saved)) return COLUMN_NAMES;
  const known = COLUMN_NAMES.filter((name) => saved.includes(name));
  const ordered = known.toSorted((a, b) => saved.indexOf(a) - saved.indexOf(b));
  return ordered.length === 0 ? COLUMN_NAMES : ordered;
}
