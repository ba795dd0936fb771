/**
 * The table of routes. A route is a file of this folder and its line here; the router, the check of keys, the pace, the OpenAPI
 * document and the tests of every route × role × bad key are made from it.
 *
 * @module
 */
import type { Route } from "../route.ts";
import { healthz, readyz } from "./health.ts";
import { getMemory, getRun, listRuns } from "./runs.ts";

export const ROUTES: readonly Route[] = [
  listRuns,
  getRun,
  getMemory,
  healthz,
  readyz,
];
