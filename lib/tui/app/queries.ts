import { LIVE_STATUSES } from "../../core/mod.ts";
import type { TuiServices } from "../ports.ts";
import type { Activity, Answer, DayActivity, Query } from "./message.ts";

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
    case "statuses": {
      const runs = await Promise.all(query.traceIds.map((traceId) => store.getRun(traceId)));
      return { kind: "statuses", runs: runs.filter((run) => run !== undefined) };
    }
  }
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
