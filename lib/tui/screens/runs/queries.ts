import type { KnownValues } from "../../../analysis/mod.ts";
import type { DeletionPlan } from "../../../app/mod.ts";
import {
  addDays,
  AgentOpError,
  dayOfTime,
  type PartialOutput,
  type RunFilter,
  type RunSummary,
  startOfDay,
  type Trace,
} from "../../../core/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import { storedTrace } from "../../trace/stored.ts";
import type { TuiServices } from "../../ports.ts";
import { listPage, type PageAsked, type PageLoaded } from "./listed.ts";

/** Days in the strip on top of the runs. */
const ACTIVITY_DAYS = 14;
/** Newest runs whose tags are offered. */
const TAGS_OF_RUNS = 200;

/** One day of these runs, for the strip on top. */
export interface DayActivity {
  readonly day: string;
  readonly runs: number;
  readonly costUsd: number;
}

/** Which runs the strip is about. */
export interface ActivityAsked {
  readonly filter: RunFilter;
  /** As typed; empty for the whole store. */
  readonly filterText: string;
  readonly nowMs: number;
}

/** Figures of the runs that pass the filter, all of them. */
export interface Activity extends RunSummary {
  /** Of the filter they are about. */
  readonly filterText: string;
  /** Runs started today. */
  readonly today: number;
  /** Oldest first, one entry per day, the last is today where the person is. */
  readonly days: readonly DayActivity[];
}

/** What is read of one run, and of which. */
export interface Preview {
  readonly traceId: string;
  /** `undefined`: the run is not in the store. */
  readonly trace: Trace | undefined;
}

/** What one run is writing just now. */
export interface Writing {
  readonly traceId: string;
  readonly outputs: readonly PartialOutput[];
}

interface OneRun {
  readonly traceId: string;
}

interface SomeRuns {
  readonly runIds: readonly string[];
}

/** A file that was written. */
export interface Exported {
  readonly path: string;
}

function notHere(what: string, remedy: string): AgentOpError {
  return new AgentOpError(`Cannot ${what} here: this workbench only shows them`, { remedy });
}

export const RUNS_QUERIES = {
  runs: ({ store }: TuiServices, asked: PageAsked): Promise<PageLoaded> => listPage(store, asked),
  count: ({ store }: TuiServices, { filter }: { readonly filter: RunFilter }): Promise<number> =>
    store.countRuns(filter),
  activity,
  preview: async (services: TuiServices, { traceId }: OneRun): Promise<Preview> => ({
    traceId,
    trace: await storedTrace(services, traceId),
  }),
  partials: async ({ store }: TuiServices, { traceId }: OneRun): Promise<Writing> => ({
    traceId,
    outputs: await store.partials(traceId),
  }),
  /** Is a run that vanished from the list still in the store? */
  missing: async ({ store }: TuiServices, { traceId }: OneRun): Promise<boolean> =>
    await store.getRun(traceId) !== undefined,
  /** Names that a filter can ask for. */
  values: filterValues,
  /** What goes when these runs are deleted. */
  plan: async ({ planDeletion }: TuiServices, { runIds }: SomeRuns): Promise<DeletionPlan> => {
    if (!planDeletion) throw notHere("delete runs", "agentop runs delete");
    return await planDeletion(runIds);
  },
  deleted: async (
    { deletePlanned }: TuiServices,
    { plan }: { readonly plan: DeletionPlan },
  ): Promise<number> => {
    if (!deletePlanned) throw notHere("delete runs", "agentop runs delete");
    await deletePlanned(plan);
    return plan.named.length + plan.below.length;
  },
  exported: async (
    { exportRuns }: TuiServices,
    { format, runIds }: SomeRuns & { readonly format: string },
  ): Promise<Exported> => {
    if (!exportRuns) throw notHere("export runs", "agentop export");
    return { path: await exportRuns(format, runIds) };
  },
} satisfies Queries;

async function filterValues({ store, agents }: TuiServices): Promise<KnownValues> {
  const keys = ["agent", "model", "group", "user"] as const;
  const [files, page, ...rows] = await Promise.all([
    agents().catch(() => []),
    store.listRuns({ limit: TAGS_OF_RUNS }),
    ...keys.map((key) => store.costBy(key)),
  ]);
  const tags = page.runs.flatMap(({ tags }) => Object.entries(tags).map(([key, value]) => `${key}=${value}`));
  const named = keys.map((key, at) =>
    [
      key,
      (rows[at] ?? []).filter((row) => !row.isUngrouped && row.damagedRows === undefined).map((row) =>
        row.key
      ),
    ] as const
  );
  return {
    ...Object.fromEntries(named),
    tool: [...new Set(files.flatMap((agent) => agent.tools))].toSorted(),
    tag: [...new Set(tags)].toSorted(),
  };
}

export type RunsQueries = typeof RUNS_QUERIES;

async function activity(
  { store, timeZone = "UTC" }: TuiServices,
  { filter, filterText, nowMs }: ActivityAsked,
): Promise<Activity> {
  const todayIs = dayOfTime(nowMs, timeZone);
  const first = addDays(todayIs, 1 - ACTIVITY_DAYS);
  const since = (day: string): RunFilter => {
    const sinceUs = startOfDay(day, timeZone)! * 1000;
    return { ...filter, sinceUs: Math.max(filter.sinceUs ?? 0, sinceUs) };
  };
  const [summary, today, rows] = await Promise.all([
    store.summarizeRuns(filter),
    store.countRuns(since(todayIs)),
    store.costBy("day", since(first), timeZone),
  ]);
  const byDay = new Map(rows.map((row) => [row.key, row]));
  const days = Array.from({ length: ACTIVITY_DAYS }, (_, index): DayActivity => {
    const day = addDays(first, index);
    const row = byDay.get(day);
    return { day, runs: row?.runs ?? 0, costUsd: row?.costUsd ?? 0 };
  });
  return { ...summary, filterText, today, days };
}
