/**
 * Controls, format characters (bidirectional controls, zero-width characters, tags), line and paragraph separators, lone
 * surrogates, and the letters, fillers and variation selectors that show as nothing. U+FE0F (emoji style) stays.
 */
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0e\uffa0\ufff0-\ufff8]|[\u{e0000}-\u{e0fff}]/gu;
const JOINER = "\u200d";

/**
 * Makes text from outside (a model, a tool, a file, the network) safe for a terminal: what could move the cursor, change
 * colours, reorder or hide text is shown as `\x1b`, `\u202e`, ... Line feeds and tabs stay when `multiline` is set.
 */
export function escapeText(text: string, options: { multiline?: boolean } = {}): string {
  return text.replace(UNSAFE, (char) => {
    if (options.multiline && (char === "\n" || char === "\t")) return char;
    if (char === JOINER) return ""; // joined emoji become neighbours: their width differs between terminals
    if (char === "\n") return "\\n";
    if (char === "\r") return options.multiline ? "" : "\\r";
    if (char === "\t") return "\\t";
    const code = char.codePointAt(0)!;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The first line of `text`, at most `maxLength` UTF-16 units, with `…` where something was cut. */
export function oneLine(text: string, maxLength: number): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= maxLength ? flat : flat.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}

/** For `sort`: by name, in code unit order. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/**
 * The candidate nearest to `word`, at most a third of the letters off, for "did you mean". Two neighbours swapped count as one
 * letter, as that is how people mistype (Damerau–Levenshtein); packages for plain edit distance do not see `modle` as `model`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue; // at least so far apart
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous: number[] = [];
  let current = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const beforePrevious = previous;
    previous = current;
    current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      current[j] = Math.min(
        previous[j]! + 1,
        current[j - 1]! + 1,
        previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        swap ? beforePrevious[j - 2]! + 1 : Infinity,
      );
    }
  }
  return current[b.length]!;
}
