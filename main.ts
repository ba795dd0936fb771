import { VERSION } from "./lib/cli/frame/version.ts";

if (import.meta.main) {
  // Answered before the command line is loaded: scripts and prompts ask for it often.
  const asked = Deno.args.length === 1 ? Deno.args[0] : undefined;
  if (asked === "--version") console.log(VERSION);
  else if (asked !== "statusline" || !await quickStatusline()) {
    Deno.exit(await (await import("./lib/cli/mod.ts")).main(Deno.args));
  }
}

/** `false` where it cannot be said: the whole command line says why. */
async function quickStatusline(): Promise<boolean> {
  try {
    console.log(await (await import("./lib/cli/commands/statusline/quick.ts")).quickStatusline());
    return true;
  } catch {
    return false;
  }
}
