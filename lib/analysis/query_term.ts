import {
  AgentOpError,
  anyOf,
  FIGURE_KEYS,
  FIGURE_OPERATORS,
  type FigureKey,
  LIVE_STATUSES,
  type NameKey,
  nearest,
  RUN_STATUSES,
  type RunCondition,
  type RunStatus,
  WARNING_WORDS,
} from "../core/mod.ts";
import { isTermName, STATUS_WORDS, type StatusWord, TERM_NAMES, type TermName, termOf } from "./run_terms.ts";

/** A term as typed: `key sign value`. */
export interface TypedTerm {
  readonly key: string;
  readonly sign: string;
  readonly value: string;
  /** Some of the value stands in quotes: then it may be empty. */
  readonly isQuoted: boolean;
}

const SHOWN_MAX = 60;
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const NUMBER = /^\$?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?([a-z]*)$/i;

/** What a term asks; `readTime` gives µs since the epoch. Throws `AgentOpError`. */
export function conditionOfTerm(
  typed: TypedTerm,
  readTime: (value: string) => number | undefined,
): RunCondition {
  const key = typed.key.toLowerCase();
  if (!isTermName(key)) throw unknownTerm(typed);
  const term: TypedTerm = { ...typed, key };
  if (term.sign === "!=") throw mistake(term, "there is no !=", `-${key}=${term.value.slice(0, SHOWN_MAX)}`);
  if (term.value === "" && !term.isQuoted) throw mistake(term, "the value is missing");
  if (isFigure(key)) return figure(term, key);
  if (term.sign !== ":" && term.sign !== "=") throw mistake(term, "it needs a colon");
  switch (key) {
    case "status":
      return statusOf(term);
    case "since":
    case "until": {
      const timeUs = readTime(term.value);
      if (timeUs === undefined) {
        throw mistake(term, "neither an age nor a time", `${key}:24h or ${key}:2026-01-31`);
      }
      return { type: "started", operator: key === "since" ? ">=" : "<", timeUs };
    }
    case "tag": {
      const at = term.value.indexOf("=");
      const tag = at < 0 ? term.value : term.value.slice(0, at);
      if (tag === "" || term.sign === "=") throw mistake(term, "it is tag:KEY or tag:KEY=VALUE");
      return { type: "tag", tag, ...(at < 0 ? {} : { value: term.value.slice(at + 1) }) };
    }
    default:
      return name(term, key);
  }
}

function name(term: TypedTerm, key: NameKey): RunCondition {
  const isId = key === "id";
  if (isId && !/^[0-9a-f-]{1,36}$/i.test(term.value)) throw mistake(term, "not an id nor a part of one");
  return {
    type: "name",
    key,
    match: term.sign === "=" ? "whole" : "part",
    value: isId ? term.value.toLowerCase() : term.value,
  };
}

function figure(term: TypedTerm, key: FigureKey): RunCondition {
  if (key === "cost" && term.value.toLowerCase() === "unknown" && /^[:=]$/.test(term.sign)) {
    return { type: "unknown_cost" };
  }
  const operator = FIGURE_OPERATORS.find((it) => it === term.sign);
  if (operator === undefined) throw mistake(term, "it needs >, >=, <, <= or =");
  const [, digits, exponent = "", unit = ""] = NUMBER.exec(term.value) ?? [];
  const factor = digits === undefined ? undefined : factorOf(key, unit);
  const value = factor === undefined ? NaN : Number(`${digits}${exponent}`) * factor;
  if (!Number.isFinite(value)) throw mistake(term, key === "duration" ? "not a time" : "not a number");
  return { type: "figure", key, operator, value };
}

function factorOf(key: FigureKey, unit: string): number | undefined {
  if (key === "duration") return MS[unit.toLowerCase() || "s"];
  if (unit === "") return 1;
  if (key === "cost") return undefined;
  return { k: 1_000, m: 1_000_000 }[unit.toLowerCase()];
}

/** Every status a word is the beginning of, so that a list can follow while it is typed; with `=` the word alone. */
function statusOf(term: TypedTerm): RunCondition {
  const words = term.value.toLowerCase().split(",").map((it) => it.trim()).filter((it) => it !== "");
  const meant = words.map((word) => {
    if (STATUS_WORDS.includes(word as StatusWord)) return [word as StatusWord];
    const begun = STATUS_WORDS.filter((it) => it.startsWith(word));
    if (begun.length > 0 && term.sign === ":") return begun;
    throw mistake(term, "not a status", begun[0] ?? nearest(word, STATUS_WORDS) ?? STATUS_WORDS.join(", "));
  }).flat();
  const [first, ...rest] = meant;
  if (first === undefined) throw mistake(term, "not a status", STATUS_WORDS.join(", "));
  const all = [first, ...rest].map(conditionOfWord);
  const status = [...new Set(all.flatMap((it) => it.type === "status" ? it.status : []))];
  const others = all.filter((it) => it.type !== "status");
  const [one, ...more] = [...(status.length > 0 ? [{ type: "status", status } as const] : []), ...others];
  return anyOf([one!, ...more]);
}

function conditionOfWord(word: StatusWord): RunCondition {
  const ended = (status: RunStatus, key: "error" | "warning", match: "part" | "whole", value: string) =>
    ({
      type: "all",
      of: [{ type: "status", status: [status] }, { type: "name", key, match, value }],
    }) as const;
  switch (word) {
    case "live":
      return { type: "status", status: LIVE_STATUSES };
    case "done":
      return { type: "status", status: ["completed"] };
    case "cut off":
      return { type: "status", status: ["interrupted"] };
    case "budget":
    case "timeout":
    case "loop":
    case "max_steps":
      return ended("stopped", "error", "whole", word);
    case "steps":
      return ended("stopped", "error", "whole", "max_steps");
    case "warned":
      return ended("completed", "warning", "part", "");
    case "cut short":
    case "filtered":
    case "empty":
    case "no call": {
      const type = Object.keys(WARNING_WORDS).find((it) => WARNING_WORDS[it] === word)!;
      return ended("completed", "warning", "whole", type);
    }
    default:
      return { type: "status", status: [RUN_STATUSES.find((it) => it === word)!] };
  }
}

function isFigure(key: string): key is FigureKey {
  return (FIGURE_KEYS as readonly string[]).includes(key);
}

function mistake({ key, value }: TypedTerm, reason: string, remedy?: string): AgentOpError {
  return new AgentOpError(`Cannot filter by ${key}: ${reason}: got "${value.slice(0, SHOWN_MAX)}"`, {
    remedy: remedy ?? termOf(key as TermName).example,
  });
}

function unknownTerm({ key, sign, value }: TypedTerm): AgentOpError {
  const shown = key.slice(0, SHOWN_MAX);
  const meant = nearest(shown.toLowerCase(), TERM_NAMES);
  const list = TERM_NAMES.join(", ");
  const words = `"${shown}${sign}${value.slice(0, SHOWN_MAX)}" in quotes for the words`;
  return new AgentOpError(`Cannot filter by "${shown}": there is no such term`, {
    remedy: meant === undefined
      ? `one of ${list}; or ${words}`
      : `${meant}${isFigure(meant) ? ">" : ":"} (all terms: ${list}; or ${words})`,
  });
}
