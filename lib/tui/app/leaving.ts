import { isLive, type Run, type RunReader } from "../../core/mod.ts";
import type { AppMsg } from "./model.ts";

/** Which of these runs go on when the workbench is left. */
export async function checkedToLeave(
  store: Pick<RunReader, "getRun">,
  traceIds: readonly string[],
): Promise<AppMsg> {
  let live: readonly Run[] = [];
  try {
    const runs = await Promise.all(traceIds.map((traceId) => store.getRun(traceId)));
    live = runs.filter((run) => run !== undefined).filter((run) => isLive(run.status));
  } catch {
    // A store that cannot be read must not keep anyone in; runs go on by themselves.
  }
  return { type: "leave_checked", live };
}
