import { RE2JS } from "re2js";

const PATTERN_MAX_CHARS = 2000;
const KEPT_MAX = 64;

/** Compiled ones by what was written: a template is filled in again and again. */
const kept = new Map<string, RE2JS>();

/**
 * A regular expression that somebody wrote, case ignored; `undefined` for one that is long or uses look-around or back references. RE2
 * looks at each character once, whatever the pattern; the engine of JavaScript can take for ever.
 */
export function linearPattern(source: string): RE2JS | undefined {
  const known = kept.get(source);
  if (known) return known;
  const pattern = compiled(source, RE2JS.CASE_INSENSITIVE);
  if (!pattern) return undefined;
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(source, pattern);
  return pattern;
}

/** The same, as it is written. */
export function exactPattern(source: string): RE2JS | undefined {
  return compiled(source, 0);
}

function compiled(source: string, flags: number): RE2JS | undefined {
  if (source.length > PATTERN_MAX_CHARS) return undefined;
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), flags);
  } catch {
    return undefined;
  }
}
