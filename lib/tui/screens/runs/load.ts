import { isLive, type RunFilter } from "../../../core/mod.ts";
import { loading } from "../../contract/load.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { askedOrder, foldingOf, runsLayout, type RunsModel, selectedRun, tableHeight } from "./model.ts";
import type { PageAsked } from "./listed.ts";
import type { RunsQueries } from "./queries.ts";
import { cursorOf, missingPage, PAGE_ROWS, pageOfRow } from "./window.ts";

export const load = loading<RunsQueries>();

const ROWS_INTERVAL_MS = 600;
const PARTIALS_INTERVAL_MS = 100;
const COUNT_INTERVAL_MS = 2_000;
const ACTIVITY_INTERVAL_MS = 5_000;
/** Between the figures of one filter and of the next, while it is typed: they take a look at every run. */
const FIGURES_INTERVAL_MS = 300;

/** Asks for a new list: other filter, order or end. The rows shown stay until the answer is there. */
export function loadAnew(
  model: RunsModel,
  restarting: NonNullable<RunsModel["restarting"]>,
  env: Pick<Env, "nowMs">,
): Step<RunsModel> {
  const step = load(loadPage([{ ...model, restarting }, []], 0), "count", counted(model));
  // Of another order the figures are the same.
  if (model.activity?.filterText === model.filterText) return step;
  return loadActivity(step, env, FIGURES_INTERVAL_MS);
}

/** What there is to say of the list as a whole. */
export function loadFigures([model, effects]: Step<RunsModel>, env: Pick<Env, "nowMs">): Step<RunsModel> {
  return loadActivity(load([model, effects], "count", counted(model)), env);
}

/** Asks again for everything in view: at once, or as a refresh that keeps its distance. */
export function loadAgain(
  model: RunsModel,
  env: Env,
  { atOnce }: { readonly atOnce: boolean },
): Step<RunsModel> {
  const every = (intervalMs: number) => (atOnce ? undefined : intervalMs);
  let step = loadPage([model, []], pageInView(model), every(ROWS_INTERVAL_MS));
  // The first rows wait for nothing: figures take a look at every run, and are asked for when the rows are there.
  if (model.state === "loading") return step;
  step = load(step, "count", counted(model), every(COUNT_INTERVAL_MS));
  step = loadActivity(step, env, every(ACTIVITY_INTERVAL_MS));
  const run = selectedRun(model);
  if (!run || !runsLayout(model, env).preview) return step;
  const { traceId } = run;
  if (isLive(run.status)) step = load(step, "partials", { traceId }, every(PARTIALS_INTERVAL_MS));
  // Also of a run that has ended: somebody may have scored it.
  return load(step, "preview", { traceId }, every(ROWS_INTERVAL_MS));
}

/** Asks for what the view needs and does not have. */
export function loadMissing(model: RunsModel, env: Env): Step<RunsModel> {
  let step: Step<RunsModel> = [model, []];
  const page = missingPage(model.window, model.list.top, tableHeight(model, env));
  if (page !== undefined && !model.restarting) step = loadPage(step, page);
  const run = selectedRun(model);
  if (run && runsLayout(model, env).preview && model.preview?.traceId !== run.traceId) {
    step = load(step, "preview", { traceId: run.traceId });
    if (isLive(run.status)) step = load(step, "partials", { traceId: run.traceId });
  }
  return step;
}

/** The answer says which filter it is about, so that one under way does no harm. */
function loadActivity(
  step: Step<RunsModel>,
  { nowMs }: Pick<Env, "nowMs">,
  minIntervalMs?: number,
): Step<RunsModel> {
  const { filter, filterText } = step[0];
  return load(step, "activity", { filter, filterText, nowMs }, minIntervalMs);
}

export function pageInView({ restarting, list, window }: RunsModel): number {
  return restarting ? 0 : pageOfRow(window, list.top);
}

/** The runs that have a row of their own. */
function counted(model: RunsModel): { readonly filter: RunFilter } {
  return { filter: foldingOf(model) ? { ...model.filter, isHead: true } : model.filter };
}

export function loadPage(step: Step<RunsModel>, page: number, minIntervalMs?: number): Step<RunsModel> {
  return load(step, "runs", pageAsked(step[0], page), minIntervalMs);
}

function pageAsked(model: RunsModel, page: number): PageAsked {
  const cursor = model.restarting ? undefined : cursorOf(model.window, page);
  const folding = foldingOf(model);
  return {
    page,
    filter: model.filter,
    ...askedOrder(model),
    limit: PAGE_ROWS,
    ...(cursor === undefined ? {} : { cursor }),
    ...(folding ? { folding } : {}),
  };
}
