import type { AlertCondition, AlertMetric, AlertVerdict } from "../core/mod.ts";
import { quantile } from "./quantile.ts";

/** What came back by less than this part of the threshold has not come back: values that swing around it are one episode. */
export const ALERT_MARGIN = 0.1;
/** Of a normal distribution the median absolute deviation times this is the standard deviation. */
const MAD_SCALE = 1.4826;
/** Where most values are alike the deviation says nothing: then this part of the median stands for it. */
const ALIKE_PART = 0.1;
/** The least deviation by metric, in its unit: less is noise. */
const DEVIATION_MIN: Readonly<Record<AlertMetric, number>> = {
  cost: 1e-6,
  tokens: 1,
  error_rate: 0.01,
  latency: 1,
  retries: 0.5,
  score: 0.01,
  budget: 1,
};

/** How many runs a verdict needs, unless a person says otherwise. */
export function minSampleOf(metric: AlertMetric, kind: AlertCondition["kind"], isPerRun: boolean): number {
  if (kind === "spike") return isPerRun ? 20 : 7; // runs, or days
  return !isPerRun && (metric === "error_rate" || metric === "latency" || metric === "score") ? 5 : 1;
}

/** A value, how many runs it is of, and for a spike what the same agent did before. */
export interface AlertReading {
  readonly value: number;
  readonly runs: number;
  readonly sample?: readonly number[];
}

/** The median of values, and their median absolute deviation as a standard deviation; none of an empty list. */
export function robustSpread(
  values: readonly number[],
): { readonly median: number; readonly deviation: number } | undefined {
  const median = medianOf(values);
  if (median === undefined) return undefined;
  return { median, deviation: MAD_SCALE * medianOf(values.map((it) => Math.abs(it - median)))! };
}

/** What a rule says of a reading. A low score is bad, of all else much is. */
export function alertVerdict(
  metric: AlertMetric,
  condition: AlertCondition,
  minSample: number,
  reading: AlertReading,
): AlertVerdict {
  const { value, sample } = reading;
  const known = condition.kind === "spike" ? sample?.length ?? 0 : reading.runs;
  if (known < minSample) {
    return { kind: "none", reason: `${known} of the ${minSample} runs that a verdict needs` };
  }
  if (!Number.isFinite(value)) return { kind: "none", reason: "the value is unknown" };
  if (condition.kind !== "spike") {
    const threshold = condition.value;
    const isBelow = condition.kind === "below";
    return { ...sideOf(value, threshold, marginOf(threshold, isBelow), isBelow), value, threshold };
  }
  const { median, deviation } = robustSpread(sample!)!;
  const scale = Math.max(deviation, ALIKE_PART * Math.abs(median), DEVIATION_MIN[metric]);
  const isLow = metric === "score";
  const reach = condition.value * scale;
  const threshold = isLow ? median - reach : median + reach;
  const deviations = Math.abs(value - median) / scale;
  return { ...sideOf(value, threshold, ALERT_MARGIN * reach, isLow), value, threshold, median, deviations };
}

/** What an episode does with a verdict. */
export function episodeStep(isOpen: boolean, verdict: AlertVerdict): "begin" | "go_on" | "end" | "stay" {
  if (verdict.kind === "over") return isOpen ? "go_on" : "begin";
  return isOpen && verdict.kind === "clear" ? "end" : "stay";
}

function sideOf(value: number, threshold: number, margin: number, isLow: boolean) {
  const isOver = isLow ? value < threshold : value > threshold;
  const isClear = isLow ? value >= threshold + margin : value <= threshold - margin;
  const kind: "over" | "near" | "clear" = isOver ? "over" : isClear ? "clear" : "near";
  return { kind };
}

/** A score that ends at 1 must be able to come back: its margin is no more than half of what is left above. */
function marginOf(threshold: number, isBelow: boolean): number {
  const part = ALERT_MARGIN * Math.abs(threshold);
  return isBelow && threshold > 0 && threshold <= 1 ? Math.min(part, (1 - threshold) / 2) : part;
}

function medianOf(values: readonly number[]): number | undefined {
  const low = quantile(values, 0.5);
  if (low === undefined || values.length % 2 === 1) return low;
  const above = values.toSorted((a, b) => a - b)[values.length / 2]!;
  return (low + above) / 2;
}
