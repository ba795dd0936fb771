import type { Run, Store } from "../core/mod.ts";
import { traceShape } from "../documents/mod.ts";

/** Everything that is known of a run, as `show RUN --json` prints it. */
export async function runDocument(
  store: Pick<Store, "loadTrace" | "loadMessages" | "diffsOf" | "treeTotals">,
  { traceId, runId }: Run,
) {
  return traceShape(
    ...await Promise.all([
      store.loadTrace(traceId),
      store.loadMessages(traceId),
      store.diffsOf(runId),
      store.treeTotals(runId),
    ]),
  );
}
