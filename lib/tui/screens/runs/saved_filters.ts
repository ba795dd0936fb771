/** A filter that a person gave a name. */
export interface SavedFilter {
  readonly name: string;
  readonly text: string;
}

const FILTER_LENGTH_MAX = 2_000;
const NAME_LENGTH_MAX = 40;
const FILTERS_MAX = 50;

/** With this filter, in place of another one of that name; the newest first. */
export function withFilter(
  saved: readonly SavedFilter[],
  name: string,
  text: string,
): readonly SavedFilter[] {
  const short = name.trim().slice(0, NAME_LENGTH_MAX);
  if (short === "" || text === "") return saved;
  return [{ name: short, text }, ...saved.filter((it) => it.name !== short)].slice(0, FILTERS_MAX);
}

/** What a file holds, which may be anything. */
export function readFilters(value: unknown): readonly SavedFilter[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, FILTERS_MAX).flatMap((it: unknown): readonly SavedFilter[] => {
    if (typeof it !== "object" || it === null) return [];
    const { name, text } = it as Record<string, unknown>;
    const filter = readFilter(text);
    return typeof name === "string" && name !== "" && filter !== undefined
      ? [{ name: name.slice(0, NAME_LENGTH_MAX), text: filter }]
      : [];
  });
}

export function readFilter(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, FILTER_LENGTH_MAX) : undefined;
}
