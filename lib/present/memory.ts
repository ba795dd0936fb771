import { plural } from "./numbers.ts";

/** What a step did to an agent's memory: `2 messages added, 1 key changed`. */
export function memoryChangeText(
  { added, removed, changed, keys }: {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly keys: number;
  },
): string {
  return [
    ...(added > 0 ? [`${plural(added, "message")} added`] : []),
    ...(removed > 0 ? [`${plural(removed, "message")} removed`] : []),
    ...(changed > 0 ? [`${plural(changed, "message")} changed`] : []),
    ...(keys > 0 ? [`${plural(keys, "key")} changed`] : []),
  ].join(", ") || "nothing new";
}
