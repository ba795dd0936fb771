import { isLive, type Run, sentenceOf, shortRunId } from "../../../core/mod.ts";
import { asking } from "../../contract/ask.ts";
import type { Effect, Msg } from "../../contract/message.ts";
import type { AnswerMsg } from "../../contract/queries.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { clamp, moved, withTop } from "../../draw/scroll.ts";
import { edit, fieldOf, insert, type TextField } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  askedSort,
  canReverse,
  fieldOfFilter,
  isEmptyStore,
  runsLayout,
  type RunsModel,
  selectedRun,
  SORTS,
  tableHeight,
  withFilterRead,
  writtenSoFar,
} from "./model.ts";
import {
  compareEffects,
  NO_MARKS,
  refreshed,
  showCommand,
  stopEffects,
  subjects,
  targetOf,
  toggled,
} from "./marks.ts";
import type { PageAsked, PageLoaded, RunsQueries } from "./queries.ts";
import {
  cursorOf,
  EMPTY_WINDOW,
  hasMore,
  indexOfRun,
  knownRows,
  missingPage,
  PAGE_ROWS,
  runAt,
  withPage,
} from "./window.ts";

const ask = asking<RunsQueries>();
const ROWS_INTERVAL_MS = 400;
const PARTIALS_INTERVAL_MS = 100;
const COUNT_INTERVAL_MS = 2_000;
const ACTIVITY_INTERVAL_MS = 5_000;
const TABLE_HEAD_ROWS = 2;

export function updateRuns(model: RunsModel, msg: Msg<RunsQueries>, env: Env): Step<RunsModel> {
  switch (msg.type) {
    case "enter":
      return entered(model, msg.search, env);
    case "store_changed":
      return refresh(model, env, false);
    case "resized":
      return look(withView(model, env), env);
    case "action":
      return act(model, msg.action, msg.count, env);
    case "text":
      return typed(model, insert(fieldOfFilter(model), msg.text), env);
    case "edit":
      return typed(model, edit(fieldOfFilter(model), msg.key), env);
    case "wheel":
      return select(
        model,
        clamp(model.index + (model.reversed ? -msg.lines : msg.lines), 0, lastRow(model)),
        env,
      );
    case "click":
      return clicked(model, msg.x, msg.y, env);
    case "answer":
      return answered(model, msg, env);
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      if (msg.slot === "missing") return [model, []];
      return msg.slot === "runs"
        ? [{ ...model, state: "failed", failure: msg.failure }, []]
        : [model, [{ type: "notice", level: "error", text: sentenceOf(msg.failure) }]];
    case "launched":
      return [{ ...model, starting: false }, [{ type: "go", screen: "live", target: msg.run }]];
    case "launch_failed":
      return [{ ...model, starting: false }, [{ type: "notice", level: "error", text: msg.message }]];
    default:
      return [model, []];
  }
}

/** Also reads a filter that was kept from the last time, or that the person was sent here with. */
function entered(model: RunsModel, search: string | undefined, env: Env): Step<RunsModel> {
  if (search !== undefined && search !== model.filterText) {
    const { editing: _, ...kept } = model;
    return typed(kept, undefined, env, search);
  }
  return refresh(model.filterText === "" ? model : withFilterRead(model, env.nowMs), env, true);
}

function startDemo(model: RunsModel, env: Env): Step<RunsModel> {
  const demo = env.demos[model.demo];
  if (!demo) return [model, [{ type: "go", screen: "launch" }]];
  if (model.starting) return [model, []];
  const request = { agent: demo.agent, prompt: demo.prompt, group: "demo" };
  return [{ ...model, starting: true }, [{ type: "launch", request, watch: true }]];
}

function openAnswer(model: RunsModel, run: Run | undefined, env: Env): Step<RunsModel> {
  const text = run?.output ?? (run ? writtenSoFar(model, run) : "");
  const notice = (say: string): Step<RunsModel> => [model, [{ type: "notice", level: "warn", text: say }]];
  if (!env.hasEditor) return notice("No editor is set up. Try: set EDITOR");
  return text === "" ? notice("There is no answer yet") : [model, [{ type: "editor", text }]];
}

function act(model: RunsModel, action: string, count: number | undefined, env: Env): Step<RunsModel> {
  const run = selectedRun(model);
  switch (action) {
    case "open":
      return [
        model,
        run ? [{ type: "go", screen: "live", target: targetOf(run) }] : [],
      ];
    case "launch":
      return [model, [{ type: "go", screen: "launch" }]];
    case "copy": {
      const ids = subjects(model.marks, run).map((item) => item.runId);
      return [model, ids.length > 0 ? [{ type: "copy", text: ids.join("\n") }] : []];
    }
    case "copy_command": {
      const runs = subjects(model.marks, run);
      return [model, runs.length > 0 ? [{ type: "copy", text: showCommand(runs) }] : []];
    }
    case "editor":
      return openAnswer(model, run, env);
    case "mark":
      return run ? move({ ...model, marks: toggled(model.marks, run) }, "down", undefined, env) : [model, []];
    case "demo":
      return startDemo(model, env);
    case "replay":
    case "fork":
      return [
        model,
        run
          ? [{ type: "go", screen: "replay", target: targetOf(run), replay: { fork: action === "fork" } }]
          : [],
      ];
    case "compare":
      return [model, compareEffects(model.marks, run, env.marked)];
    case "stop":
    case "stop_marked":
      return [model, stopEffects(subjects(model.marks, run), action === "stop_marked")];
    case "zoom":
      return look(withView({ ...model, zoom: !model.zoom }, env), env);
    case "sort":
      return restart({ ...model, sort: SORTS[(SORTS.indexOf(model.sort) + 1) % SORTS.length]! }, {
        reversed: false,
        index: 0,
      });
    case "filter":
      return [{ ...model, editing: fieldOf(model.filterText === "" ? "" : `${model.filterText} `) }, []];
    case "filter_done": {
      const { editing: _, ...kept } = model;
      return [kept, []];
    }
    case "filter_cancel":
    case "back": {
      if (action === "back" && model.marks.size > 0) {
        return [{ ...model, marks: NO_MARKS }, [{ type: "mark", run: undefined }]];
      }
      const { editing: _, ...kept } = model;
      return model.filterText === "" ? [kept, []] : typed(kept, undefined, env, "");
    }
    default:
      return move(model, action, count, env);
  }
}

function move(model: RunsModel, action: string, count: number | undefined, env: Env): Step<RunsModel> {
  if (isEmptyStore(model)) {
    const demo = moved(action, model.demo, count, env.demos.length, env.demos.length);
    return [demo === undefined ? model : { ...model, demo }, []];
  }
  if (action === "bottom" && count === undefined && canReverse(model) && !model.reversed) {
    return restart(model, { reversed: true, index: 0 });
  }
  if (model.reversed && (action === "top" || count !== undefined && action === "bottom")) {
    return restart(model, { reversed: false, index: (count ?? 1) - 1 });
  }
  const index = moved(
    model.reversed ? mirrored(action) : action,
    model.index,
    count,
    tableHeight(model, env),
    rows(model),
  );
  return index === undefined ? [model, []] : select(model, index, env);
}

/** In a window that runs from the end, down leads to lower rows. */
function mirrored(action: string): string {
  const pairs: Readonly<Record<string, string>> = {
    down: "up",
    up: "down",
    half_down: "half_up",
    half_up: "half_down",
    page_down: "page_up",
    page_up: "page_down",
    bottom: "top",
  };
  return pairs[action] ?? action;
}

/** Rows a motion may reach: one beyond the known ones, so that walking on loads the next page. */
function rows(model: RunsModel): number {
  return knownRows(model.window) + (hasMore(model.window) ? 1 : 0);
}

function lastRow(model: RunsModel): number {
  return Math.max(0, rows(model) - 1);
}

function select(model: RunsModel, index: number, env: Env): Step<RunsModel> {
  const run = runAt(model.window, index);
  const { selectedId: _, ...rest } = model;
  const next = withView({ ...rest, index, ...(run ? { selectedId: run.traceId } : {}) }, env);
  return look(next.top === 0 && next.unseen > 0 ? { ...next, unseen: 0 } : next, env);
}

function withView(model: RunsModel, env: Env): RunsModel {
  return withTop(model, model.index, tableHeight(model, env), rows(model));
}

function clicked(model: RunsModel, x: number, y: number, env: Env): Step<RunsModel> {
  const { table } = runsLayout(model, env);
  const row = y - table.y - TABLE_HEAD_ROWS;
  const height = tableHeight(model, env);
  if (row < 0 || row >= height || x < table.x || x >= table.x + table.columns) return [model, []];
  const index = model.reversed ? model.top + height - 1 - row : model.top + row;
  if (!runAt(model.window, index)) return [model, []];
  if (index === model.index && model.selectedId !== undefined) return act(model, "open", undefined, env);
  return select(model, index, env);
}

/** The filter as typed so far; the list follows at once. */
function typed(model: RunsModel, field: TextField | undefined, env: Env, text?: string): Step<RunsModel> {
  if (!field && text === undefined) return [model, []];
  const filterText = (text ?? field!.text).trim();
  const editing = field ? { editing: field } : {};
  if (filterText === model.filterText) return [{ ...model, ...editing }, []];
  const next = withFilterRead({ ...model, ...editing, filterText }, env.nowMs);
  return restart({ ...next, unseen: 0 }, { reversed: false });
}

/** A new list: other filter, order or end. The rows shown stay until the answer is there. */
function restart(model: RunsModel, restarting: { reversed: boolean; index?: number }): Step<RunsModel> {
  const step = askPage([{ ...model, restarting }, []], 0);
  return ask(step, "count", { filter: model.filter });
}

function refresh(model: RunsModel, env: Env, now: boolean): Step<RunsModel> {
  const every = (intervalMs: number) => (now ? undefined : intervalMs);
  let step = askPage([model, []], pageInView(model), every(ROWS_INTERVAL_MS));
  step = ask(step, "count", { filter: model.filter }, every(COUNT_INTERVAL_MS));
  step = ask(step, "activity", { nowMs: env.nowMs }, every(ACTIVITY_INTERVAL_MS));
  const run = selectedRun(model);
  if (!run || !runsLayout(model, env).preview) return step;
  const { traceId } = run;
  if (isLive(run.status)) step = ask(step, "partials", { traceId }, every(PARTIALS_INTERVAL_MS));
  const shown = model.preview?.traceId === traceId ? model.preview.trace : undefined;
  if (shown && !isLive(shown.run.status) && !isLive(run.status)) return step;
  return ask(step, "preview", { traceId }, every(ROWS_INTERVAL_MS));
}

/** Asks for what the view needs and does not have. */
function look(model: RunsModel, env: Env): Step<RunsModel> {
  let step: Step<RunsModel> = [model, []];
  const page = missingPage(model.window, model.top, tableHeight(model, env));
  if (page !== undefined && !model.restarting) step = askPage(step, page);
  const run = selectedRun(model);
  if (run && runsLayout(model, env).preview && model.preview?.traceId !== run.traceId) {
    step = ask(step, "preview", { traceId: run.traceId });
    if (isLive(run.status)) step = ask(step, "partials", { traceId: run.traceId });
  }
  return step;
}

function pageInView({ restarting, top }: RunsModel): number {
  return restarting ? 0 : Math.floor(top / PAGE_ROWS);
}

function askPage(step: Step<RunsModel>, page: number, minIntervalMs?: number): Step<RunsModel> {
  return ask(step, "runs", pageAsked(step[0], page), minIntervalMs);
}

function pageAsked(model: RunsModel, page: number): PageAsked {
  const cursor = model.restarting ? undefined : cursorOf(model.window, page);
  return {
    page,
    filter: model.filter,
    sort: askedSort(model),
    limit: PAGE_ROWS,
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function answered(model: RunsModel, msg: AnswerMsg<RunsQueries>, env: Env): Step<RunsModel> {
  if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
  switch (msg.slot) {
    case "runs":
      return withRuns(model, msg.answer, env);
    case "count":
      return [{ ...model, matching: msg.answer }, []];
    case "activity":
      return [{ ...model, activity: msg.answer }, []];
    case "preview": {
      const next: RunsModel = { ...model, preview: msg.answer };
      const run = selectedRun(model);
      // Of a run that is not selected any more there is nothing to say.
      if (!run || run.traceId !== msg.answer.traceId || msg.answer.trace) return [next, []];
      return askPage([next, [gone(run)]], pageInView(next));
    }
    case "partials":
      return [{ ...model, partials: msg.answer }, []];
    case "missing": {
      const { missing, ...rest } = model;
      return missing && !msg.answer ? [rest, [gone(missing)]] : [rest, []];
    }
  }
}

function gone(run: Run): Effect {
  return { type: "notice", level: "warn", text: `Run ${shortRunId(run.runId)} of ${run.agent} was deleted` };
}

function withRuns(model: RunsModel, page: PageLoaded, env: Env): Step<RunsModel> {
  const { restarting, ...rest } = model;
  const window = withPage(restarting ? EMPTY_WINDOW : model.window, page.page, page);
  const found = model.selectedId === undefined || restarting?.index !== undefined
    ? undefined
    : indexOfRun(window, model.selectedId);
  const wanted = restarting ? restarting.index ?? found ?? 0 : found ?? model.index;
  // Rows that arrived above the view must not push it along.
  const top = restarting
    ? 0
    : model.top > 0 && found !== undefined
    ? Math.max(0, model.top + found - model.index)
    : model.top;
  const reversed = restarting?.reversed ?? model.reversed;
  const lost = restarting || found !== undefined ? undefined : selectedRun(model);
  const [next, effects] = select(
    {
      ...rest,
      window,
      reversed,
      state: "ready",
      failure: NO_FAILURE,
      top,
      unseen: restarting || top === 0 ? 0 : model.unseen + Math.max(0, top - model.top),
      marks: refreshed(model.marks, page.runs),
      ...(lost ? { missing: lost } : {}),
    },
    clamp(wanted, 0, Math.max(0, knownRows(window) - 1)),
    env,
  );
  if (!lost) return [next, effects];
  return ask([next, effects], "missing", { traceId: lost.traceId });
}

/** Live rows show their age and duration. */
export function runsTickMs(model: RunsModel): number | undefined {
  if (isEmptyStore(model) || model.state !== "ready") return undefined;
  return model.activity !== undefined && model.activity.live > 0 ? 1_000 : undefined;
}
