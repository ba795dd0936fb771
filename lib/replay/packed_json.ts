/** Lists that the steps of a run repeat: each holds almost what the one before held. */
const REPEATED: ReadonlySet<string> = new Set(["inputMessages", "outputMessages", "messages"]);

/**
 * A value as two lines of JSON: first what stands in lists of messages, each object once, then the value with places in that
 * table instead. A run of a thousand steps would otherwise repeat its conversation a thousand times.
 */
export function packJson(value: unknown): string {
  const places = new Map<unknown, number>();
  const table: string[] = [];
  const place = (entry: unknown): number => {
    let at = places.get(entry);
    if (at === undefined) {
      places.set(entry, at = table.length);
      table.push(JSON.stringify(entry) ?? "null");
    }
    return at;
  };
  const text = JSON.stringify(
    value,
    (key, inner: unknown) => REPEATED.has(key) && Array.isArray(inner) ? inner.map(place) : inner,
  );
  return `[${table.join(",")}]\n${text}`;
}

/** What `packJson` wrote. Throws `SyntaxError`. */
export function unpackJson(text: string): unknown {
  const end = text.indexOf("\n");
  const table = JSON.parse(text.slice(0, end)) as readonly unknown[];
  return JSON.parse(
    text.slice(end + 1),
    (key, inner: unknown) =>
      REPEATED.has(key) && Array.isArray(inner) ? inner.map((at: number) => table[at]) : inner,
  );
}
