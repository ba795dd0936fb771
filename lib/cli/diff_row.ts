import { nowUs, type RunDiff, StoreError } from "../core/mod.ts";
import type { SqliteStore } from "../store/mod.ts";
import type { Context } from "./context.ts";

/** Writes the row of the `diffs` view: what was changed, both answers, everything that differs. Returns its id. */
export async function keepDiff(
  context: Context,
  store: SqliteStore,
  diff: RunDiff,
  overrides: Readonly<Record<string, unknown>>,
): Promise<string> {
  const diffId = context.host.newId();
  const { diffDocument } = await import("./diff_shape.ts");
  await store.saveDiff({
    diff_id: diffId,
    left_run_id: diff.left,
    right_run_id: diff.right,
    created_us: nowUs(context.host),
    overrides: JSON.stringify(overrides),
    parameter_changed: Object.keys(overrides).join(", ") || null,
    before_output: diff.output.left,
    after_output: diff.output.right,
    diff_json: JSON.stringify(diffDocument(diff)),
  });
  return diffId;
}

/** The same for two runs that somebody compares, once: what a replay has written stays. A store that takes no writes is no trouble. */
export async function keepComparison(context: Context, store: SqliteStore, diff: RunDiff): Promise<void> {
  if (diff.left === diff.right) return;
  const rows = await store.diffsOf(diff.right);
  if (rows.some((row) => row.left_run_id === diff.left && row.right_run_id === diff.right)) return;
  try {
    await keepDiff(context, store, diff, {});
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
