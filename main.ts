import { VERSION } from "./lib/cli/frame/version.ts";

if (import.meta.main) {
  // Answered before the command line is loaded: scripts and prompts ask for it often.
  if (Deno.args.length === 1 && Deno.args[0] === "--version") console.log(VERSION);
  else if (Deno.args.length === 1 && Deno.args[0] === "statusline") {
    console.log(await (await import("./lib/cli/commands/statusline/quick.ts")).quickStatusline());
  } else Deno.exit(await (await import("./lib/cli/mod.ts")).main(Deno.args));
}
