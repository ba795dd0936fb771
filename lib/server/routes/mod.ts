/**
 * The table of routes. A route is a file of this folder and its line here; the router, the check of keys, the pace, the OpenAPI
 * document and the tests of every route × role × bad key are made from it.
 *
 * @module
 */
import type { Route } from "../route.ts";
import { listAlerts } from "./alerts.ts";
import { getEvals, listEvals, postEval } from "./evals.ts";
import { getEvents } from "./events.ts";
import { compare, getExperiment, listExperiments } from "./experiments.ts";
import { healthz, readyz } from "./health.ts";
import { getMetrics } from "./metrics.ts";
import { getDocs, getOpenApi, getRoot } from "./openapi.ts";
import { postReplay } from "./replay.ts";
import { postRun } from "./run.ts";
import { langfuseTraces, logs, metrics, traces } from "./otlp.ts";
import { getMemory, getRun, listRuns } from "./runs.ts";
import { getStats } from "./stats.ts";

export const ROUTES: readonly Route[] = [
  postRun,
  postReplay,
  listRuns,
  getRun,
  getMemory,
  getEvents,
  postEval,
  listEvals,
  getEvals,
  listExperiments,
  getExperiment,
  compare,
  getStats,
  listAlerts,
  traces,
  logs,
  metrics,
  langfuseTraces,
  healthz,
  readyz,
  getMetrics,
  getOpenApi,
  getDocs,
  getRoot,
];
