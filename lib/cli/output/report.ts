import { AgentOpError, escapeText, isAbortError, messageOf, oneLine, sentenceOf } from "../../core/mod.ts";
import { writeAll } from "../context.ts";

const ERROR_MAX_CHARS = 2000;

/** Prints the one line a person needs and returns the exit code. */
export function report(error: unknown, verbose: boolean): number {
  const known = error instanceof AgentOpError;
  printError(
    known
      ? error.message
      : isAbortError(error)
      ? "Cancelled"
      : sentenceOf({ message: `Cannot go on: ${messageOf(error)}`, remedy: "-v for the trace" }),
  );
  if (verbose && error instanceof Error) {
    for (let it: unknown = error; it instanceof Error; it = it.cause) {
      writeAll(Deno.stderr, `${escapeText(it.stack ?? it.message, { multiline: true })}\n`);
    }
  }
  return known ? error.exitCode : isAbortError(error) ? 130 : 1;
}

function printError(message: string): void {
  writeAll(Deno.stderr, `agentop: ${escapeText(oneLine(message, ERROR_MAX_CHARS))}\n`);
}
