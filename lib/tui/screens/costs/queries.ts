import {
  type Budget,
  type BudgetState,
  type CostKey,
  type CostRow,
  type EndpointNote,
  type Forecast,
  NO_USAGE,
  type Run,
  type RunFilter,
  type Usage,
} from "../../../core/mod.ts";
import type { DearestPrompts, DuplicateReport } from "../../../app/mod.ts";
import { cost, isNothing, type TextChart } from "../../../charts/mod.ts";
import { damagedRowsNote } from "../../../present/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";

/** What a million tokens costs, USD; `null`: nobody knows. */
export interface ModelPrice {
  readonly inputUsd: number | null;
  readonly outputUsd: number | null;
}

export type ModelPrices = ReadonlyMap<string, ModelPrice>;

const MILLION = 1_000_000;
const MILLIONS: readonly Usage[] = [
  { ...NO_USAGE, inputTokens: MILLION },
  { ...NO_USAGE, outputTokens: MILLION },
];

/** Newest runs looked through for budgets. */
const BUDGET_RUNS_MAX = 200;

/** Dearest prompts that are listed. */
const PROMPTS_MAX = 200;

const app = () => import("../../../app/mod.ts");

function momentOf({ host, timeZone = "UTC" }: TuiServices) {
  return { nowMs: host.now(), timeZone };
}

/** What usages would cost with the prices of `model`. */
export interface WhatIfPrices {
  readonly model: string;
  /** In the order of the usages; `null`: no price is known. */
  readonly usd: readonly (number | null)[];
}

/** What the chart says, and its numbers; without them, why there is nothing to see. */
export interface CostChart {
  readonly finding: string;
  readonly text?: TextChart;
}

export const COSTS_QUERIES = {
  rows: (
    { store, timeZone }: TuiServices,
    { by, filter }: { readonly by: CostKey; readonly filter: RunFilter },
  ): Promise<readonly CostRow[]> => store.costBy(by, filter, timeZone),
  days: (
    { store, timeZone }: TuiServices,
    { filter }: { readonly filter: RunFilter },
  ): Promise<readonly CostRow[]> => store.costBy("day", filter, timeZone),
  /** The chart that `agentop cost --chart` draws. */
  chart: async (
    { store, host, timeZone = "UTC" }: TuiServices,
    { filter }: { readonly filter: RunFilter },
  ): Promise<CostChart> => {
    const { usage, damagedRows } = await store.usageFacts({ filter });
    const drawing = cost.draw({
      runs: [],
      spans: [],
      judged: [],
      usage,
      nowMs: host.now(),
      timeZone,
    });
    const damage = damagedRows === 0 ? "" : `; ${damagedRowsNote(damagedRows)}`;
    return isNothing(drawing)
      ? { finding: drawing.nothing + damage }
      : { finding: drawing.title + damage, text: drawing.text };
  },
  /** For the budgets. */
  runs: async (
    { store }: TuiServices,
    { filter }: { readonly filter: RunFilter },
  ): Promise<readonly Run[]> =>
    (await store.listRuns({ filter, sort: "newest", limit: BUDGET_RUNS_MAX })).runs,
  prices: async (
    services: TuiServices,
    { model, usages }: { readonly model: string; readonly usages: readonly Usage[] },
  ): Promise<WhatIfPrices> => {
    const prices = await Promise.all(usages.map((usage) => services.priceOf?.(model, usage)));
    return { model, usd: prices.map((price) => price?.usd ?? null) };
  },
  /** What is left of the limits of the servers that were called. */
  endpoints: ({ store }: TuiServices): Promise<readonly EndpointNote[]> => store.endpointNotes(),
  /** The budgets that all runs share. */
  budgets: async (services: TuiServices): Promise<readonly BudgetState[]> =>
    await (await app()).budgetStates(services.store, momentOf(services)),
  /** Sets one, or changes it: runs at work see it before their next call. */
  budgetSet: async (
    services: TuiServices,
    { budget }: { readonly budget: Budget },
  ): Promise<BudgetState> => await (await app()).setBudget(services.store, budget, momentOf(services)),
  forecast: async (services: TuiServices): Promise<Forecast> => {
    const { nowMs, timeZone } = momentOf(services);
    return await (await app()).forecast(services.store, nowMs, timeZone);
  },
  prompts: async (
    { store }: TuiServices,
    { filter }: { readonly filter: RunFilter },
  ): Promise<DearestPrompts> => await (await app()).dearestPrompts(store, filter, PROMPTS_MAX),
  twice: async (
    { store }: TuiServices,
    { filter }: { readonly filter: RunFilter },
  ): Promise<DuplicateReport> => await (await app()).duplicateCalls(store, filter),
  models: async (services: TuiServices): Promise<readonly string[]> => await services.pricedModels?.() ?? [],
  modelPrices: async (
    { priceOf }: TuiServices,
    { models }: { readonly models: readonly string[] },
  ): Promise<ModelPrices> => {
    if (!priceOf) return new Map();
    const priced = models.map(async (model) => {
      const [input, output] = await Promise.all(MILLIONS.map((usage) => priceOf(model, usage)));
      return [model, { inputUsd: input?.usd ?? null, outputUsd: output?.usd ?? null }] as const;
    });
    return new Map(await Promise.all(priced));
  },
} satisfies Queries;

export type CostsQueries = typeof COSTS_QUERIES;
