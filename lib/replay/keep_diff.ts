import { nowUs, StoreError } from "../core/mod.ts";
import type { RunDiff } from "../analysis/mod.ts";
import { diffDocument } from "../documents/mod.ts";
import type { ReplayServices } from "./services.ts";

/** Writes the row of the `diffs` view: what was changed, both answers, everything that differs. Returns its id. */
export async function keepDiff(
  { store, host }: Pick<ReplayServices, "store" | "host">,
  diff: RunDiff,
  overrides: Readonly<Record<string, unknown>>,
): Promise<string> {
  const diffId = host.newId();
  await store.saveDiff({
    diffId,
    leftRunId: diff.left,
    rightRunId: diff.right,
    createdAtUs: nowUs(host),
    overrides,
    leftOutput: diff.output.left,
    rightOutput: diff.output.right,
    diff: diffDocument(diff),
  });
  return diffId;
}

/** The same for two runs that somebody compares, once: what a replay has written stays. A store that takes no writes is no trouble. */
export async function keepComparison(
  services: Pick<ReplayServices, "store" | "host">,
  diff: RunDiff,
): Promise<void> {
  if (diff.left === diff.right) return;
  const known = await services.store.diffsOf(diff.right);
  if (known.some((it) => it.leftRunId === diff.left && it.rightRunId === diff.right)) return;
  try {
    await keepDiff(services, diff, {});
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
