const MS = { hour: 3_600_000, day: 86_400_000 } as const;
const BUCKETS_MAX = 400;

/** Stretches of time of one length, in the time zone of whoever reads. */
export interface Buckets {
  /** `hour`, `day`, …: the quarter of an hour is the least that the store tells apart. */
  readonly unit: string;
  /** All from the first to the last, empty ones too, oldest first. */
  readonly all: readonly Bucket[];
  /** Which of them a time lies in. */
  readonly indexOf: (ms: number) => number;
}

export interface Bucket {
  readonly startMs: number;
  /** `14:30`, `11-27`, … */
  readonly label: string;
}

interface Step {
  readonly unit: string;
  /** Used for spans of time up to this. */
  readonly upToMs: number;
  readonly floor: (time: Temporal.ZonedDateTime) => Temporal.ZonedDateTime;
  readonly next: Temporal.DurationLike;
  readonly label: (time: Temporal.ZonedDateTime) => string;
}

const two = (value: number) => String(value).padStart(2, "0");
const clock = ({ hour, minute }: Temporal.ZonedDateTime) => `${two(hour)}:${two(minute)}`;
const date = ({ month, day }: Temporal.ZonedDateTime) => `${two(month)}-${two(day)}`;

const STEPS: readonly Step[] = [
  {
    unit: "quarter of an hour",
    upToMs: 12 * MS.hour,
    floor: (time) =>
      time.with({
        minute: time.minute - time.minute % 15,
        second: 0,
        millisecond: 0,
        microsecond: 0,
        nanosecond: 0,
      }),
    next: { minutes: 15 },
    label: clock,
  },
  {
    unit: "hour",
    upToMs: 3 * MS.day,
    floor: (time) => time.with({ minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 }),
    next: { hours: 1 },
    label: (time) => `${date(time)} ${clock(time)}`,
  },
  {
    unit: "day",
    upToMs: 120 * MS.day,
    floor: (time) => time.startOfDay(),
    next: { days: 1 },
    label: date,
  },
  {
    unit: "week",
    upToMs: 900 * MS.day,
    floor: (time) => time.startOfDay().subtract({ days: time.dayOfWeek - 1 }),
    next: { weeks: 1 },
    label: (time) => `${time.year}-${date(time)}`,
  },
  {
    unit: "month",
    upToMs: Infinity,
    floor: (time) => time.startOfDay().with({ day: 1 }),
    next: { months: 1 },
    label: (time) => `${time.year}-${two(time.month)}`,
  },
];

/** Buckets for these times: quarters of an hour, hours, days, weeks or months, whatever gives a readable number of them. */
export function bucketsOf(timesMs: readonly number[], timeZone: string): Buckets {
  let [first, last] = [Infinity, -Infinity];
  for (const ms of timesMs) [first, last] = [Math.min(first, ms), Math.max(last, ms)];
  const step = STEPS.find(({ upToMs }) => last - first <= upToMs) ?? STEPS.at(-1)!;
  const zoned = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(timeZone);
  const all: Bucket[] = [];
  if (Number.isFinite(first)) {
    let time = step.floor(zoned(first));
    // Times from outside may lie centuries apart: what is later than all of these counts in the last.
    while (time.epochMilliseconds <= last && all.length < BUCKETS_MAX) {
      all.push({ startMs: time.epochMilliseconds, label: step.label(time) });
      time = time.add(step.next);
    }
  }
  return {
    unit: step.unit,
    all,
    indexOf: (ms) => {
      let [low, high] = [0, all.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (all[middle]!.startMs <= ms) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}
