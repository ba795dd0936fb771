import type { z } from "zod";

const SHOWN = 3;

/** What is wrong with a request, in one line: `query.limit: must be …`. Values are not repeated: they are the caller's. */
export function explainIssues({ issues }: z.ZodError, where: string): string {
  const lines = issues.slice(0, SHOWN).map(({ path, message }) =>
    `${[where, ...path.map(String)].join(".")}: ${message}`
  );
  const more = issues.length - lines.length;
  return lines.join("; ") + (more > 0 ? `; and ${more} more` : "");
}
