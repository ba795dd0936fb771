import type { Command } from "@commander-js/extra-typings";
import type { Context } from "../context.ts";

/** Runs `action` with a context made from the global flags; its number is the exit code. */
export type WithContext = (action: (context: Context) => Promise<number | void>) => Promise<void>;

/** One file in `commands/` each. `register` adds the command to the program and does nothing else at start-up. */
export interface CliCommand {
  register(program: Command, withContext: WithContext): void;
}
