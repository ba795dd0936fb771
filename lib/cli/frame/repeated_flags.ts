import { AgentOpError } from "../../core/mod.ts";

/** For commander: collects a flag that may be given again. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** For commander: collects a repeatable, comma-separated flag. */
export function collectList(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), ...value.split(",").map((it) => it.trim()).filter((it) => it !== "")];
}

/** `key=value` arguments as they were given with `flag`. The value may hold further `=`. Throws `AgentOpError`. */
export function keyValuePairs(flag: string, values: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(values.map((text): [string, string] => {
    const at = text.indexOf("=");
    if (text.slice(0, Math.max(0, at)).trim() === "") {
      const why = at < 0 ? 'it has no "="' : 'there is no name before its "="';
      throw new AgentOpError(`Cannot read ${flag} ${text.slice(0, 80)}: ${why}`, {
        remedy: `${flag} key=value`,
      });
    }
    return [text.slice(0, at).trim(), text.slice(at + 1)];
  }));
}
