import type { Flags } from "../../context.ts";
import type { TuiFlags } from "./tui.ts";

const VALUES = { "--store": "store", "--home": "home" } as const;

/**
 * The flags of a plain call of the workbench: `agentop`, `agentop tui`, with `--store`, `--home`, `--utc`, `--no-color`, and after
 * `tui` its own. `undefined` for everything else: then the parser of all commands decides, and explains what is wrong.
 */
export function workbenchFlags(
  args: readonly string[],
): { readonly flags: Flags; readonly tui: TuiFlags } | undefined {
  const flags: { store?: string; home?: string; color?: boolean; utc?: boolean } = {};
  const tui: { mouse?: boolean; ascii?: boolean } = {};
  let named = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === "--store" || arg === "--home") {
      const value = args[++index];
      if (value === undefined || value === "" || value.startsWith("-")) return undefined;
      flags[VALUES[arg]] = value;
    } else if (arg === "--no-color") flags.color = false;
    else if (arg === "--utc") flags.utc = true;
    else if (arg === "tui" && !named) named = true;
    else if (arg === "--no-mouse" && named) tui.mouse = false;
    else if (arg === "--ascii" && named) tui.ascii = true;
    else return undefined;
  }
  return { flags, tui };
}
