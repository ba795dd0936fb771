import type { LimitPeriod, LimitUnit, RateLimit } from "../core/mod.ts";

/** Limits read off one answer; real servers send up to six. */
const LIMITS_MAX = 12;

/**
 * The headers that tell of limits. Mistral: `x-ratelimit-remaining-req-minute`, `x-ratelimit-limit-tokens-month`, earlier
 * `ratelimitbysize-remaining` (tokens); OpenAI and those who follow it: `x-ratelimit-remaining-requests`; Kong and the IETF draft:
 * `ratelimit-remaining`, `x-ratelimit-remaining-minute`.
 */
const HEADER =
  /^(?:x-)?ratelimit(bysize)?-(limit|remaining|reset)(?:-(req|requests|tokens))?(?:-(second|minute|hour|day|month))?$/;
/** Tokens that the request itself would have used. */
const COST_HEADER = /^(?:x-)?ratelimit(?:bysize|-tokens)-query-cost$/;

const UNITS: Readonly<Record<string, LimitUnit>> = {
  req: "requests",
  requests: "requests",
  tokens: "tokens",
};
const PERIODS: readonly LimitPeriod[] = ["second", "minute", "hour", "day", "month"];
const PERIOD_WORDS: readonly (readonly [RegExp, LimitPeriod])[] = [
  [/\bper[ -]?month|\bmonthly|\bmonth\b/i, "month"],
  [/\bper[ -]?day|\bdaily\b|\bRPD\b|\bTPD\b/i, "day"],
  [/\bper[ -]?hour|\bhourly\b/i, "hour"],
  [/\bper[ -]?min(ute)?\b|\bRPM\b|\bTPM\b/i, "minute"],
  [/\bper[ -]?second|\bRPS\b/i, "second"],
];

/** What the headers of an answer say of limits. */
export interface HeardLimits {
  readonly limits: readonly RateLimit[];
  /** Tokens that the request counts for. */
  readonly queryCost?: number;
}

/** Reads the limits off an answer's headers; `resetMs` counts from `nowMs`. */
export function readLimits(headers: Headers, nowMs: number): HeardLimits {
  const found = new Map<string, RateLimit>();
  let queryCost: number | undefined;
  for (const [name, value] of headers) {
    const match = HEADER.exec(name);
    if (!match) {
      if (COST_HEADER.test(name)) queryCost = amount(value);
      continue;
    }
    const [, bySize, what, word, per] = match;
    const of = bySize ? "tokens" : word === undefined ? undefined : UNITS[word];
    const key = `${of} ${per}`;
    const known = found.get(key);
    if (!known && found.size >= LIMITS_MAX) continue;
    const read = what === "reset" ? resetMs(value, nowMs) : amount(value);
    if (read === undefined) continue;
    found.set(key, {
      ...known,
      ...(of === undefined ? {} : { of }),
      ...(per === undefined ? {} : { per: per as LimitPeriod }),
      [what === "reset" ? "resetMs" : what!]: read,
    });
  }
  return { limits: [...found.values()], ...(queryCost === undefined ? {} : { queryCost }) };
}

/**
 * The limit that an answer with status 429 is about: one of which nothing is left, else what the body names. `undefined` where
 * neither tells.
 */
export function limitHit({ limits, queryCost }: HeardLimits, said: string): RateLimit | undefined {
  const words = wordsOf(said);
  const fits = (limit: RateLimit) =>
    (!words.of || !limit.of || words.of === limit.of) &&
    (!words.per || !limit.per || words.per === limit.per);
  const spent = limits.filter((limit) => isSpent(limit, queryCost));
  const longest = (found: readonly RateLimit[]) => [...found].sort((a, b) => rankOf(b) - rankOf(a))[0];
  const hit = longest(spent.filter(fits)) ?? (words.of || words.per ? undefined : longest(spent));
  if (hit) return { ...words, ...hit };
  if (!words.of && !words.per) return undefined;
  // One that has some left was not the one that was hit, unless the words say so.
  const named = words.of && words.per
    ? limits.find((limit) => limit.of === words.of && limit.per === words.per)
    : undefined;
  return { ...named, ...words };
}

function isSpent({ of, limit, remaining }: RateLimit, queryCost = 0): boolean {
  if (limit === 0 || remaining === 0) return true;
  return of === "tokens" && remaining !== undefined && remaining < queryCost;
}

function rankOf({ per }: RateLimit): number {
  return per === undefined ? -1 : PERIODS.indexOf(per);
}

function wordsOf(said: string): Pick<RateLimit, "of" | "per"> {
  const of = /\btokens?\b|\bTPM\b|\bTPD\b/i.test(said)
    ? "tokens"
    : /\brequests\b|\brequest (rate|limit)|\bRPM\b|\bRPS\b|\bRPD\b/i.test(said)
    ? "requests"
    : undefined;
  const per = PERIOD_WORDS.find(([pattern]) => pattern.test(said))?.[1];
  return { ...(of ? { of } : {}), ...(per ? { per } : {}) };
}

function amount(text: string): number | undefined {
  const value = /^\d{1,15}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : undefined;
  return value === undefined ? undefined : Math.floor(value);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
/** Bigger numbers are times, not waits: seconds, and milliseconds, since 1970. */
const EPOCH_S_MIN = 1e9;
const EPOCH_MS_MIN = 1e12;

/** Seconds, a time (as a number or in ISO 8601), or words like `6m0s` and `120ms`. */
function resetMs(value: string, nowMs: number): number | undefined {
  const text = value.trim().slice(0, 40);
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number >= EPOCH_MS_MIN) return Math.max(0, Math.round(number - nowMs));
    if (number >= EPOCH_S_MIN) return Math.max(0, Math.round(number * 1000 - nowMs));
    return Math.round(number * 1000);
  }
  if (/^\d{4}-\d\d-\d\dT/.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : Math.max(0, Math.round(at - nowMs));
  }
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit!]!, 0));
}
