/**
 * Charts: what runs say, as pictures. One file each, and its line in the list, from which `agentop chart` has its names. A chart
 * finds its numbers once; they are drawn as Vega-Lite, SVG, PNG or in a terminal.
 *
 * @module
 */
import { cache } from "./cache.ts";
import { cost } from "./cost.ts";
import { costScore } from "./cost_score.ts";
import { costVsScore } from "./cost_vs_score.ts";
import { forks } from "./forks.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { retries } from "./retries.ts";
import { scoreIntervals } from "./score_intervals.ts";
import { scores } from "./scores.ts";
import { steps } from "./steps.ts";
import { tokens } from "./tokens.ts";
import { waterfall } from "./waterfall.ts";

export {
  type ChartData,
  type ChartDefinition,
  type ChartedExperiment,
  type ChartFinding,
  type ChartNeed,
  type Drawing,
  isNothing,
  type NothingToDraw,
} from "./frame/chart.ts";
export { type ThemeName } from "./frame/theme.ts";
export { hostedSpecOf, specOf, VEGA_LITE_MIME } from "./spec.ts";
export { drawPlot, type TextRoom } from "./terminal/draw.ts";
export type { Line, Segment, TextChart, Tone } from "./terminal/text_chart.ts";

export { cost };

export const CHARTS: readonly ChartDefinition[] = [
  cost,
  tokens,
  cache,
  latency,
  retries,
  steps,
  scores,
  costScore,
  scoreIntervals,
  costVsScore,
  waterfall,
  memory,
  forks,
];

/** Vega, and what makes pixels of it. Loaded with the first use. */
export const loadRenderer = () => import("./render.ts");
