import { markedFirst, notice } from "../../contract/effects.ts";
import { isLive, type Run, shortRunId } from "../../../core/mod.ts";
import type { Effect, Target } from "../../contract/message.ts";
import type { ListRow } from "./listed.ts";
import { indexOfRow, runAt, type RunWindow } from "./window.ts";

/** Runs the person marked, by trace id: as they were when last seen, so that they need not be in view. */
export type Marks = ReadonlyMap<string, Run>;

export const NO_MARKS: Marks = new Map();
export const MARKS_MAX = 1_000;
const LISTED_MAX = 5;

export function toggled(marks: Marks, run: Run): Marks {
  const next = new Map(marks);
  if (!next.delete(run.traceId) && next.size < MARKS_MAX) next.set(run.traceId, run);
  return next;
}

/** With every run between the one marked last and the row `to`; what is not loaded stays unmarked. */
export function markedTo(marks: Marks, window: RunWindow, to: number): Marks {
  const last = [...marks.keys()].at(-1);
  const from = last === undefined ? undefined : indexOfRow(window, last);
  if (from === undefined) return marks;
  const next = new Map(marks);
  for (let index = Math.min(from, to); index <= Math.max(from, to) && next.size < MARKS_MAX; index++) {
    const run = runAt(window, index);
    if (run) next.set(run.traceId, run);
  }
  return next;
}

/** Marked runs as they are now, where a page brought news of them. */
export function refreshed(marks: Marks, rows: readonly ListRow[]): Marks {
  if (!rows.some((row) => marks.has(row.id))) return marks;
  const next = new Map(marks);
  for (const row of rows) if (row.kind === "run" && next.has(row.id)) next.set(row.id, row.run);
  return next;
}

/** What an action is about: the marked runs, or else the chosen one. */
export function subjects(marks: Marks, chosen: Run | undefined): readonly Run[] {
  return marks.size > 0 ? [...marks.values()] : chosen ? [chosen] : [];
}

/** Stops the runs that are live, once a person has said so. */
export function stopEffects(runs: readonly Run[], asked: boolean): readonly Effect[] {
  const live = runs.filter((run) => isLive(run.status));
  if (live.length === 0) return [notice("info", "None of these runs is live")];
  if (!asked) {
    const lines = live.slice(0, LISTED_MAX).map((run) => `${shortRunId(run.runId)}  ${run.agent}`);
    if (live.length > LISTED_MAX) lines.push(`and ${live.length - LISTED_MAX} more`);
    return [{
      type: "confirm",
      question: {
        title: live.length === 1 ? "Stop this run?" : `Stop ${live.length} runs?`,
        lines,
        yes: live.length === 1 ? "stop it; R in the run goes on with it" : `stop all ${live.length}`,
        action: "stop_marked",
      },
    }];
  }
  const done = live.length === 1 ? "Asked the run to stop" : `Asked ${live.length} runs to stop`;
  return live.map(({ traceId }) => ({ type: "control", traceId, action: "stop", done }));
}

export function showCommand(runs: readonly Run[]): string {
  return runs.map((run) => `agentop show ${run.runId}`).join("\n");
}

export function targetOf({ traceId, runId }: Target): Target {
  return { traceId, runId };
}

/** Opens the comparison of two runs, the older one on the left; with one run alone, remembers it and says what is next. */
export function compareEffects(
  marks: Marks,
  chosen: Run | undefined,
  before: Target | undefined,
): readonly Effect[] {
  const open = (left: Target, right: Target): readonly Effect[] => [
    { type: "go", screen: "compare", compare: { left: left.runId, right: right.runId } },
  ];
  if (marks.size > 2) {
    return [notice("warn", `Cannot compare ${marks.size} runs: two are compared. Try: esc, then mark two`)];
  }
  const [first, second] = [...marks.values()];
  if (first && second) {
    return first.startTimeUs <= second.startTimeUs ? open(first, second) : open(second, first);
  }
  const baseline = first ?? before;
  if (chosen && baseline && baseline.traceId !== chosen.traceId) return open(baseline, chosen);
  if (baseline) return [notice("info", "This run is marked: go to another run, then press d")];
  if (!chosen) return [];
  return markedFirst(targetOf(chosen));
}
