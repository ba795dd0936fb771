import { tryParseJson } from "../core/mod.ts";

/** Before a text that stands as JSON, because a database would not keep it: NUL ends a text there, lone surrogates are replaced. */
export const AS_JSON = "\u0001";

/** A text as it can be stored in a column; `keptText` gives exactly the same one back. Nearly all are as they were. */
export function storedText(text: string): string {
  const isSafe = !text.startsWith(AS_JSON) && !text.includes("\0") && text.isWellFormed();
  return isSafe ? text : AS_JSON + JSON.stringify(text);
}

export function keptText(stored: string): string {
  if (!stored.startsWith(AS_JSON)) return stored;
  const text = tryParseJson(stored.slice(AS_JSON.length));
  return typeof text === "string" ? text : stored; // of before texts were marked
}
