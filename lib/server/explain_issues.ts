import type { z } from "zod";
import { nearest } from "../core/mod.ts";

const SHOWN = 3;

/**
 * What is wrong with a request, in one line: `query.limit: must be …`. Values are not repeated: they are the caller's. `known`: the
 * fields that there are, for one that there is none of.
 */
export function explainIssues(
  { issues }: z.ZodError,
  where: string,
  known: readonly string[] = [],
): string {
  const lines = issues.slice(0, SHOWN).map((issue) => {
    const { path, message } = issue;
    const hint = issue.code === "unrecognized_keys" && path.length === 0 ? hintFor(issue.keys, known) : "";
    return `${[where, ...path.map(String)].join(".")}: ${message}${hint}`;
  });
  const more = issues.length - lines.length;
  return lines.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/** `agent` is meant to be `agent_id`, whatever the letters say. */
function hintFor(keys: readonly string[], known: readonly string[]): string {
  const meant = keys.flatMap((key) =>
    known.find((it) => it.startsWith(`${key}_`)) ?? nearest(key, known) ?? []
  );
  if (meant.length > 0) return ` (did you mean ${meant.join(", ")}?)`;
  return known.length === 0 ? "" : ` (there are ${known.join(", ")})`;
}
