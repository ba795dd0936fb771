import { AgentOpError, LIVE_STATUSES, RUN_STATUSES, type RunStatus } from "../core/mod.ts";
import type { RunFilter } from "../core/mod.ts";
import { nearest } from "../core/mod.ts";

/** What a filter typed by a person means. Terms with an error are left out of `filter`. */
export interface RunQuery {
  readonly filter: RunFilter;
  readonly errors: readonly AgentOpError[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<RunFilter>;

const QUERY_LENGTH_MAX = 2_000;
const KEYS = ["status", "agent", "model", "group", "user", "since", "until", "cost", "tokens"] as const;
type Key = (typeof KEYS)[number];
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads `status:failed,stopped agent:x model:y group:g user:u since:24h until:2026-01-31 cost>0.01 tokens>1000 free text`.
 * A status may be cut short (`fail`), `live` stands for running, waiting and paused, `done` for completed.
 * Values with blanks are quoted: `agent:"my agent"`; a quoted word is always free text. `since:` and `until:` take an age
 * (`90s 15m 24h 7d 2w`) or an ISO 8601 time. Never throws.
 */
export function parseRunQuery(text: string, nowMs: number): RunQuery {
  const draft: Draft = {};
  const errors: AgentOpError[] = [];
  const words: string[] = [];
  if (text.length > QUERY_LENGTH_MAX) {
    errors.push(
      new AgentOpError(`Cannot filter runs: the filter is longer than ${QUERY_LENGTH_MAX} characters`, {
        remedy: "fewer terms",
      }),
    );
  }
  for (const token of tokenize(text.slice(0, QUERY_LENGTH_MAX))) {
    const term = token.bare ? /^([a-z]+)(:|>=?)(.*)$/is.exec(token.value) : null;
    const key = term?.[1]?.toLowerCase();
    if (!term || key === undefined) words.push(token.value);
    else if (isKey(key)) readTerm(draft, errors, key, term[2]!, term[3]!, nowMs);
    else {
      const meant = nearest(key, KEYS);
      if (meant === undefined) words.push(token.value);
      else {
        errors.push(
          new AgentOpError(`Cannot filter by "${key}": there is no such term`, {
            remedy: `${meant}${operatorOf(meant)}`,
          }),
        );
      }
    }
  }
  if (words.length > 0) draft.text = words.join(" ");
  return { filter: draft, errors };
}

/** The shortest text that `parseRunQuery` reads as `filter`; times are written as ISO 8601. */
export function formatRunQuery(filter: RunFilter): string {
  const terms: string[] = [];
  if (filter.status?.length) terms.push(`status:${filter.status.join(",")}`);
  for (const key of ["agent", "model", "group", "user"] as const) {
    const value = filter[key];
    if (value !== undefined) terms.push(`${key}:${quoteIf(value, /[\s"\\]|^$/)}`);
  }
  if (filter.sinceUs !== undefined) terms.push(`since:${formatTime(filter.sinceUs)}`);
  if (filter.untilUs !== undefined) terms.push(`until:${formatTime(filter.untilUs)}`);
  if (filter.minCostUsd !== undefined) terms.push(`cost>${filter.minCostUsd}`);
  if (filter.minTokens !== undefined) terms.push(`tokens>${filter.minTokens}`);
  if (filter.text !== undefined) terms.push(formatWords(filter.text));
  return terms.join(" ");
}

/** True when the filter lets every run through. */
export function isEmptyRunFilter(filter: RunFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

function readTerm(
  draft: Draft,
  errors: AgentOpError[],
  key: Key,
  operator: string,
  value: string,
  nowMs: number,
) {
  const complain = (reason: string, remedy: string) =>
    errors.push(
      new AgentOpError(`Cannot filter by ${key}: ${reason}: got "${value.slice(0, 60)}"`, { remedy }),
    );
  if (value === "" && key !== "agent" && key !== "model" && key !== "group" && key !== "user") {
    return void complain("the value is missing", example(key));
  }
  switch (key) {
    case "status": {
      const wanted = value.toLowerCase().split(",").filter((word) => word !== "");
      const unknown = wanted.find((word) => statusesOf(word).length === 0);
      if (unknown !== undefined || wanted.length === 0) {
        return void complain("not a status", nearest(unknown ?? "", RUN_STATUSES) ?? RUN_STATUSES.join(", "));
      }
      draft.status = [...new Set(wanted.flatMap(statusesOf))];
      return;
    }
    case "agent":
    case "model":
    case "group":
    case "user":
      if (operator !== ":") return void complain("it needs a colon", `${key}:name`);
      draft[key] = value;
      return;
    case "since":
    case "until": {
      const timeUs = parseTime(value, nowMs);
      if (timeUs === undefined) return void complain("neither an age nor a time", example(key));
      if (key === "since") draft.sinceUs = timeUs;
      else draft.untilUs = timeUs;
      return;
    }
    case "cost":
    case "tokens": {
      const number = /^\$?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)
        ? Number(value.replace("$", ""))
        : NaN;
      if (!Number.isFinite(number)) return void complain("not a number", example(key));
      if (key === "cost") draft.minCostUsd = number;
      else draft.minTokens = number;
    }
  }
}

interface Token {
  readonly value: string;
  /** Not begun by a quote, so it may be a `key:value` term. */
  readonly bare: boolean;
}

/** Words split at blanks; `"…"` holds blanks together, `\` inside it takes the next character as it is. */
function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let value = "";
  let bare = true;
  let open = false;
  let inQuote = false;
  const push = () => {
    if (open) tokens.push({ value, bare });
    [value, bare, open] = ["", true, false];
  };
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!;
    if (inQuote) {
      if (char === '"') inQuote = false;
      else if (char === "\\" && index + 1 < text.length) value += text[++index]!;
      else value += char;
    } else if (/\s/.test(char)) push();
    else if (char === '"') {
      if (!open) bare = false;
      open = inQuote = true;
    } else {
      open = true;
      value += char;
    }
  }
  push();
  return tokens;
}

/** Microseconds since the epoch. */
function parseTime(value: string, nowMs: number): number | undefined {
  const age = /^(\d+(?:\.\d+)?)([smhdw])$/i.exec(value);
  if (age) return Math.max(0, Math.round((nowMs - Number(age[1]) * UNIT_MS[age[2]!.toLowerCase()]!) * 1000));
  const iso = /^(\d{4}-\d\d-\d\d(?:t\d\d:\d\d(?::\d\d)?)?)(?:\.(\d{1,6}))?(z|[+-]\d\d:?\d\d)?$/i.exec(value);
  if (!iso) return undefined;
  const wholeMs = Date.parse(iso[1]! + (/t/i.test(iso[1]!) ? iso[3] ?? "Z" : ""));
  if (!Number.isFinite(wholeMs)) return undefined;
  return wholeMs * 1000 + Number((iso[2] ?? "").padEnd(6, "0"));
}

function formatTime(timeUs: number): string {
  const seconds = Math.floor(timeUs / 1e6);
  const rest = timeUs - seconds * 1e6;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${base}${rest === 0 ? "" : `.${String(rest).padStart(6, "0")}`}Z`;
}

/** Free text becomes quoted words where a bare word would be read as something else. */
function formatWords(text: string): string {
  const words = text.split(" ");
  const risky = /["\\\s]|^$|^[a-z]+(?::|>)/i;
  return words.some((word) => word === "" || /\s/.test(word))
    ? quote(text)
    : words.map((word) => quoteIf(word, risky)).join(" ");
}

function quoteIf(value: string, risky: RegExp): string {
  return risky.test(value) ? quote(value) : value;
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function isKey(word: string): word is Key {
  return (KEYS as readonly string[]).includes(word);
}

/** Every status the word is the beginning of, so that a list can follow while it is typed; and the words lists show. */
function statusesOf(word: string): readonly RunStatus[] {
  const exact = RUN_STATUSES.filter((status) => status === word);
  if (exact.length > 0) return exact;
  if (word === "live") return LIVE_STATUSES;
  if (word === "done") return ["completed"];
  return RUN_STATUSES.filter((status) => status.startsWith(word));
}

function operatorOf(key: string): string {
  return key === "cost" || key === "tokens" ? ">" : ":";
}

function example(key: Key): string {
  switch (key) {
    case "status":
      return "status:failed";
    case "since":
    case "until":
      return `${key}:24h or ${key}:2026-01-31`;
    case "cost":
      return "cost>0.01";
    case "tokens":
      return "tokens>1000";
    default:
      return `${key}:name`;
  }
}
