import { notice } from "../../contract/effects.ts";
import { type Run, shortRunId } from "../../../core/mod.ts";
import type { Effect } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { clamp } from "../../draw/scroll.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { load, loadFigures, loadPage, pageInView } from "./load.ts";
import { refreshed } from "./marks.ts";
import { type RunsModel, selectedRun } from "./model.ts";
import type { PageLoaded } from "./listed.ts";
import type { Preview } from "./queries.ts";
import { selected } from "./selection.ts";
import { cursorOf, EMPTY_WINDOW, indexOfRow, knownRows, withPage } from "./window.ts";

/** The list with a page of it: the first of a new list, or one of the list in view. */
export function withRows(model: RunsModel, page: PageLoaded, env: Env): Step<RunsModel> {
  const { restarting, ...rest } = model;
  // The page before it ended elsewhere meanwhile: what follows it there is asked for already.
  if (!restarting && page.cursor !== cursorOf(model.window, page.page)) return [model, []];
  const window = withPage(restarting ? EMPTY_WINDOW : model.window, page.page, page);
  const { selectedId, index, top: topBefore } = model.list;
  const found = selectedId === undefined || restarting?.index !== undefined
    ? undefined
    : indexOfRow(window, selectedId);
  const wanted = restarting ? restarting.index ?? found ?? 0 : found ?? index;
  // Rows that arrived above the view must not push it along.
  const top = restarting
    ? 0
    : topBefore > 0 && found !== undefined
    ? Math.max(0, topBefore + found - index)
    : topBefore;
  const lost = restarting || found !== undefined ? undefined : selectedRun(model);
  const next: RunsModel = {
    ...rest,
    window,
    reversed: restarting?.reversed ?? model.reversed,
    state: "ready",
    failure: NO_FAILURE,
    list: { ...model.list, top },
    unseen: restarting || top === 0 ? 0 : model.unseen + Math.max(0, top - topBefore),
    marks: refreshed(model.marks, page.rows),
    ...(lost ? { missing: lost } : {}),
  };
  const chosen = selected(next, clamp(wanted, 0, Math.max(0, knownRows(window) - 1)), env);
  const step = model.state === "ready" ? chosen : loadFigures(chosen, env);
  return lost ? load(step, "missing", { traceId: lost.traceId }) : step;
}

export function withPreview(model: RunsModel, preview: Preview): Step<RunsModel> {
  const next: RunsModel = { ...model, preview };
  const run = selectedRun(model);
  // Of a run that is not selected any more there is nothing to say.
  if (!run || run.traceId !== preview.traceId || preview.trace) return [next, []];
  return loadPage([next, [gone(run)]], pageInView(next));
}

/** Says so when a run that vanished from the list was deleted, and not only moved elsewhere. */
export function withMissing(model: RunsModel, isStored: boolean): Step<RunsModel> {
  const { missing, ...rest } = model;
  return [rest, missing && !isStored ? [gone(missing)] : []];
}

function gone(run: Run): Effect {
  return notice("warn", `Run ${shortRunId(run.runId)} of ${run.agent} was deleted`);
}
