import { wallTime } from "../core/mod.ts";

/** `4ms`, `8.4s`, `3m12s`, `2h05m`, `3d04h`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "0ms";
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${two((seconds % 86_400) / 3600)}h`;
}

/** How long something took, or `–` where that is not known. */
export function tookText(ms: number | undefined): string {
  return ms === undefined ? "–" : duration(ms);
}

/** `now`, `12s`, `5m`, `3h`, `2d`, `400d`: at most five columns. */
export function age(fromMs: number, nowMs: number): string {
  if (!Number.isFinite(fromMs)) return "?";
  const seconds = Math.floor(Math.max(0, nowMs - fromMs) / 1000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** `now`, `5m ago`. */
export function ago(fromMs: number, nowMs: number): string {
  const text = age(fromMs, nowMs);
  return text === "now" || text === "?" ? text : `${text} ago`;
}

/** `2026-11-02 10:11:12 Europe/Paris`: for the one place of a view that names the zone. */
export function zonedTime(ms: number, timeZone: string): string {
  return `${wallTime(ms, timeZone)} ${timeZone}`;
}

/** ISO 8601 in UTC with milliseconds; `us` in microseconds since the epoch. */
export function isoTime(us: number): string {
  return new Date(us / 1000).toISOString();
}
