import { isLive } from "../../../core/mod.ts";
import { isEmptyStore, type RunsModel } from "./model.ts";
import { rowAt } from "./window.ts";

/** More than are ever in view. */
const ROWS_MAX = 100;
const SECOND_MS = 1_000;
/** Ages of many rows change at many moments: those close to each other are one. */
const TOGETHER_MS = 5_000;
const TICK_MS_MAX = 60_000;

/** How soon time alone changes the list: clocks of live runs and young ages are said in seconds, others in minutes, hours and days. */
export function runsTickMs(model: RunsModel, nowMs: number): number | undefined {
  if (isEmptyStore(model) || model.state !== "ready") return undefined;
  let nextMs = TICK_MS_MAX;
  for (let row = 0; row < ROWS_MAX; row++) {
    const listed = rowAt(model.window, model.list.top + row);
    if (!listed) break;
    if (listed.kind !== "run") continue;
    const { run } = listed;
    const ageMs = nowMs - run.startTimeUs / 1000;
    const unitMs = [86_400_000, 3_600_000, 60_000].find((it) => ageMs >= it);
    if (isLive(run.status) || unitMs === undefined) return SECOND_MS;
    nextMs = Math.min(nextMs, unitMs - ageMs % unitMs);
  }
  return Math.max(TOGETHER_MS, nextMs);
}
