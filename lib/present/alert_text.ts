import type { AlertMetric, AlertRule, AlertVerdict } from "../core/mod.ts";
import { money } from "./money.ts";
import { formatNumber, grouped } from "./numbers.ts";
import { duration } from "./times.ts";

const METRIC_WORDS: Readonly<Record<AlertMetric, string>> = {
  cost: "cost",
  tokens: "tokens",
  error_rate: "error rate",
  latency: "latency",
  retries: "retries",
  score: "score",
  budget: "budget",
};

/** What is measured: `cost`, or `score helpful`. */
export function alertMetricText({ metric, score }: Pick<AlertRule, "metric" | "score">): string {
  return score === undefined ? METRIC_WORDS[metric] : `${METRIC_WORDS[metric]} ${score}`;
}

/** A value as people read it: `$0.0120`, `12 %`, `1.2s`. */
export function alertValue(metric: AlertMetric, value: number): string {
  switch (metric) {
    case "cost":
      return value < 0 ? `-${money(-value)}` : money(value);
    case "error_rate":
      return `${formatNumber(100 * value, 1)} %`;
    case "latency":
      return duration(value);
    case "budget":
      return `${formatNumber(value, 1)} %`;
    case "tokens":
    case "retries":
      return grouped(Math.round(value));
    case "score":
      return formatNumber(value, 3);
  }
}

/** `above $0.0500`, or `5 deviations above the median of its last 30 days`. */
export function alertConditionText(
  { metric, condition, minSample, per }: Pick<AlertRule, "metric" | "condition" | "minSample" | "per">,
): string {
  if (metric === "budget") return `at ${alertValue(metric, condition.value)} and more`;
  if (condition.kind !== "spike") return `${condition.kind} ${alertValue(metric, condition.value)}`;
  const side = metric === "score" ? "below" : "above";
  if (per === "day") {
    return `${
      formatNumber(condition.value, 2)
    } deviations above the median of the last 30 days (${minSample} days at least)`;
  }
  return `${
    formatNumber(condition.value, 2)
  } deviations ${side} the median of the agent's last 30 days (${minSample} runs at least)`;
}

/** What happened, in one line. */
export function alertText(
  rule: AlertRule,
  verdict: Exclude<AlertVerdict, { readonly kind: "none" }>,
  about: { readonly agent?: string; readonly runs: number; readonly sample?: number; readonly more?: string },
): string {
  const { metric, condition, scope, per } = rule;
  const value = `${alertValue(metric, verdict.value)}${about.more ?? ""}`;
  const what = alertMetricText(rule);
  const of = per === "run"
    ? `of a run of ${about.agent}`
    : `of ${scope === "all" ? "all runs" : scope} this ${per} (${grouped(about.runs)} ${
      about.runs === 1 ? "run" : "runs"
    })`;
  const figure = per !== "run" && metric === "latency"
    ? `p95 of ${what}`
    : per !== "run" && metric === "score"
    ? `mean of ${what}`
    : what;
  const side = condition.kind === "below" || condition.kind === "spike" && metric === "score"
    ? "below"
    : "above";
  if (condition.kind !== "spike") {
    return `${figure} ${of} is ${value}, ${side} ${alertValue(metric, verdict.threshold)}`;
  }
  return `${figure} ${of} is ${value}: ${
    formatNumber(verdict.deviations!, 1)
  } deviations ${side} the median ${alertValue(metric, verdict.median!)} of ${
    per === "run" ? `${about.sample} runs in its last 30 days` : `${about.sample} of the 30 days before`
  }`;
}
