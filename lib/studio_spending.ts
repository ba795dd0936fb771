// What money was spent on and what might be saved, as the studio gives it back.
import { changeOf, type ColumnsFor, type CostSumRow, loadTables, missText } from "./analysis/mod.ts";
import {
  type App,
  cacheOf,
  cacheOfRun,
  cacheOfRuns,
  dearestPrompts,
  duplicateCalls,
  forecast,
  whatIfReport,
} from "./app/mod.ts";
import { AgentOpError, type Forecast, systemTimeZone } from "./core/mod.ts";
import { displayed, type Table, tableOf } from "./notebook/mod.ts";
import { forecastLines, knownCost, plural } from "./present/mod.ts";
import { filterOf, listOf } from "./studio_arguments.ts";
import type { CacheQuery, DearestQuery, DuplicatesQuery, WhatIfQuery } from "./studio_options.ts";

/** What was spent under a key, and what the same tokens would have cost. */
export type WhatIfCostRow = CostSumRow & {
  /** What they would have cost; null when unknown; USD. */
  readonly whatIfUsd: number | null;
  /** By how much that differs from what was paid; null where one of them is not wholly known; USD. */
  readonly changeUsd: number | null;
};

/** A prompt of an agent, however often it was asked. */
export type DearPromptRow = {
  /** Name of the agent. */
  readonly agent: string;
  /** What it was asked. */
  readonly prompt: string;
  /** How often; runs. */
  readonly runs: number;
  /** Model calls. */
  readonly llmCalls: number;
  /** The known costs together; null when none is known; USD. */
  readonly costUsd: number | null;
  /** Calls whose cost is unknown. */
  readonly unknownCostCalls: number;
  /** The run that cost most. */
  readonly dearestRunId: string;
};

/** A model call whose request was paid before. */
export type DuplicateRow = {
  /** Its run. */
  readonly runId: string;
  /** Its span. */
  readonly spanId: string;
  /** Name of the agent. */
  readonly agent: string;
  /** The model that was asked. */
  readonly model: string;
  /** Number of its step. */
  readonly step: number | null;
  /** When it began, UTC. */
  readonly startTime: Date;
  /** What it cost; null when unknown; USD. */
  readonly costUsd: number | null;
  /** How often this request was paid so far, this call included. */
  readonly time: number;
  /** The run that paid it first. */
  readonly firstRunId: string;
  /** Its run repeats a case of an experiment, on purpose. */
  readonly isRepeat: boolean;
};

/** A model call and what a prompt cache did for it. */
export type CacheRow = {
  /** Its run. */
  readonly runId: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Number of its step. */
  readonly step: number;
  /** The model that was asked. */
  readonly model: string;
  /** Tokens of the prompt, cached ones included. */
  readonly inputTokens: number;
  /** Part of them that came from a cache. */
  readonly cachedInputTokens: number;
  /** Beginning of the prompt that was sent with the call before; bytes. */
  readonly sharedBytes: number;
  /** The whole prompt as text; bytes. */
  readonly promptBytes: number;
  /** Tokens that could have come from a cache; an estimate. */
  readonly lostTokens: number;
  /** What those cost more; null when the price is unknown; USD. */
  readonly lostUsd: number | null;
  /** Why; empty where nothing was lost. */
  readonly why: string;
  /** Its span. */
  readonly spanId: string;
};

const CACHE_COLUMNS: ColumnsFor<CacheRow> = {
  runId: { type: "text", about: "its run" },
  agent: { type: "text", about: "name of the agent" },
  step: { type: "integer", unit: "step", about: "number of its step" },
  model: { type: "text", about: "the model that was asked" },
  inputTokens: { type: "integer", unit: "tokens", about: "tokens of the prompt, cached ones included" },
  cachedInputTokens: { type: "integer", unit: "tokens", about: "part of them that came from a cache" },
  sharedBytes: {
    type: "integer",
    unit: "bytes",
    about: "beginning of the prompt that was sent with the call before",
  },
  promptBytes: { type: "integer", unit: "bytes", about: "the whole prompt as text" },
  lostTokens: {
    type: "integer",
    unit: "tokens",
    about: "tokens that could have come from a cache; an estimate",
  },
  lostUsd: {
    type: "number",
    unit: "USD",
    about: "what those cost more; null when the price is unknown",
    nullable: true,
  },
  why: { type: "text", about: "why; empty where nothing was lost" },
  spanId: { type: "text", about: "its span" },
};

export async function cacheTable(app: App, { runs = [], search }: CacheQuery): Promise<Table<CacheRow>> {
  const store = await app.store();
  const [first, ...more] = listOf(runs);
  if (first !== undefined && search !== undefined) {
    throw new AgentOpError("Cannot use a search with runs that are named: one of them says which", {
      remedy: "runs",
    });
  }
  const named = [];
  for (const reference of first === undefined ? [] : [first, ...more]) {
    named.push(await store.resolveRun(reference));
  }
  const report = named.length === 0
    ? await cacheOfRuns(store, await filterOf(app, search))
    : named.length === 1
    ? await cacheOfRun(store, named[0]!)
    : await cacheOf(store, named.sort((a, b) => b.startTimeUs - a.startTimeUs));
  const rows = report.callList.map((it): CacheRow => ({
    runId: it.runId,
    agent: it.agent,
    step: it.step,
    model: it.model,
    inputTokens: it.inputTokens,
    cachedInputTokens: it.cachedTokens,
    sharedBytes: it.sharedBytes,
    promptBytes: it.promptBytes,
    lostTokens: it.lostTokens,
    lostUsd: it.lostUsd,
    why: missText(it),
    spanId: it.spanId,
  }));
  const share = Math.round(100 * report.cachedTokens / Math.max(1, report.inputTokens));
  return tableOf(rows, CACHE_COLUMNS, {
    caption: "prompts and the cache, oldest first",
    show: ["runId", "agent", "step", "inputTokens", "cachedInputTokens", "lostTokens", "lostUsd", "why"],
    note: `${share} % of the input came from a cache, which saved ${
      knownCost(report.savedUsd, report.cachedTokens > 0 ? report.unpricedCalls : 0)
    }; about ${knownCost(report.lostUsd, report.lostTokens > 0 ? report.unpricedCalls : 0)} was lost`,
    empty: "No model call with its prompt and tokens is on record.",
  });
}

const PROMPT_COLUMNS: ColumnsFor<DearPromptRow> = {
  agent: { type: "text", about: "name of the agent" },
  prompt: { type: "text", about: "what it was asked" },
  runs: { type: "integer", unit: "runs", about: "how often" },
  llmCalls: { type: "integer", unit: "calls", about: "model calls" },
  costUsd: {
    type: "number",
    unit: "USD",
    about: "the known costs together; null when none is known",
    nullable: true,
  },
  unknownCostCalls: { type: "integer", unit: "calls", about: "calls whose cost is unknown" },
  dearestRunId: { type: "text", about: "the run that cost most" },
};

const DUPLICATE_COLUMNS: ColumnsFor<DuplicateRow> = {
  runId: { type: "text", about: "its run" },
  spanId: { type: "text", about: "its span" },
  agent: { type: "text", about: "name of the agent" },
  model: { type: "text", about: "the model that was asked" },
  step: { type: "integer", unit: "step", about: "number of its step", nullable: true },
  startTime: { type: "time", about: "when it began, UTC" },
  costUsd: { type: "number", unit: "USD", about: "what it cost; null when unknown", nullable: true },
  time: {
    type: "integer",
    unit: "times",
    about: "how often this request was paid so far, this call included",
  },
  firstRunId: { type: "text", about: "the run that paid it first" },
  isRepeat: { type: "boolean", about: "its run repeats a case of an experiment, on purpose" },
};

export async function whatIfTable(app: App, query: WhatIfQuery): Promise<Table<WhatIfCostRow>> {
  const { model, cachedShare, by = "model", search } = query;
  if (cachedShare !== undefined && !(cachedShare >= 0 && cachedShare <= 1)) {
    throw new AgentOpError(`Cannot use cachedShare: it must be from 0 to 1: got ${cachedShare}`, {
      remedy: "cachedShare: 0.8",
    });
  }
  if (model === undefined && by !== "model") {
    throw new AgentOpError(`Cannot add up by ${by} without a model: each model has its own prices`, {
      remedy: 'by: "model"',
    });
  }
  const { COST_SUM_COLUMNS, costSumRow } = await loadTables();
  const assumed = {
    ...(model === undefined ? {} : { model }),
    ...(cachedShare === undefined ? {} : { cachedShare }),
  };
  const filter = await filterOf(app, search);
  const report = await whatIfReport(app, assumed, { by, filter, timeZone: zoneOf(app) });
  const rows = report.rows.map((it): WhatIfCostRow => ({
    ...costSumRow(it.row),
    whatIfUsd: it.usd,
    changeUsd: changeOf(it)?.usd ?? null,
  }));
  const columns: ColumnsFor<WhatIfCostRow> = {
    ...COST_SUM_COLUMNS,
    whatIfUsd: {
      type: "number",
      unit: "USD",
      about: "what they would have cost; null when unknown",
      nullable: true,
    },
    changeUsd: {
      type: "number",
      unit: "USD",
      about: "by how much that differs from what was paid; null where one is not wholly known",
      nullable: true,
    },
  };
  const total = knownCost(report.total.usd, report.total.isPart ? 1 : 0);
  return tableOf(rows, columns, {
    caption: `the same tokens${model === undefined ? "" : ` with the prices of ${model}`}${
      cachedShare === undefined ? "" : `, ${Math.round(100 * cachedShare)} % of the input from a cache`
    }`,
    show: [
      "key",
      "llmCalls",
      "inputTokens",
      "cachedInputTokens",
      "outputTokens",
      "costUsd",
      "whatIfUsd",
      "changeUsd",
    ],
    note: `An estimate: together ${total}. Another model counts and answers otherwise.`,
    empty: "No model was called.",
  });
}

export async function forecastOf(app: App): Promise<Forecast> {
  const found = await forecast(await app.store(), app.host.now(), zoneOf(app));
  return displayed({ ...found }, () => Promise.resolve({ "text/plain": forecastLines(found).join("\n") }));
}

export async function dearestTable(app: App, query: DearestQuery): Promise<Table<DearPromptRow>> {
  const { search, limit = 10 } = query;
  const found = await dearestPrompts(await app.store(), await filterOf(app, search), limit);
  const rows = found.prompts.map((it): DearPromptRow => ({
    agent: it.agent,
    prompt: it.prompt,
    runs: it.runs,
    llmCalls: it.llmCalls,
    costUsd: it.unknownCostCalls > 0 && it.costUsd === 0 ? null : it.costUsd,
    unknownCostCalls: it.unknownCostCalls,
    dearestRunId: it.dearest.runId,
  }));
  return tableOf(rows, PROMPT_COLUMNS, {
    caption: "the dearest prompts",
    show: ["agent", "runs", "costUsd", "unknownCostCalls", "dearestRunId", "prompt"],
    empty: "No model was called.",
  });
}

export async function duplicatesTable(app: App, { search }: DuplicatesQuery): Promise<Table<DuplicateRow>> {
  const found = await duplicateCalls(await app.store(), await filterOf(app, search));
  const rows = found.requests.flatMap(({ calls: [first, ...again] }) =>
    again.map((it, index): DuplicateRow => ({
      runId: it.runId,
      spanId: it.spanId,
      agent: it.agent,
      model: it.model,
      step: it.step ?? null,
      startTime: new Date(it.startTimeUs / 1000),
      costUsd: it.costUsd,
      time: index + 2,
      firstRunId: first!.runId,
      isRepeat: it.isRepeat,
    }))
  );
  const saved = knownCost(found.savedUsd, found.unknownCostCalls);
  return tableOf(rows, DUPLICATE_COLUMNS, {
    caption: "model calls whose request was paid before",
    show: ["agent", "model", "step", "time", "costUsd", "runId", "firstRunId", "startTime"],
    note: `Of ${plural(found.callsSeen, "model call")}${
      found.isCut ? ", not all of them" : ""
    }; a cache of answers would have saved ${saved}.`,
    empty: "No request was paid twice.",
  });
}

function zoneOf(app: App): string {
  return app.config.timeZone ?? systemTimeZone();
}
