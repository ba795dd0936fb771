/**
 * How well `query` fits `text`: its letters must occur in order. Higher is better; runs of letters and beginnings of words
 * count more. `undefined` when it does not fit.
 */
export function fuzzyScore(query: string, text: string): number | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  const within = text.toLowerCase();
  let score = 0;
  let from = 0;
  let previous = -2;
  for (const char of wanted) {
    const at = within.indexOf(char, from);
    if (at < 0) return undefined;
    score += 1;
    if (at === previous + 1) score += 3;
    if (at === 0 || /[^a-z0-9]/.test(within[at - 1]!)) score += 4;
    score -= Math.min(2, (at - from) * 0.05);
    previous = at;
    from = at + char.length;
  }
  return score - text.length * 0.001;
}

/** The items that fit, best first; equal ones keep their order. */
export function fuzzyFilter<T>(
  items: readonly T[],
  query: string,
  textOf: (item: T) => string,
): readonly T[] {
  if (query.trim() === "") return items;
  return items
    .map((item) => ({ item, score: fuzzyScore(query, textOf(item)) }))
    .filter((hit) => hit.score !== undefined)
    .sort((a, b) => b.score! - a.score!)
    .map((hit) => hit.item);
}
