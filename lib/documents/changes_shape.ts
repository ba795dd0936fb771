import type { JsonChange } from "../analysis/mod.ts";

/** Differences with both sides always there: `null` on the side that has nothing. */
export function changesShape(changes: readonly JsonChange[]) {
  return changes.map(({ path, op, left = null, right = null }) => ({ path, op, left, right }));
}
