// What is given to a studio, as the program takes it.
import type { App, RowsWanted } from "./app/mod.ts";
import {
  AgentOpError,
  oneLine,
  type RunFilter,
  systemTimeZone,
  timeZoneNamed,
  type Trace,
} from "./core/mod.ts";
import type { RowsQuery, RunOptions } from "./studio_options.ts";

const ROWS_MAX = 100_000;

export function knownZone(name: string): string {
  const zone = timeZoneNamed(name);
  if (zone !== undefined) return zone;
  throw new AgentOpError(`Cannot use "${oneLine(name, 60)}": not a time zone`, { remedy: "Europe/Paris" });
}

export function listOf(runs: string | readonly string[]): readonly string[] {
  return typeof runs === "string" ? [runs] : runs;
}

export function asText(set: RunOptions["set"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)]));
}

export async function runnerOptions(
  { approver, onEvent, onProgress }: Pick<RunOptions, "approver" | "onEvent" | "onProgress">,
  steps: number | null = null,
) {
  const { refuseAll } = await import("./agent/mod.ts");
  const told = onProgress ? (await import("./notebook/mod.ts")).stepProgress(onProgress, steps) : undefined;
  const listeners = [...(onEvent ? [onEvent] : []), ...(told ? [told] : [])];
  return { approver: approver ?? refuseAll, ...(listeners.length > 0 ? { listeners } : {}) };
}

/** Of a search as people type it. Throws `AgentOpError` for the first term that is not understood. */
export async function filterOf(app: App, search = ""): Promise<RunFilter> {
  const { parseRunQuery } = await import("./analysis/mod.ts");
  const timeZone = app.config.timeZone ?? systemTimeZone();
  const { filter, errors: [problem] } = parseRunQuery(search, app.host.now(), timeZone);
  if (problem) throw problem;
  return filter;
}

export async function wantedRows(
  app: App,
  { runs = [], search = "", limit = ROWS_MAX }: RowsQuery,
): Promise<RowsWanted> {
  return { runs: listOf(runs), limit, ...(search === "" ? {} : { filter: await filterOf(app, search) }) };
}

export async function traceOf(app: App, run: string): Promise<Trace> {
  const store = await app.store();
  return await store.loadTrace((await store.resolveRun(run)).traceId);
}
