import type { Forecast } from "../core/mod.ts";
import { compact } from "./numbers.ts";
import { money } from "./money.ts";

const NEAR = 0.005;

/** A change by its factor: `same`, `+40%`, `-85%`, `×12`. */
export function changeText(factor: number): string {
  if (Math.abs(factor - 1) < NEAR) return "same";
  if (factor >= 10) return `×${compact(factor)}`;
  return `${factor > 1 ? "+" : ""}${Math.round((factor - 1) * 100)}%`;
}

/** `about $41.20 by the end of 2026-11, 95 %: $33.10 to $49.30`; or why nobody can say. */
export function forecastText({ month, monthEndUsd, interval95Usd, days }: Forecast): string {
  if (monthEndUsd === null || !interval95Usd) {
    return `no forecast for ${month}: ${
      days === 0 ? "no whole day" : `only ${dayCount(days)}`
    } with costs before today`;
  }
  const [low, high] = interval95Usd;
  return `about ${money(monthEndUsd)} by the end of ${month}, 95 %: ${money(low)} to ${money(high)}`;
}

/** A forecast with what it is made of, a line each. */
export function forecastLines(it: Forecast): readonly string[] {
  const text = forecastText(it);
  return [
    `${text[0]!.toUpperCase()}${text.slice(1)}`,
    `${money(it.spentUsd)} spent in ${it.month} so far, ${it.daysLeft.toFixed(1)} days left (${it.timeZone})`,
    ...(it.dailyUsd === null ? [] : [
      `${money(it.dailyUsd)} a day on average, over ${
        dayCount(it.days)
      } since ${it.since}, those without calls too`,
    ]),
    ...(it.interval95Usd
      ? ["The interval takes days as independent and alike: a change of plans is not in it."]
      : []),
  ];
}

function dayCount(days: number): string {
  return `${days} whole ${days === 1 ? "day" : "days"}`;
}
