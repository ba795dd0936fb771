import type { CommanderError } from "@commander-js/extra-typings";
import { AgentOpError, escapeText, isAbortError, messageOf, oneLine, sentenceOf } from "../../core/mod.ts";
import { writeAll } from "../context.ts";

const ERROR_MAX_CHARS = 2000;

/** Prints the one line a person needs and returns the exit code. */
export function report(error: unknown, verbose: boolean): number {
  const known = error instanceof AgentOpError;
  say(
    known
      ? error.message
      : isAbortError(error)
      ? "Cancelled"
      : sentenceOf(`Cannot go on: ${messageOf(error)}`, "-v for the trace"),
  );
  if (verbose && error instanceof Error) {
    for (let it: unknown = error; it instanceof Error; it = it.cause) {
      writeAll(Deno.stderr, `${escapeText(it.stack ?? it.message, { multiline: true })}\n`);
    }
  }
  return known ? error.exitCode : isAbortError(error) ? 130 : 1;
}

/** The same for what was wrong with the command line itself. */
export function reportUsage(error: CommanderError): number {
  if (error.exitCode === 0) return 0; // --help, --version
  if (error.code === "commander.help") {
    say("Cannot read the command line: a command is missing. Try: agentop --help");
    return 2;
  }
  const [reason, ...rest] = error.message.replace(/^error: /, "").split("\n");
  const hint = rest.join(" ").trim().replace(/^\(|\)$/g, "");
  say(
    `Cannot read the command line: ${reason?.replace(/\.$/, "")}. ${
      hint ? `${hint} ` : ""
    }Try: agentop --help`,
  );
  return 2;
}

function say(message: string): void {
  writeAll(Deno.stderr, `agentop: ${escapeText(oneLine(message, ERROR_MAX_CHARS))}\n`);
}
