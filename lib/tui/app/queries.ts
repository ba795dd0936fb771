import { isLive, LIVE_STATUSES, oneLine, type Run, RUN_TAG, shortRunId, type Usage } from "../../core/mod.ts";
import { loadForkTree } from "../../analysis/mod.ts";
import type { TuiServices } from "../ports.ts";
import type { Pairing } from "../contract/comparison.ts";
import type { Names } from "./jump.ts";
import type { Activity, Answer, DayActivity, ModelChoice, Query } from "../contract/message.ts";

const DAY_MS = 86_400_000;
/** Days in the strip on top of the runs. */
const ACTIVITY_DAYS = 14;

/** Answers a screen's question. */
export async function answerQuery(services: TuiServices, query: Query): Promise<Answer> {
  const { store } = services;
  switch (query.kind) {
    case "runs": {
      const { kind, ...rest } = query;
      return { kind, page: await store.listRuns(rest) };
    }
    case "count":
      return { kind: "count", count: await store.countRuns(query.filter) };
    case "activity":
      return { kind: "activity", activity: await activity(services, query.nowMs) };
    case "trace": {
      const run = await store.getRun(query.traceId);
      return { kind: "trace", trace: run ? await store.loadTrace(query.traceId) : undefined };
    }
    case "partials":
      return { kind: "partials", partials: await store.partials(query.traceId) };
    case "agents":
      return { kind: "agents", agents: await services.agents() };
    case "costs":
      return { kind: "costs", rows: await store.costBy(query.by, query.filter) };
    case "prices": {
      const { kind, model, usages } = query;
      const prices = await Promise.all(usages.map((usage) => services.priceOf?.(model, usage)));
      return { kind, model, usd: prices.map((price) => price?.usd ?? null) };
    }
    case "priced_models":
      return { kind: "priced_models", models: await services.pricedModels?.() ?? [] };
    case "child":
      return { kind: "child", run: await childRun(services, query) };
    case "statuses": {
      const runs = await Promise.all(query.traceIds.map((traceId) => store.getRun(traceId)));
      return { kind: "statuses", runs: runs.filter((run) => run !== undefined) };
    }
    case "compare": {
      const { loadComparison } = await import("../contract/comparison.ts");
      return { kind: "compare", comparison: await loadComparison(store, query.pairing) };
    }
    case "newest_replay":
      return { kind: "newest_replay", pairing: await newestReplay(services) };
    case "family": {
      const runs = await Promise.all(query.runIds.map((runId) => store.resolveRun(runId)));
      return { kind: "family", tree: await loadForkTree(store, runs) };
    }
    case "models":
      return { kind: "models", models: await modelChoices(services, query.usage) };
    case "texts": {
      const { textDiffs } = await import("../contract/comparison.ts");
      return { kind: "texts", texts: await textDiffs(query.pairs) };
    }
  }
}

/** How many of the newest runs are looked at. */
const REPLAY_RUNS_MAX = 100;

async function newestReplay({ store }: TuiServices): Promise<Pairing | undefined> {
  const { runs } = await store.listRuns({ limit: REPLAY_RUNS_MAX });
  const replay = runs.find((run) => run.forkedFrom && !isLive(run.status) && run.status !== "queued");
  return replay?.forkedFrom && { left: replay.forkedFrom.runId, right: replay.runId };
}

const MODELS_MAX = 500;

/**
 * Models of runs so far, of the agent files, and others there are; the likely ones first. A source that cannot be read is
 * left out: suggestions are a help, not a need.
 */
async function modelChoices(services: TuiServices, usage: Usage): Promise<readonly ModelChoice[]> {
  const { store } = services;
  const [used, named, others] = await Promise.all([
    store.costBy("model").then((rows) => rows.map((row) => row.key)).catch(() => []),
    services.agents().then((agents) => agents.map(({ model }) => model)).catch(() => []),
    services.chatModels?.().catch(() => []) ?? [],
  ]);
  const all = [...used, ...named, ...others].filter((name) => name !== "");
  const names = [...new Set(all)].slice(0, MODELS_MAX);
  return await Promise.all(names.map(async (name) => {
    const price = await services.priceOf?.(name, usage).catch(() => undefined);
    return { name, usd: price?.usd ?? null };
  }));
}

async function childRun(
  { store }: TuiServices,
  query: Extract<Query, { kind: "child" }>,
): Promise<Run | undefined> {
  const children = await store.childRuns(query.parentRunId);
  return children.find((run) => run.runId === query.childRunId) ??
    children.find((run) => run.tags[RUN_TAG.handoff] === query.spanId);
}

async function activity({ store }: TuiServices, nowMs: number): Promise<Activity> {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const sinceMs = todayMs - (ACTIVITY_DAYS - 1) * DAY_MS;
  const [runs, today, live, failedToday, rows] = await Promise.all([
    store.countRuns(),
    store.countRuns({ sinceUs: todayMs * 1000 }),
    store.countRuns({ status: LIVE_STATUSES }),
    store.countRuns({ status: ["failed"], sinceUs: todayMs * 1000 }),
    store.costBy("day", { sinceUs: sinceMs * 1000 }),
  ]);
  const byDay = new Map(rows.map((row) => [row.key, row]));
  const days = Array.from({ length: ACTIVITY_DAYS }, (_, index): DayActivity => {
    const day = new Date(sinceMs + index * DAY_MS).toISOString().slice(0, 10);
    const row = byDay.get(day);
    return {
      day,
      runs: row?.runs ?? 0,
      tokens: row ? row.usage.inputTokens + row.usage.outputTokens : 0,
      costUsd: row?.costUsd ?? 0,
    };
  });
  return { runs, today, live, failedToday, days };
}

const NAMES_RUNS_MAX = 20;
const NAMES_ABOUT_LENGTH_MAX = 60;

/** What the jump line can complete. A part that cannot be read is empty: completion is a help, not a need. */
export async function namesFor(services: TuiServices): Promise<Names> {
  const [agents, page] = await Promise.all([
    services.agents().catch(() => []),
    services.store.listRuns({ limit: NAMES_RUNS_MAX }).catch(() => ({ runs: [] })),
  ]);
  return {
    agents: agents.map((agent) => agent.name),
    runs: page.runs.map((run) => ({
      id: shortRunId(run.runId),
      about: oneLine(`${run.agent}: ${run.prompt}`, NAMES_ABOUT_LENGTH_MAX),
    })),
  };
}
