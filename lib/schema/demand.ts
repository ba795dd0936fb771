import type { z } from "zod";

/**
 * What a schema wants, in words that continue the name of the value: `must be at least 1`. A message of the schema's own is such
 * words already; those of its library are never shown.
 */
export function demandOf(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too|Unrecognized|Expected) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
    case "too_small":
      return isLength(issue.origin)
        ? Number(issue.minimum) <= 1
          ? "must not be empty"
          : `must have at least ${issue.minimum}${entries(issue.origin)}`
        : `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return isLength(issue.origin)
        ? `must have at most ${issue.maximum}${entries(issue.origin)}`
        : `must be ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`;
    case "invalid_value":
      return `must be ${listed(issue.values.map(String))}`;
    case "invalid_format":
      return issue.format === "regex"
        ? "has characters that it cannot have"
        : `must be a valid ${issue.format}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return "has a key that is not known";
    default:
      return "has a wrong value";
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

function isLength(origin: string): boolean {
  return origin === "array" || origin === "string" || origin === "set";
}

function entries(origin: string): string {
  return origin === "string" ? " characters" : " entries";
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}
