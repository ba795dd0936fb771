import { AgentOpError, tryParseJson } from "../core/mod.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 10_000;

export function pageLimit(limit: number = LIMIT_DEFAULT): number {
  return Math.min(LIMIT_MAX, limit);
}

/** Where the next page begins: behind the row with this sort key, and this id among equal ones. */
export function nextCursor(sortKey: unknown, id: string | number): { readonly nextCursor: string } {
  return { nextCursor: btoa(JSON.stringify([sortKey, id])) };
}

/** Throws `AgentOpError` for what is no cursor of ours. `verb` as in "Cannot VERB". */
export function parseCursor(
  verb: string,
  text: string | undefined,
): readonly [number, string | number] | undefined {
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = tryParseJson(atob(text));
  } catch { /* not base64: refused below */ }
  if (Array.isArray(parsed) && parsed.length === 2) {
    const [key, id] = parsed as readonly unknown[];
    if (typeof key === "number" && (typeof id === "number" || typeof id === "string")) return [key, id];
  }
  throw new AgentOpError(`Cannot ${verb}: bad cursor "${text.slice(0, 40)}"`, {
    remedy: "the nextCursor of an earlier page",
  });
}
