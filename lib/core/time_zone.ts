// Days and wall times of a time zone. A zone is its IANA name, or an offset like `+05:30`; `UTC` is one like any other.

/** Zones are whole quarters of an hour from UTC: usage is kept by these, so that the days of any zone add up exactly. */
export const QUARTER_MS = 900_000;
/** Changes of a zone's offset that are looked at: five centuries of summer times. */
const CHANGES_MAX = 1_000;
const QUARTERS_PER_DAY = 96;

/** The zone as it is written, or `undefined` where there is none of that name. */
export function timeZoneNamed(name: string): string | undefined {
  try {
    const at = new Temporal.ZonedDateTime(0n, name);
    return at.offsetNanoseconds % (QUARTER_MS * 1e6) !== 0 && /^[+-]/.test(name) ? undefined : at.timeZoneId;
  } catch {
    return undefined;
  }
}

/** The zone of this machine, or of the process's `TZ`; `UTC` where nobody set one. */
export function systemTimeZone(): string {
  const id = Temporal.Now.timeZoneId();
  return /^etc\/(?:unknown|utc)$/i.test(id) ? "UTC" : id;
}

/** `2026-11-02 10:11:12`; `?` for what is no time. */
export function wallTime(ms: number, timeZone: string): string {
  return zoned(ms, timeZone)?.toPlainDateTime().toString({ fractionalSecondDigits: 0 }).replace("T", " ") ??
    "?";
}

/** The day there, `YYYY-MM-DD`; `?` for what is no time. */
export function dayOfTime(ms: number, timeZone: string): string {
  return zoned(ms, timeZone)?.toPlainDate().toString() ?? "?";
}

/** When a day begins there, ms since the epoch; `undefined` when there is no such day. */
export function startOfDay(day: string, timeZone: string): number | undefined {
  return instantOf(() => Temporal.PlainDate.from(day).toZonedDateTime(timeZone));
}

/** When a clock there shows `2026-11-02T10:11`, ms since the epoch: the first time, where it does so twice. */
export function timeOfWall(wall: string, timeZone: string): number | undefined {
  return instantOf(() => Temporal.PlainDateTime.from(wall).toZonedDateTime(timeZone));
}

/** The day `days` later, or earlier. */
export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** How many days later `to` is. */
export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;
}

/** From some quarter hour on, a zone is so many of them ahead of UTC. */
export interface ZoneOffset {
  /** Quarter hours since the epoch. */
  readonly fromQuarter: number;
  readonly quarters: number;
}

/** How far a zone is ahead of UTC between two quarter hours since the epoch, newest first; the last holds for all time before. */
export function zoneOffsets(fromQuarter: number, toQuarter: number, timeZone: string): readonly ZoneOffset[] {
  let at = zoned(fromQuarter * QUARTER_MS, timeZone);
  const found: ZoneOffset[] = [];
  while (at && at.epochMilliseconds <= toQuarter * QUARTER_MS && found.length < CHANGES_MAX) {
    found.unshift({
      fromQuarter: Math.ceil(at.epochMilliseconds / QUARTER_MS),
      quarters: Math.round(at.offsetNanoseconds / (QUARTER_MS * 1e6)),
    });
    at = at.getTimeZoneTransition("next") ?? undefined;
  }
  return found;
}

/** `YYYY-MM-DD` of a number of days since the epoch. */
export function dayOfNumber(days: number): string {
  return dayOfTime(days * QUARTERS_PER_DAY * QUARTER_MS, "UTC");
}

function zoned(ms: number, timeZone: string): Temporal.ZonedDateTime | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(timeZone);
  } catch {
    return undefined;
  }
}

function instantOf(read: () => Temporal.ZonedDateTime): number | undefined {
  try {
    return read().epochMilliseconds;
  } catch {
    return undefined;
  }
}
