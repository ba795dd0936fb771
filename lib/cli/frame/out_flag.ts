import { Option } from "@commander-js/extra-typings";

/**
 * `--out FILE`: where something is written. `--output` is taken as well, by every command that has it alike; help and completion
 * offer the one name.
 */
export function outOption(description: string): Option<"--out <file>"> {
  const option = new Option("--output, --out <file>", description);
  option.flags = "--out <file>";
  return option as unknown as Option<"--out <file>">;
}
