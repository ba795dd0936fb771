import type { z } from "zod";
import { nearest } from "../core/mod.ts";
import { demandOf } from "./demand.ts";

const MAX_ISSUES = 5;
const MAX_VALUE_LENGTH = 60;

/** What does not fit the schema, key by key, in words for a person or a model: `"path" is missing; "limit" ...`. */
export function explainIssues(error: z.ZodError, value: unknown, keys: readonly string[]): string {
  const lines = error.issues.slice(0, MAX_ISSUES).map((issue) => explain(issue, value, keys));
  if (error.issues.length > MAX_ISSUES) lines.push(`and ${error.issues.length - MAX_ISSUES} more`);
  return lines.join("; ");
}

function explain(issue: z.core.$ZodIssue, value: unknown, keys: readonly string[]): string {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const guess = issue.path.length === 0 ? nearest(key, keys) : undefined;
      return `unknown key ${quote(key)}${
        guess ? `: did you mean "${guess}"?` : ` (known: ${keys.join(", ") || "none"})`
      }`;
    }).join("; ");
  }
  const where = issue.path.length === 0 ? "the value" : `"${issue.path.map(String).join(".")}"`;
  const got = at(value, issue.path);
  if (got === undefined) return `${where} is missing`;
  return `${where} ${demandOf(issue)}: got ${quote(got)}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (current === null || typeof current !== "object" || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= MAX_VALUE_LENGTH ? text : text.slice(0, MAX_VALUE_LENGTH).toWellFormed() + "…";
}
