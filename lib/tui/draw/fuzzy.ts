let fzf: typeof import("fzf") | undefined;
/** Above this, the first place where the letters occur is taken instead of the best: a key must be answered within a frame. */
const BEST_PLACE_ITEMS_MAX = 2_000;

/** Loads what ranks; the first frame has nothing to rank. Until then only text that has the query as it was typed fits. */
export async function loadRanking(): Promise<void> {
  fzf ??= await import("fzf");
}

/**
 * The items whose text has the letters of `query` in order, whatever their case and accents, best first: runs of letters and
 * beginnings of words count more, then shorter texts. Equal ones keep their order.
 */
export function fuzzyFilter<T>(
  items: readonly T[],
  query: string,
  textOf: (item: T) => string,
): readonly T[] {
  const wanted = query.replace(/\s+/g, "");
  if (wanted === "") return items;
  if (!fzf) return items.filter((item) => textOf(item).toLowerCase().includes(query.trim().toLowerCase()));
  const { Fzf, byLengthAsc } = fzf;
  const texts = items.map((item, at) => ({ at, text: textOf(item) }));
  const finder = new Fzf(texts, {
    selector: ({ text }) => text,
    casing: "case-insensitive",
    tiebreakers: [byLengthAsc],
    fuzzy: items.length > BEST_PLACE_ITEMS_MAX ? "v1" : "v2",
  });
  return finder.find(wanted).map((hit) => items[hit.item.at]!);
}
