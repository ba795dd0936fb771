import { AgentOpError, type Explanation, isObject, reasonOf, remedyOf, tryParseJson } from "../core/mod.ts";
import type { Json } from "./body_reader.ts";
import type { ToolOutcome } from "./conversation.ts";
import { findCsv } from "./csv.ts";
import { linearPattern } from "./pattern.ts";
import { TEMPLATE_FILTERS } from "./template_filters.ts";

/** What `{{…}}` can speak of. */
export interface TemplateContext {
  readonly prompt: string;
  readonly firstPrompt: string;
  readonly system: string;
  readonly model: string;
  /** Tool results in reach, oldest first. */
  readonly outcomes: readonly ToolOutcome[];
}

/** A template that cannot be filled in, or (from `checkTemplate`) is not one. */
export class TemplateError extends AgentOpError {
  override readonly name = "TemplateError";
}

interface Term {
  readonly name: string;
  readonly argument: string;
}

const EXPRESSION = /\{\{(.*?)\}\}/gs;
const SOURCES = ["prompt", "firstPrompt", "system", "model", "toolResult", "toolArgs", "text"];
const MAX_RENDERED = 200_000;

/**
 * Fills in `{{source | filter:argument | …}}`.
 *
 * Sources: `prompt`, `firstPrompt`, `system`, `model`, `text:LITERAL`; `toolResult` and `toolArgs`, alone (the last one), with
 * a number (`:1` the first, `:-1` the last) or with a tool's name (its last). A filter in first place takes the latest tool
 * result it can work on: `{{csv.sum:revenue}}`, `{{json total}}`. `default:TEXT` stands in for whatever failed before it.
 *
 * Throws `TemplateError`.
 */
export function renderTemplate(template: string, context: TemplateContext): string {
  const text = template.replace(EXPRESSION, (whole, expression: string) => {
    try {
      return evaluate(parseTerms(expression), context);
    } catch (error) {
      if (error instanceof RangeError || error instanceof TemplateError) {
        throw new TemplateError(`${whole.slice(0, 100)}: ${reasonOf(error)}`, { remedy: remedyOf(error) });
      }
      throw error;
    }
  });
  if (text.length > MAX_RENDERED) {
    throw new TemplateError(`the text is longer than ${MAX_RENDERED} characters`);
  }
  return text;
}

/** Throws `TemplateError` for an unknown source or filter, a missing argument, or a bad regular expression. */
export function checkTemplate(template: string): void {
  for (const [whole, expression] of template.matchAll(EXPRESSION)) {
    for (const [i, term] of parseTerms(expression!).entries()) {
      const problem = problemOf(term, i === 0);
      if (problem) throw new TemplateError(`${whole}: ${problem.message}`, { remedy: problem.remedy });
    }
  }
}

/** Fills in every string inside a JSON value. */
export function renderDeep(value: unknown, context: TemplateContext): unknown {
  if (typeof value === "string") return renderTemplate(value, context);
  if (Array.isArray(value)) return value.map((item) => renderDeep(item, context));
  return isObject(value) ? renderFields(value, context) : value;
}

/** The same for an object. */
export function renderFields(fields: Readonly<Record<string, unknown>>, context: TemplateContext): Json {
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, renderDeep(item, context)]));
}

function parseTerms(expression: string): readonly Term[] {
  return expression.split(/\s\|\s/).map((term) => {
    const match = /^\s*([\w.]*)(?:\s*:|\s+|$)([\s\S]*)$/.exec(term);
    return { name: match?.[1] ?? "", argument: (match?.[2] ?? term).trim() };
  });
}

function problemOf(term: Term, first: boolean): Explanation | undefined {
  if (first && SOURCES.includes(term.name)) return undefined;
  if (!first && term.name === "default") return undefined;
  const filter = TEMPLATE_FILTERS.get(term.name);
  if (!filter) {
    const known = first ? [...SOURCES, "csv.…", "json"] : [...TEMPLATE_FILTERS.keys(), "default"];
    return { message: `unknown ${first ? "source" : "filter"} "${term.name}"`, remedy: known.join(", ") };
  }
  if (filter.argument === "required" && term.argument === "") {
    return { message: `"${term.name}" needs an argument` };
  }
  if (filter.argument === "none" && term.argument !== "") {
    return { message: `"${term.name}" takes no argument` };
  }
  if (term.name !== "match") return undefined;
  if (linearPattern(term.argument)) return undefined;
  return {
    message: `"${term.argument}" is not a regular expression without look-around and back-references`,
  };
}

function evaluate(terms: readonly Term[], context: TemplateContext): string {
  let value: string | Error = "";
  for (const [i, term] of terms.entries()) {
    if (i > 0 && term.name === "default") {
      if (value instanceof Error || value === "") value = term.argument;
      continue;
    }
    if (value instanceof Error) continue;
    try {
      value = i === 0 ? sourceOf(term, context) : applyFilter(term, value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      value = error;
    }
  }
  if (value instanceof Error) throw value;
  return value;
}

function applyFilter(term: Term, text: string): string {
  const filter = TEMPLATE_FILTERS.get(term.name);
  if (!filter) throw new RangeError(`unknown filter "${term.name}"`);
  return filter.apply(text, term.argument);
}

function sourceOf(term: Term, context: TemplateContext): string {
  switch (term.name) {
    case "prompt":
    case "firstPrompt":
    case "system":
    case "model":
      return context[term.name];
    case "text":
      return term.argument;
    case "toolResult":
      return outcomeOf(term.argument, context.outcomes).result;
    case "toolArgs":
      return outcomeOf(term.argument, context.outcomes).arguments;
  }
  const suits = term.name.startsWith("csv.") ? findCsv : term.name === "json" ? tryParseJson : () => true;
  const outcome = context.outcomes.findLast((candidate) => suits(candidate.result) !== undefined);
  if (!outcome) throw new RangeError("no tool result it can work on");
  return applyFilter(term, outcome.result);
}

function outcomeOf(which: string, outcomes: readonly ToolOutcome[]): ToolOutcome {
  const found = which === ""
    ? outcomes.at(-1)
    : /^-?\d+$/.test(which)
    ? outcomes.at(Number(which) > 0 ? Number(which) - 1 : Number(which))
    : outcomes.findLast((outcome) => outcome.name === which);
  if (!found) throw new RangeError(which === "" ? "no tool has been called" : `no tool result "${which}"`);
  return found;
}
