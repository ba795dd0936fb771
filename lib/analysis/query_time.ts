import { startOfDay, timeOfWall, wallTime } from "../core/mod.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What time it is, and where. */
interface Clock {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** An age (`90s`, `24h`) or an ISO 8601 time, as microseconds since the epoch; `undefined` for anything else. */
export function parseTime(value: string, { nowMs, timeZone }: Clock): number | undefined {
  const age = /^(\d+(?:\.\d+)?)([smhdw])$/i.exec(value);
  if (age) return Math.max(0, Math.round((nowMs - Number(age[1]) * UNIT_MS[age[2]!.toLowerCase()]!) * 1000));
  const iso = /^(\d{4}-\d\d-\d\d(?:t\d\d:\d\d(?::\d\d)?)?)(?:\.(\d{1,6}))?(z|[+-]\d\d:?\d\d)?$/i.exec(value);
  if (!iso) return undefined;
  const wholeMs = wholeSeconds(iso[1]!.toUpperCase(), iso[3]?.toUpperCase(), timeZone);
  return wholeMs === undefined ? undefined : wholeMs * 1000 + Number((iso[2] ?? "").padEnd(6, "0"));
}

/** A day begins where the reader is; a time without an offset is what a clock there shows. */
function wholeSeconds(text: string, offset: string | undefined, timeZone: string): number | undefined {
  const isDay = !text.includes("T");
  if (offset === undefined) return isDay ? startOfDay(text, timeZone) : timeOfWall(text, timeZone);
  // A day that the month does not have would be read as one of the next.
  if (timeOfWall(text, "UTC") === undefined) return undefined;
  const ms = Date.parse(`${text}${isDay ? "T00:00" : ""}${offset}`);
  return Number.isFinite(ms) ? ms : undefined;
}

/** The shortest text that `parseTime` reads as that time. */
export function formatTime(timeUs: number, timeZone: string): string {
  const wall = wallTime(timeUs / 1000, timeZone);
  const day = wall.slice(0, 10);
  if (startOfDay(day, timeZone) === timeUs / 1000) return day;
  const local = wall.replace(" ", "T");
  if (timeZone !== "UTC" && timeOfWall(local, timeZone) === timeUs / 1000) return local;
  const seconds = Math.floor(timeUs / 1e6);
  const rest = timeUs - seconds * 1e6;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${base}${rest === 0 ? "" : `.${String(rest).padStart(6, "0")}`}Z`;
}
