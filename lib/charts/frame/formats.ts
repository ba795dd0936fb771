import { money } from "../../present/mod.ts";

/** d3 format of USD on an axis that reaches `max`. */
export function usdFormat(max: number): string {
  if (max >= 100) return "$,.0f";
  if (max >= 1) return "$,.2f";
  return `$.${Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(Math.max(max, 1e-7)))))}f`;
}

/** Costs that lie far apart are drawn by their order of size. */
export function isWide(costs: readonly number[]): boolean {
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  return least > 0 && most / least > 30;
}

/** USD at the end of an axis. */
export function usdText(usd: number): string {
  return money(usd);
}

/** Times of one axis in one unit. */
export interface TimeUnit {
  readonly name: string;
  readonly ms: number;
}

/** The unit in which times up to `maxMs` read best. */
export function timeUnit(maxMs: number): TimeUnit {
  if (maxMs < 1_000) return { name: "milliseconds", ms: 1 };
  if (maxMs < 300_000) return { name: "seconds", ms: 1_000 };
  if (maxMs < 10_800_000) return { name: "minutes", ms: 60_000 };
  return { name: "hours", ms: 3_600_000 };
}
