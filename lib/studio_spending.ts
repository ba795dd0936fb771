// What money was spent on and what might be saved, as the studio gives it back.
import { changeOf, type ColumnsFor, type CostSumRow, loadTables } from "./analysis/mod.ts";
import { type App, dearestPrompts, duplicateCalls, forecast, whatIfReport } from "./app/mod.ts";
import { AgentOpError, type Forecast, systemTimeZone } from "./core/mod.ts";
import { displayed, type Table, tableOf } from "./notebook/mod.ts";
import { forecastLines, knownCost, plural } from "./present/mod.ts";
import { filterOf } from "./studio_arguments.ts";
import type { DearestQuery, DuplicatesQuery, WhatIfQuery } from "./studio_options.ts";

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
