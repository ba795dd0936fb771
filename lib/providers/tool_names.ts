const VALID = /^[a-zA-Z0-9_-]{1,64}$/;
const LENGTH_MAX = 64;

/**
 * Mistral's API takes only names of letters, digits, `_` and `-`, at most 64, and refuses a conversation in which a model once
 * made up another. Returns a function that leaves valid names alone and maps any other to a valid one: the same to the same,
 * different ones to different ones, and none to a name in `reserved`.
 */
export function createToolNames(reserved: readonly string[]): (name: string) => string {
  const known = new Map<string, string>();
  const taken = new Set(reserved);
  return (name) => {
    if (VALID.test(name)) return name;
    let mapped = known.get(name);
    if (mapped === undefined) {
      const base = name.trim().replace(/[^a-zA-Z0-9_-]+/g, "_").slice(0, LENGTH_MAX) || "unnamed";
      mapped = base;
      for (let count = 2; taken.has(mapped); count++) {
        const suffix = `_${count}`;
        mapped = base.slice(0, LENGTH_MAX - suffix.length) + suffix;
      }
      known.set(name, mapped);
      taken.add(mapped);
    }
    return mapped;
  };
}
