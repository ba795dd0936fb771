import type { Shown } from "../../../app/mod.ts";
import { formatRunQuery, wasUsed } from "../../../analysis/mod.ts";
import { addDays, type Explanation, type RunFilter, sentenceOf, startOfDay } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import { loading } from "../../contract/load.ts";
import { type Actions, updateOf } from "../../contract/handlers.ts";
import type { Effect } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY_FIELD, fieldOf } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  afterMotion,
  keptInView,
  LIST_START,
  type Motion,
  rowAt,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { isInside } from "../../widgets/panes.ts";
import {
  choiceRows,
  costKeyOf,
  costRows,
  costsLayout,
  type CostsModel,
  filterOf,
  fittingModels,
  isListTab,
  listedRun,
  type ListTab,
  selectedKey,
  sharedRows,
  SINCES,
  TABS,
} from "./model.ts";
import { budgetText, budgetTyped, readBudget } from "./budget_box.ts";
import type { CostsQueries } from "./queries.ts";
import { tableText } from "./table_text.ts";

const load = loading<CostsQueries>();
const REFRESH_INTERVAL_MS = 2_000;
/** It reads more than sums. */
const CHART_INTERVAL_MS = 10_000;
const NO_GROUP = "(none)";
const TABLE_HEAD_ROWS = 2;
export const MODEL_NAME_LENGTH_MAX = 200;

const ACTIONS: Actions<CostsModel> = {
  tab_left: (model, env) => turned(model, -1, env),
  tab_right: (model, env) => turned(model, 1, env),
  since: (model, env) => loadAll({ ...model, since: neighbour(SINCES, model.since, 1) }, env),
  since_back: (model, env) => loadAll({ ...model, since: neighbour(SINCES, model.since, -1) }, env),
  what_if: (model) => {
    const seen = new Set([
      ...model.models,
      ...(model.tab === "model" ? model.rows.map((row) => row.key) : []),
    ]);
    const open: CostsModel = {
      ...model,
      models: [...seen],
      choosing: { field: EMPTY_FIELD, list: LIST_START },
    };
    return load([open, []], "models", undefined);
  },
  budget: (model) => [{ ...model, setting: fieldOf(budgetTyped(model)) }, []],
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  reload: (model, env) => loadAll({ ...model, state: "loading" }, env),
  copy: (model) => [model, [{ type: "copy", text: tableText(model) }]],
  notebook: (model) => [model, [{ type: "to_notebook", shown: shownIn(model) }]],
  open: (model, env) => [model, opened(model, env)],
  back: (model, env) => {
    const { whatIf, priced: _, ...rest } = model;
    if (whatIf) return [rest, []];
    return model.zoom ? [inView({ ...model, zoom: false }, env), []] : [model, [{ type: "leave" }]];
  },
};

/** The table, as a notebook has it: of the same time back from whenever it is run. */
function shownIn({ tab, since }: CostsModel): Shown {
  const search = since === "all" ? "" : `since:${since}`;
  return isListTab(tab) ? { kind: "runs", search } : { kind: "costs", by: tab, search };
}

/** While a model is chosen whose prices are to be used. */
const CHOOSING_ACTIONS: Actions<CostsModel> = {
  cancel: (model) => [closed(model), []],
  choose: (model) => {
    const { field, list } = model.choosing!;
    const name = fittingModels(model)[list.index] ?? field.text.trim().slice(0, MODEL_NAME_LENGTH_MAX);
    return name === "" ? [closed(model), []] : reprice(closed(model), name);
  },
};

/** While a budget is typed. */
const SETTING_ACTIONS: Actions<CostsModel> = {
  cancel: (model) => [settled(model), []],
  choose: (model) => {
    const budget = readBudget(model.setting!.text);
    return typeof budget === "string"
      ? [model, [notice("error", budget)]]
      : load([model, []], "budgetSet", { budget });
  },
};

export const updateCosts = updateOf<CostsModel, CostsQueries>({
  entered: (model, _, env) => loadAll(model, env),
  storeChanged: (model, env) => loadAll(model, env, REFRESH_INTERVAL_MS),
  resized: (model, env) => [inView(model, env), []],
  actions: (model) => model.setting ? SETTING_ACTIONS : model.choosing ? CHOOSING_ACTIONS : ACTIONS,
  moved: (model, motion, env) => [moved(model, motion, env), []],
  typed: (model, change) => {
    if (model.setting) return [{ ...model, setting: change(model.setting) ?? model.setting }, []];
    const field = model.choosing && change(model.choosing.field);
    return [field ? { ...model, choosing: { field, list: LIST_START } } : model, []];
  },
  wheeled: (model, lines, _, env) => [model.choosing ? model : moved(model, wheelMotion(lines), env), []],
  clicked: (model, { x, y }, env) => {
    const { table } = costsLayout(model, env);
    if (model.choosing || model.setting || !isInside(table, x, y)) return [model, []];
    const rows = costRows(model, env);
    const above = TABLE_HEAD_ROWS + (model.tab === "budget" ? sharedRows(model) : 0);
    const row = rowAt(model.list, rows, y - table.y - above);
    return [row === undefined ? model : { ...model, list: withSelected(model.list, rows, row) }, []];
  },
  answered: {
    rows: (model, answer, env) =>
      reprice(inView({ ...model, rows: answer.filter(wasUsed), ...answeredState(model, "rows") }, env)),
    days: (model, answer) => [{ ...model, days: answer.filter(wasUsed) }, []],
    chart: (model, chart) => [{ ...model, chart }, []],
    endpoints: (model, endpoints) => [{ ...model, endpoints }, []],
    runs: (model, runs, env) => [inView({ ...model, runs, ...answeredState(model, "runs") }, env), []],
    budgets: (model, budgets, env) => [inView({ ...model, budgets }, env), []],
    budgetSet: (model, state) =>
      load([settled(model), [notice("info", `Set ${budgetText(state)}`)]], "budgets", undefined),
    forecast: (model, forecast) => [{ ...model, forecast }, []],
    prompts: (
      model,
      prompts,
      env,
    ) => [inView({ ...model, prompts, ...answeredState(model, "prompts") }, env), []],
    twice: (model, twice, env) => [inView({ ...model, twice, ...answeredState(model, "twice") }, env), []],
    prices: (model, prices) => {
      const { keys } = model.priced ?? { keys: [] };
      const usd = new Map(keys.map((key, index) => [key, prices.usd[index] ?? null]));
      return [{ ...model, whatIf: { model: prices.model, usd } }, []];
    },
    models: (model, listed) => {
      const models = [...new Set([...model.models, ...listed])];
      return load([{ ...model, models }, []], "modelPrices", { models });
    },
    modelPrices: (model, modelPrices) => [{ ...model, modelPrices }, []],
  },
  failed: {
    rows: (model, failure) => failed(model, "rows", failure),
    runs: (model, failure) => failed(model, "runs", failure),
    prompts: (model, failure) => failed(model, "prompts", failure),
    twice: (model, failure) => failed(model, "twice", failure),
  },
});

function loadAll(model: CostsModel, env: Env, minIntervalMs?: number): Step<CostsModel> {
  const filter = filterOf(model.since, env.nowMs);
  let step: Step<CostsModel> = [model, []];
  if (model.tab === "prompts" || model.tab === "twice") {
    step = load(step, model.tab, { filter }, minIntervalMs === undefined ? undefined : CHART_INTERVAL_MS);
  } else if (!isListTab(model.tab)) {
    step = load(step, "rows", { by: costKeyOf(model.tab), filter }, minIntervalMs);
  }
  step = load(step, "days", { filter }, minIntervalMs);
  step = load(step, "budgets", undefined, minIntervalMs);
  step = load(step, "forecast", undefined, minIntervalMs === undefined ? undefined : CHART_INTERVAL_MS);
  step = load(step, "endpoints", undefined, minIntervalMs);
  step = load(step, "chart", { filter }, minIntervalMs === undefined ? undefined : CHART_INTERVAL_MS);
  return load(step, "runs", { filter }, minIntervalMs);
}

/** The table stands or falls with this question; the charts beside it do not. */
function mainSlot({ tab }: CostsModel): string {
  return tab === "budget" ? "runs" : isListTab(tab) ? tab : "rows";
}

function failed(model: CostsModel, slot: string, failure: Explanation): Step<CostsModel> {
  if (slot === mainSlot(model)) return [{ ...model, state: "failed", failure }, []];
  return [model, [notice("error", sentenceOf(failure))]];
}

function answeredState(model: CostsModel, slot: string): Partial<Pick<CostsModel, "state" | "failure">> {
  return slot === mainSlot(model) ? { state: "ready", failure: NO_FAILURE } : {};
}

/** Asks what the shown tokens would cost with the chosen prices. */
function reprice(model: CostsModel, name = model.whatIf?.model): Step<CostsModel> {
  if (name === undefined || isListTab(model.tab)) return [model, []];
  const priced = { model: name, keys: model.rows.map((row) => row.key) };
  const usages = model.rows.map((row) => row.usage);
  return load([{ ...model, priced }, []], "prices", { model: name, usages });
}

/** Added up by the next key. */
function turned(model: CostsModel, step: 1 | -1, env: Env): Step<CostsModel> {
  const { whatIf, ...rest } = model;
  const kept = whatIf ? { whatIf: { model: whatIf.model, usd: new Map<string, number | null>() } } : {};
  const tab = neighbour(TABS, model.tab, step);
  return loadAll({ ...rest, ...kept, tab, rows: [], list: LIST_START, state: "loading" }, env);
}

function settled(model: CostsModel): CostsModel {
  const { setting: _, ...rest } = model;
  return rest;
}

function closed(model: CostsModel): CostsModel {
  const { choosing: _, ...rest } = model;
  return rest;
}

/** Runs that began on that day, where the person is. */
function ofDay(day: string, timeZone: string): RunFilter {
  const since = startOfDay(day, timeZone);
  if (since === undefined) return {};
  const until = startOfDay(addDays(day, 1), timeZone);
  return { sinceUs: since * 1000, ...(until === undefined ? {} : { untilUs: until * 1000 }) };
}

/** To the runs behind the row. */
function opened(model: CostsModel, env: Env): readonly Effect[] {
  const key = selectedKey(model);
  if (key === undefined) return [];
  if (isListTab(model.tab)) {
    const run = listedRun(model);
    return run ? [{ type: "go", screen: "live", target: { traceId: run.traceId, runId: run.runId } }] : [];
  }
  const since = filterOf(model.since, env.nowMs);
  const filters: Readonly<Record<Exclude<CostsModel["tab"], ListTab>, RunFilter>> = {
    model: { ...since, model: key },
    agent: { ...since, agent: key },
    day: model.tab === "day" ? ofDay(key, env.timeZone) : {},
    group: key === NO_GROUP ? since : { ...since, group: key },
    user: { ...since, user: key },
  };
  const search = formatRunQuery(filters[model.tab], env.timeZone);
  return [
    { type: "go", screen: "runs", search },
    ...(model.tab === "group" && key === NO_GROUP
      ? [
        notice("info", "Runs of all groups: there is no filter for runs without one"),
      ]
      : []),
  ];
}

function moved(model: CostsModel, motion: Motion, env: Env): CostsModel {
  const { choosing } = model;
  if (!choosing) return { ...model, list: afterMotion(model.list, costRows(model, env), motion) };
  const list = afterMotion(choosing.list, choiceRows(model, env), motion);
  return { ...model, choosing: { ...choosing, list } };
}

function inView(model: CostsModel, env: Env): CostsModel {
  return { ...model, list: keptInView(model.list, costRows(model, env)) };
}
