import { canonicalJson, hashText } from "../core/mod.ts";

/** The version of a scorer that does as it is told: of its code, its words and its settings as they were written. */
export function versionOf(code: string, ...words: readonly unknown[]): string {
  return `${code}-${hashText(canonicalJson(words)).toString(36)}`;
}
