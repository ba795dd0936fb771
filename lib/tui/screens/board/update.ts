import { isLive, shortRunId } from "../../../core/mod.ts";
import { type Actions, type Place, updateOf } from "../../contract/handlers.ts";
import { loading } from "../../contract/load.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { clamp } from "../../draw/scroll.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { keptInView, type Motion, wheelMotion, withSelected } from "../../widgets/list.ts";
import { CARDS_MAX, type Grid, share } from "./grid.ts";
import {
  type BoardModel,
  boardRows,
  chosenIndex,
  chosenRun,
  firstInView,
  gridOf,
  HEAD_ROWS,
  isUp,
} from "./model.ts";
import type { Board, BoardQueries } from "./queries.ts";
import { withSample } from "./rate.ts";

const load = loading<BoardQueries>();
const REFRESH_MS = 200;
const TICK_MS = 500;
/** Ended runs that keep their places, newest first. */
const KEPT_MAX = CARDS_MAX;

const ACTIONS: Actions<BoardModel> = {
  open: opened,
  answer: opened,
  next: (model, env, count = 1) => chosenAnew(model, chosenIndex(model) + count, env),
  previous: (model, env, count = 1) => chosenAnew(model, chosenIndex(model) - count, env),
  launch: (model) => [model, [{ type: "go", screen: "launch" }]],
  reload: (model, env) => ask({ ...model, runs: model.runs.filter(isUp) }, env),
  back: (model) => [model, [{ type: "leave" }]],
  stop: askToStop,
  stop_run: (model) => {
    const run = chosenRun(model);
    const stop = { type: "control", action: "stop", done: "Asked the run to stop" } as const;
    return [model, run ? [{ ...stop, traceId: run.traceId }] : []];
  },
};

export const updateBoard = updateOf<BoardModel, BoardQueries>({
  entered,
  storeChanged: (model, env) => ask(model, env, REFRESH_MS),
  resized: (model, env) => [model, ask(model, env)[1]],
  actions: () => ACTIONS,
  moved,
  wheeled: (model, lines, _, env) => moved(model, wheelMotion(lines), env),
  clicked,
  answered: { board: (model, board, env) => [withBoard(model, board, env), []] },
  failed: {
    board: (model, failure) => [{ ...model, state: "failed", failure }, []],
  },
});

/** Anew with those that are live; a run that was started here meanwhile is the chosen one. */
function entered(before: BoardModel, _: unknown, env: Env): Step<BoardModel> {
  const own = env.own.at(-1)?.traceId;
  const model = { ...before, runs: before.runs.filter(isUp) };
  if (own === undefined || own === before.lastOwn) return ask(model, env);
  return ask({ ...model, lastOwn: own, selectedId: own }, env);
}

function ask(model: BoardModel, env: Env, minIntervalMs?: number): Step<BoardModel> {
  const ended = model.runs.filter((run) => !isUp(run));
  const live = model.runs.filter(isUp);
  const kept = [...live, ...ended.slice(-KEPT_MAX)].map((run) => run.traceId);
  const first = firstInView(model, gridOf(model, env));
  return load([model, []], "board", { kept, first }, minIntervalMs);
}

function withBoard(model: BoardModel, { runs, hasMore, now }: Board, env: Env): BoardModel {
  const known = new Map(now.map((it) => [it.traceId, it]));
  const samples = new Map(
    now.map((it) => [it.traceId, withSample(model.samples.get(it.traceId) ?? [], it.streaming)]),
  );
  const next: BoardModel = {
    ...model,
    state: "ready",
    failure: NO_FAILURE,
    runs,
    hasMore,
    now: known,
    samples,
  };
  const placed = keptInView(next, boardRows(next, gridOf(next, env)));
  const chosen = chosenRun(placed);
  return chosen && placed.selectedId !== chosen.traceId && !isAwaited(placed, env)
    ? { ...placed, selectedId: chosen.traceId }
    : placed;
}

/** The chosen run was started here and is not in the store yet. */
function isAwaited({ selectedId }: BoardModel, { own }: Env): boolean {
  return selectedId !== undefined && own.at(-1)?.traceId === selectedId;
}

function opened(model: BoardModel): Step<BoardModel> {
  const run = chosenRun(model);
  if (!run) return [model, []];
  const { traceId, runId } = run;
  return [model, [{ type: "go", screen: "live", target: { traceId, runId } }]];
}

function askToStop(model: BoardModel): Step<BoardModel> {
  const run = chosenRun(model);
  if (!run || !isLive(run.status)) return [model, []];
  const question = {
    title: "Stop this run?",
    lines: [`${shortRunId(run.runId)}  ${run.agent}`],
    yes: "stop it; R goes on with it",
    action: "stop_run",
  };
  return [model, [{ type: "confirm", question }]];
}

/** Selects a run; what another page shows is read at once. */
function chosenAnew(model: BoardModel, index: number, env: Env): Step<BoardModel> {
  const grid = gridOf(model, env);
  const wanted = clamp(index, 0, Math.max(0, model.runs.length - 1));
  const next = withSelected(model, boardRows(model, grid), wanted);
  return firstInView(next, grid) === firstInView(model, grid) ? [next, []] : ask(next, env);
}

/** Up and down by a row of the grid, further by pages. */
function moved(model: BoardModel, { action, count }: Motion, env: Env): Step<BoardModel> {
  const grid = gridOf(model, env);
  const index = chosenIndex(model);
  const to = destination(action, index, grid, model.runs.length, count);
  return to === undefined || model.runs.length === 0 ? [model, []] : chosenAnew(model, to, env);
}

function destination(
  action: string,
  index: number,
  { across, down }: Grid,
  total: number,
  count: number | undefined,
): number | undefined {
  const page = across * down * (count ?? 1);
  const row = across * (count ?? 1);
  switch (action) {
    case "down":
      return index + row < total ? index + row : index + 1;
    case "up":
      return index - row >= 0 ? index - row : index - 1;
    case "top":
      return (count ?? 1) - 1;
    case "bottom":
      return (count ?? total) - 1;
    case "half_down":
    case "page_down":
      return index + page;
    case "half_up":
    case "page_up":
      return index - page;
    default:
      return undefined;
  }
}

/** Chooses the run under the pointer; the chosen one is opened. */
function clicked(model: BoardModel, { x, y }: Place, env: Env): Step<BoardModel> {
  const grid = gridOf(model, env);
  const part = (total: number, parts: number, at: number) =>
    Array.from({ length: parts }, (_, index) => share(total, parts, index))
      .findIndex(({ at: from, size }) => at >= from && at < from + size);
  const column = part(env.size.columns, grid.across, x);
  const row = part(env.size.rows - HEAD_ROWS, grid.down, y - HEAD_ROWS);
  const index = firstInView(model, grid) + row * grid.across + column;
  if (row < 0 || column < 0 || index >= model.runs.length) return [model, []];
  return index === chosenIndex(model) ? opened(model) : chosenAnew(model, index, env);
}

export function boardTickMs({ runs }: BoardModel): number | undefined {
  return runs.some(isUp) ? TICK_MS : undefined;
}
