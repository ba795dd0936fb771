import { type Run, type Store, StoreError, type TraceChanges } from "../../core/mod.ts";

/** All that is written of a run at one moment, or why there is nothing to send; `seq`: the last write that was sent. */
export async function readRun(
  store: Store,
  { traceId }: Pick<Run, "traceId">,
  seq?: number,
): Promise<TraceChanges | "unchanged" | "deleted" | "damaged"> {
  try {
    if (seq !== undefined) {
      // What has no new write is not read.
      const since = await store.changesSince(traceId, { seq, messageCount: 0 });
      if (!since) return "deleted";
      if (since.cursor.seq === seq) return "unchanged";
    }
    return await store.changesSince(traceId) ?? "deleted";
  } catch (error) {
    if (error instanceof StoreError && ["damaged", "damaged_run"].includes(error.code)) return "damaged";
    throw error;
  }
}
