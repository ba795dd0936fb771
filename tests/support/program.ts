import { fileURLToPath } from "node:url";

/** The program as it is handed out where the whole suite runs, which builds it once; else its source. */
const MAIN = Deno.env.get("AGENTOP_TEST_PROGRAM") ?? fileURLToPath(new URL("../../main.ts", import.meta.url));
/** Holds the permission sets, which are all that the program gets. */
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** The words that start `agentop` with the permissions of a set, its own arguments to follow. */
export function programCommand(permissions: "cli" | "tui" | "server"): readonly string[] {
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", `-P=${permissions}`, "--config", CONFIG, MAIN];
}

/** The same for a shell. */
export function programLine(permissions: "cli" | "tui" | "server"): string {
  return programCommand(permissions).map((word) => `'${word}'`).join(" ");
}
