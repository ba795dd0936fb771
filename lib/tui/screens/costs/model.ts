import type { DearestPrompts, DuplicateReport } from "../../../app/mod.ts";
import {
  type BudgetState,
  type CostKey,
  type CostRow,
  dayOfTime,
  type EndpointNote,
  type Explanation,
  type Forecast,
  type RateLimit,
  type Run,
  type RunFilter,
} from "../../../core/mod.ts";
import { budgetUsdOf } from "../../../analysis/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import type { TextField } from "../../draw/text_field.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedItem } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import type { CostChart, CostsQueries, ModelPrices } from "./queries.ts";

export const TABS = ["model", "agent", "day", "group", "user", "prompts", "twice", "budget"] as const;
/** Tabs that are no sums by a key. */
export type ListTab = "budget" | "prompts" | "twice";
export type CostTab = (typeof TABS)[number];

export const SINCES = ["24h", "7d", "30d", "all"] as const;
export type Since = (typeof SINCES)[number];

const SINCE_DAYS: Readonly<Record<Since, number | undefined>> = {
  "24h": 1,
  "7d": 7,
  "30d": 30,
  all: undefined,
};
const DAY_MS = 86_400_000;

/** What runs cost, added up by one key at a time. */
export interface CostsModel {
  readonly tab: CostTab;
  readonly since: Since;
  readonly rows: readonly CostRow[];
  readonly days: readonly CostRow[];
  readonly chart?: CostChart;
  /** Newest runs, for those that had a budget. */
  readonly runs: readonly Run[];
  /** The budgets that all runs share. */
  readonly budgets: readonly BudgetState[];
  /** A budget that is typed: `all 5 day`. */
  readonly setting?: TextField;
  readonly forecast?: Forecast;
  readonly prompts?: DearestPrompts;
  readonly twice?: DuplicateReport;
  /** What is left of the limits of the servers that were called, latest first. */
  readonly endpoints: readonly EndpointNote[];
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  /** The rows, by what they are added up by; the budgets, by trace id. */
  readonly list: ListPlace;
  readonly zoom: boolean;
  /** What the shown tokens would cost with these prices; by key, `null` where unknown. */
  readonly whatIf?: { readonly model: string; readonly usd: ReadonlyMap<string, number | null> };
  /** Whose prices? What is typed, and where in the models that fit. */
  readonly choosing?: { readonly field: TextField; readonly list: ListPlace };
  readonly models: readonly string[];
  /** What a million tokens in and out costs with each of them, USD; `null`: nobody knows. */
  readonly modelPrices: ModelPrices;
  /** What the latest question about prices was about. */
  readonly priced?: { readonly model: string; readonly keys: readonly string[] };
  readonly tickets: Tickets<CostsQueries>;
}

export const INITIAL: CostsModel = {
  tab: "model",
  since: "30d",
  rows: [],
  days: [],
  runs: [],
  budgets: [],
  endpoints: [],
  state: "loading",
  failure: NO_FAILURE,
  list: LIST_START,
  zoom: false,
  models: [],
  modelPrices: new Map(),
  tickets: {
    rows: 0,
    days: 0,
    chart: 0,
    runs: 0,
    endpoints: 0,
    prices: 0,
    models: 0,
    modelPrices: 0,
    budgets: 0,
    budgetSet: 0,
    forecast: 0,
    prompts: 0,
    twice: 0,
  },
};

export function filterOf(since: Since, nowMs: number): RunFilter {
  const days = SINCE_DAYS[since];
  return days === undefined ? {} : { sinceUs: Math.round((nowMs - days * DAY_MS) * 1000) };
}

/** The key rows are added up by; the other tabs are lists. */
export function costKeyOf(tab: CostTab): CostKey {
  return isListTab(tab) ? "run" : tab;
}

export function isListTab(tab: CostTab): tab is ListTab {
  return tab === "budget" || tab === "prompts" || tab === "twice";
}

export interface BudgetRow {
  readonly run: Run;
  readonly budgetUsd: number;
}

/** Runs that had a budget, those that came nearest to it first. */
export function budgetRows(model: CostsModel): readonly BudgetRow[] {
  return model.runs.flatMap((run): BudgetRow[] => {
    const budgetUsd = budgetUsdOf(run);
    return budgetUsd === undefined ? [] : [{ run, budgetUsd }];
  }).sort((a, b) => b.run.totals.costUsd / b.budgetUsd - a.run.totals.costUsd / a.budgetUsd);
}

export function costRows(model: CostsModel, env: Env): ListRows {
  return listRows(keysOf(model), (key) => key, tableHeight(model, env));
}

function keysOf(model: CostsModel): readonly string[] {
  switch (model.tab) {
    case "budget":
      return budgetRows(model).map((row) => row.run.traceId);
    case "prompts":
      return (model.prompts?.prompts ?? []).map(({ agent, prompt }) => JSON.stringify([agent, prompt]));
    case "twice":
      return (model.twice?.requests ?? []).map(({ calls }) => calls[0]!.spanId);
  }
  return shownRows(model).map((row) => row.key);
}

/** The limit of a server that is nearest to its end, and when that was so. */
export function tightestLimit(
  { limits }: Pick<EndpointNote, "limits">,
): RateLimit | undefined {
  const share = ({ limit, remaining }: RateLimit) =>
    remaining === undefined ? Infinity : remaining === 0 ? 0 : limit ? remaining / limit : 1;
  return [...limits].filter((it) => share(it) < Infinity).sort((a, b) => share(a) - share(b))[0];
}

/** Days in order of time, newest first; everything else as the store has it, dearest first. */
export function shownRows(model: CostsModel): readonly CostRow[] {
  return model.tab === "day" ? [...model.rows].sort((a, b) => (a.key < b.key ? 1 : -1)) : model.rows;
}

/** What the chosen row is added up by; of a budget, its run. */
export function selectedKey(model: CostsModel): string | undefined {
  return selectedItem(keysOf(model), (key) => key, model.list);
}

/** What today cost, where the person is. */
export function todayRow({ days }: CostsModel, { nowMs, timeZone }: Env): CostRow | undefined {
  const today = dayOfTime(nowMs, timeZone);
  return days.find(({ key }) => key === today);
}

/** Models that fit what was typed, those that begin with it first; otherwise in their order, which has latest names before old ones. */
export function fittingModels(model: CostsModel): readonly string[] {
  const typed = (model.choosing?.field.text ?? "").trim().toLowerCase();
  const fits = model.models.filter((name) => name.toLowerCase().includes(typed));
  return fits.sort((a, b) =>
    Number(b.toLowerCase().startsWith(typed)) - Number(a.toLowerCase().startsWith(typed))
  );
}

const CHOICES_SHOWN = 10;
/** Around the list of models: its own border and field, and what shows of the screen below. */
const CHOICE_FRAME_ROWS = 8;

export function choiceRows(model: CostsModel, { size }: Env): ListRows {
  const height = Math.max(1, Math.min(CHOICES_SHOWN, size.rows - CHOICE_FRAME_ROWS));
  return listRows(fittingModels(model), (name) => name, height);
}

export interface CostsLayout {
  readonly table: Area;
  readonly chart?: Area;
  readonly about?: Area;
  readonly budgets?: Area;
  /** The chart is above the table, not beside it. */
  readonly stacked: boolean;
}

const HEAD_ROWS = 2;
const STACKED_CHART_ROWS = 8;

export function costsLayout(model: CostsModel, env: Env): CostsLayout {
  const { columns, rows } = env.size;
  const area = Math.max(0, rows - HEAD_ROWS);
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows: area };
  if (model.zoom || columns < 60 || area < 14) return { table: whole, stacked: true };
  if (columns < 100) {
    return {
      table: { ...whole, y: HEAD_ROWS + STACKED_CHART_ROWS, rows: area - STACKED_CHART_ROWS },
      chart: { ...whole, rows: STACKED_CHART_ROWS },
      stacked: true,
    };
  }
  const side = Math.floor(columns * (columns < 140 ? 0.38 : 0.42));
  const right: Area = { ...whole, x: columns - side, columns: side };
  const chart = Math.max(8, Math.floor(area * 0.36));
  const rest = area - chart;
  const budgets = columns >= 140 && rest >= 22 ? Math.floor(rest / 2) : 0;
  return {
    table: { ...whole, columns: columns - side },
    chart: { ...right, rows: chart },
    about: { ...right, y: HEAD_ROWS + chart, rows: rest - budgets },
    ...(budgets > 0 ? { budgets: { ...right, y: HEAD_ROWS + area - budgets, rows: budgets } } : {}),
    stacked: false,
  };
}

/** Rows of the table in view: without border, head and total. */
export function tableHeight(model: CostsModel, env: Env): number {
  const around = model.tab === "budget" ? 1 + sharedRows(model) : isListTab(model.tab) ? 1 : 2;
  return Math.max(1, costsLayout(model, env).table.rows - BORDER - around);
}

const SHARED_SHOWN = 6;

/** Rows that the budgets of all runs take above those of single runs. */
export function sharedRows({ budgets }: CostsModel): number {
  return budgets.length === 0 ? 0 : Math.min(budgets.length, SHARED_SHOWN) + 2;
}

/** The budgets that are nearest to their limits first. */
export function sharedBudgets({ budgets }: CostsModel): readonly BudgetState[] {
  const share = ({ spentUsd, reservedUsd, limitUsd }: BudgetState) => (spentUsd + reservedUsd) / limitUsd;
  return [...budgets].sort((a, b) => share(b) - share(a)).slice(0, SHARED_SHOWN);
}

/** The run that a row of a list leads to. */
export function listedRun(
  model: CostsModel,
): { readonly traceId: string; readonly runId: string } | undefined {
  const key = selectedKey(model);
  if (model.tab === "budget") return budgetRows(model).find(({ run }) => run.traceId === key)?.run;
  if (model.tab === "prompts") {
    return model.prompts?.prompts.find((it) => JSON.stringify([it.agent, it.prompt]) === key)?.dearest;
  }
  return model.twice?.requests.find(({ calls }) => calls[0]!.spanId === key)?.calls.at(-1);
}

/** What is added up and how it is shown, for the next start. */
export function rememberCosts({ tab, since, zoom }: CostsModel): unknown {
  const kept = {
    ...(tab === INITIAL.tab ? {} : { tab }),
    ...(since === INITIAL.since ? {} : { since }),
    ...(zoom ? { zoom } : {}),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

export function restoreCosts(model: CostsModel, saved: unknown): CostsModel {
  if (typeof saved !== "object" || saved === null) return model;
  const { tab, since, zoom } = saved as Record<string, unknown>;
  return {
    ...model,
    tab: TABS.find((name) => name === tab) ?? model.tab,
    since: SINCES.find((name) => name === since) ?? model.since,
    zoom: zoom === true,
  };
}
