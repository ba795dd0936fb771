import { type RunReader, StoreError, type Trace } from "../core/mod.ts";

/** The whole run; `undefined` for one that is damaged. Throws whatever else is in the way. */
export async function soundTrace(
  store: Pick<RunReader, "loadTrace">,
  traceId: string,
): Promise<Trace | undefined> {
  try {
    return await store.loadTrace(traceId);
  } catch (error) {
    if (error instanceof StoreError && ["damaged", "damaged_run"].includes(error.code)) return undefined;
    throw error;
  }
}
