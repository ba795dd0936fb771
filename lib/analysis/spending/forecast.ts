import {
  addDays,
  type CostRow,
  dayOfTime,
  daysBetween,
  type Forecast,
  roundUsd,
  startOfDay,
} from "../../core/mod.ts";
import { tQuantile } from "../statistics/mod.ts";

/** Whole days that a forecast goes by: what was spent longer ago says little of this month. */
export const FORECAST_DAYS = 30;
const DAYS_MIN = 3;
const CONFIDENCE = 0.95;

/**
 * What the month will have cost: what was spent, and for the days left the mean of the last whole days. The interval is that of a
 * sum of new values from a sample's mean and spread (Student's t), with days taken as independent and alike; it never falls below
 * what is spent. `days` are costs by day of `timeZone`.
 */
export function forecastMonth(days: readonly CostRow[], nowMs: number, timeZone: string): Forecast {
  const today = dayOfTime(nowMs, timeZone);
  const first = `${today.slice(0, 7)}-01`;
  const next = Temporal.PlainDate.from(first).add({ months: 1 }).toString();
  const tomorrow = addDays(today, 1);
  const dayMs = startOfDay(tomorrow, timeZone)! - startOfDay(today, timeZone)!;
  const daysLeft = daysBetween(tomorrow, next) + (startOfDay(tomorrow, timeZone)! - nowMs) / dayMs;
  const month = days.filter(({ key }) => key >= first && key <= today);
  const oldest = addDays(today, -FORECAST_DAYS);
  const before = days.filter(({ key }) => key >= oldest && key < today);
  const since = before.map(({ key }) => key).sort()[0];
  const known = {
    month: today.slice(0, 7),
    timeZone,
    spentUsd: roundUsd(sumOf(month)),
    unknownCostCalls: [...new Set([...month, ...before])].reduce((sum, it) => sum + it.unknownCostCalls, 0),
    daysLeft,
  };
  if (since === undefined) {
    return { ...known, days: 0, dailyUsd: null, monthEndUsd: null, interval95Usd: null };
  }
  const count = daysBetween(since, today);
  const mean = sumOf(before) / count;
  const some = { ...known, days: count, since, dailyUsd: roundUsd(mean) };
  if (count < DAYS_MIN) return { ...some, monthEndUsd: null, interval95Usd: null };
  const monthEndUsd = known.spentUsd + daysLeft * mean;
  const margin = tQuantile((1 + CONFIDENCE) / 2, count - 1) *
    Math.sqrt(varianceOf(before, count, mean) * (daysLeft + daysLeft ** 2 / count));
  return {
    ...some,
    monthEndUsd: roundUsd(monthEndUsd),
    interval95Usd: [roundUsd(Math.max(known.spentUsd, monthEndUsd - margin)), roundUsd(monthEndUsd + margin)],
  };
}

function sumOf(days: readonly CostRow[]): number {
  return days.reduce((sum, { costUsd }) => sum + costUsd, 0);
}

/** Days that are not listed cost nothing. */
function varianceOf(days: readonly CostRow[], count: number, mean: number): number {
  const listed = days.reduce((sum, { costUsd }) => sum + (costUsd - mean) ** 2, 0);
  return (listed + (count - days.length) * mean ** 2) / (count - 1);
}
