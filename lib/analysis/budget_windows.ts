import { addDays, type BudgetWindows, dayOfTime, QUARTER_MS, startOfDay } from "../core/mod.ts";

/** The day, the week (from Monday) and the month in a time zone that hold a moment, ms since the epoch. */
export function budgetWindows(nowMs: number, timeZone: string): BudgetWindows {
  const today = dayOfTime(nowMs, timeZone);
  const date = Temporal.PlainDate.from(today);
  const monday = addDays(today, 1 - date.dayOfWeek);
  const first = date.with({ day: 1 });
  const span = (from: string, to: string) => ({
    from: quarterOf(from, timeZone),
    to: quarterOf(to, timeZone),
  });
  return {
    day: span(today, addDays(today, 1)),
    week: span(monday, addDays(monday, 7)),
    month: span(first.toString(), first.add({ months: 1 }).toString()),
  };
}

function quarterOf(day: string, timeZone: string): number {
  return Math.floor(startOfDay(day, timeZone)! / QUARTER_MS);
}
