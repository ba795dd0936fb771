import {
  AgentOpError,
  allOf,
  anyOf,
  conditionOf,
  notOf,
  type RunCondition,
  type RunFilter,
} from "../core/mod.ts";
import { formatTime, parseTime } from "./query_time.ts";
import { conditionOfTerm } from "./query_term.ts";
import { isSign, type QueryToken, queryTokens, quotedIf, termAt, type WordToken } from "./query_tokens.ts";

/** What a filter typed by a person means. Terms with an error are left out of `filter`. */
export interface RunQuery {
  readonly filter: RunFilter;
  readonly errors: readonly AgentOpError[];
}

const QUERY_LENGTH_MAX = 2_000;
const TERMS_MAX = 100;
const DEPTH_MAX = 20;

/**
 * Reads a search as `RUN_TERMS` and `RUN_SYNTAX` describe it: `status:failed,budget -agent:x (model:large or cost>0.01) words`.
 * Values with blanks are quoted: `agent:"my agent"`; a quoted word is always free text. An unknown term is an error. Days, and
 * times that do not name their zone, are those of `timeZone`. Never throws.
 */
export function parseRunQuery(text: string, nowMs: number, timeZone = "UTC"): RunQuery {
  const errors: AgentOpError[] = [];
  const fail = (reason: string, remedy: string) =>
    void errors.push(new AgentOpError(`Cannot filter runs: ${reason}`, { remedy }));
  if (text.length > QUERY_LENGTH_MAX) {
    fail(`the filter is longer than ${QUERY_LENGTH_MAX} characters`, "fewer terms");
  }
  const tokens = queryTokens(text.slice(0, QUERY_LENGTH_MAX));
  if (tokens.filter(({ type }) => type === "word").length > TERMS_MAX) {
    fail(`there are more than ${TERMS_MAX} terms and words`, "fewer");
    return { filter: {}, errors };
  }
  const reader = new QueryReader(tokens, (value) => parseTime(value, { nowMs, timeZone }), errors, fail);
  const where = reader.read();
  return { filter: where ? { where } : {}, errors };
}

/** `either := both ("or" both)*`, `both := one+`, `one := "-" one | "(" either ")" | word`. */
class QueryReader {
  readonly #tokens: readonly QueryToken[];
  readonly #readTime: (value: string) => number | undefined;
  readonly #errors: AgentOpError[];
  readonly #fail: (reason: string, remedy: string) => void;
  #at = 0;

  constructor(
    tokens: readonly QueryToken[],
    readTime: (value: string) => number | undefined,
    errors: AgentOpError[],
    fail: (reason: string, remedy: string) => void,
  ) {
    this.#tokens = tokens;
    this.#readTime = readTime;
    this.#errors = errors;
    this.#fail = fail;
  }

  read(): RunCondition | undefined {
    return this.#tokens.length === 0 ? undefined : this.#either(0);
  }

  #either(depth: number): RunCondition | undefined {
    const all: (RunCondition | undefined)[] = [];
    do all.push(this.#both(depth)); while (this.#take("or"));
    const [first, ...rest] = all.filter((it) => it !== undefined);
    return first && anyOf([first, ...rest]);
  }

  #both(depth: number): RunCondition | undefined {
    const all: RunCondition[] = [];
    let isEmpty = true;
    for (let type = this.#next(); type && type !== "or" && type !== "close"; type = this.#next()) {
      if (this.#take("and")) continue;
      isEmpty = false;
      const one = this.#one(depth);
      if (one) all.push(one);
    }
    if (isEmpty) {
      this.#fail(
        'a term is missing beside "or" or in parentheses',
        'a term or word there, or "or" in quotes',
      );
    }
    return allOf(all);
  }

  #one(depth: number): RunCondition | undefined {
    let isNegated = false;
    while (this.#take("not")) isNegated = !isNegated;
    const token = this.#tokens[this.#at++];
    const one = token?.type === "open"
      ? this.#group(depth + 1)
      : token?.type === "word"
      ? this.#word(token)
      : void this.#fail("there is nothing behind the dash", "-status:failed");
    return one && isNegated ? notOf(one) : one;
  }

  #group(depth: number): RunCondition | undefined {
    if (depth > DEPTH_MAX) {
      this.#fail(`parentheses are more than ${DEPTH_MAX} deep`, "fewer");
      this.#at = this.#tokens.length;
      return undefined;
    }
    const inner = this.#either(depth);
    if (!this.#take("close")) {
      this.#fail("a parenthesis is not closed", 'a ")", or words with parentheses in quotes');
    }
    return inner;
  }

  #word(token: WordToken): RunCondition | undefined {
    const term = termAt(token);
    if (!term) return { type: "text", text: token.value };
    try {
      return conditionOfTerm(term, this.#readTime);
    } catch (error) {
      if (!(error instanceof AgentOpError)) throw error;
      this.#errors.push(error);
      return undefined;
    }
  }

  #next(): QueryToken["type"] | undefined {
    return this.#tokens[this.#at]?.type;
  }

  #take(type: QueryToken["type"]): boolean {
    if (this.#next() !== type) return false;
    this.#at++;
    return true;
  }
}

/** A text that `parseRunQuery` reads as `filter`; times are written as ISO 8601, days and whole seconds as those of `timeZone`. */
export function formatRunQuery(filter: RunFilter, timeZone = "UTC"): string {
  const condition = conditionOf(filter);
  return condition ? written(condition, "either", timeZone) : "";
}

/** `place`: what may stand there without parentheses. */
function written(
  condition: RunCondition,
  place: "either" | "both" | "one" | "negated",
  timeZone: string,
): string {
  switch (condition.type) {
    case "all":
    case "any": {
      const isAll = condition.type === "all";
      const text = condition.of.map((it) => written(it, isAll ? "one" : "both", timeZone)).join(
        isAll ? " " : " or ",
      );
      const isLoose = place === "either" || place === "both" && isAll;
      return isLoose ? text : `(${text})`;
    }
    case "not":
      return `-${written(condition.of, "negated", timeZone)}`;
    case "text": {
      const { text, isOne } = writtenWords(condition.text);
      return isOne || place !== "negated" ? text : `(${text})`;
    }
    case "status":
      return `status:${condition.status.join(",")}`;
    case "name":
      return `${condition.key}${condition.match === "whole" ? "=" : ":"}${quotedIf(condition.value)}`;
    case "tag":
      return `tag:${quotedIf(condition.tag + (condition.value === undefined ? "" : `=${condition.value}`))}`;
    case "figure":
      return `${condition.key}${condition.operator}${condition.value}${
        condition.key === "duration" ? "ms" : ""
      }`;
    case "unknown_cost":
      return "cost:unknown";
    case "started":
      return `${condition.operator === "<" ? "until" : "since"}:${formatTime(condition.timeUs, timeZone)}`;
  }
}

/** Free text becomes quoted words where a bare word would be read as something else. */
function writtenWords(text: string): { readonly text: string; readonly isOne: boolean } {
  const words = text.split(" ");
  if (words.some((word) => word === "" || /\s/.test(word))) {
    return { text: quotedIf(text, true), isOne: true };
  }
  return { text: words.map((word) => quotedIf(word, isSign(word))).join(" "), isOne: words.length === 1 };
}

/** True when the filter lets every run through. */
export function isEmptyRunFilter(filter: RunFilter): boolean {
  return conditionOf(filter) === undefined;
}
