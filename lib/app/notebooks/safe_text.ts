import { oneLine } from "../../core/mod.ts";

/** What would be read as something else than itself, or not be seen at all: controls, marks of direction, odd spaces. */
const UNSEEN = /(?! )[\p{C}\p{Z}]/gu;

/** Text from outside as a string of TypeScript: whatever it says, it stays that string. */
export function codeString(text: string): string {
  const inUnits = (signs: string) =>
    Array.from(
      { length: signs.length },
      (_, at) => `\\u${signs.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join("");
  return JSON.stringify(text).replace(UNSEEN, inUnits);
}

/**
 * Text from outside as one line of Markdown: signs are written as numbers, which are never taken for markup, links or formulas.
 */
export function markdownWords(text: string, charsMax: number): string {
  return oneLine(text.slice(0, charsMax * 4), charsMax).replace(UNSEEN, " ").trim()
    .replace(/[^\p{L}\p{N} ,.()%+-]|\.(?=\p{L})/gu, (sign) => `&#${sign.codePointAt(0)};`);
}
