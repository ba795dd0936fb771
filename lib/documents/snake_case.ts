/** Names whose values are somebody's own: what they hold is not renamed. */
const OPAQUE: ReadonlySet<string> = new Set([
  "args",
  "arguments",
  "attributes",
  "config",
  "content",
  "inputMessages",
  "keyValues",
  "left",
  "memory",
  "outputMessages",
  "overrides",
  "response",
  "result",
  "right",
  "set",
  "source",
  "tags",
]);

/**
 * A document of ours as HTTP spells it: names in snake_case, at any depth, but for what people and models named. `left` and `right`
 * of a difference are values; those of a comparison are objects of ours and are renamed by `isOwn`.
 */
export function snakeCased(value: unknown, isOwn: ReadonlySet<string> = new Set()): unknown {
  if (Array.isArray(value)) return value.map((it) => snakeCased(it, isOwn));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      snakeName(name),
      OPAQUE.has(name) && !isOwn.has(name) ? inner : snakeCased(inner, isOwn),
    ]),
  );
}

/** Our own names are few, and asked for again and again. */
const NAMES_MAX = 1_000;
const names = new Map<string, string>();

/** `ci95` and names of people, such as `mistral-large`, stay as they are. */
function snakeName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const snake = /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+$/.test(name)
    ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : name;
  if (names.size < NAMES_MAX) names.set(name, snake);
  return snake;
}
