import { AgentOpError } from "../../../core/mod.ts";
import { readTextFile } from "../../../schema/mod.ts";
import { readStdin } from "../../process/read_text.ts";

const PROMPT_MAX_BYTES = 10_000_000;
const STDIN = "-";

/**
 * The prompt of a run: the argument and the file, in this order, or stdin without either; "-" stands for stdin. Throws
 * `AgentOpError` when there is none.
 */
export async function readPrompt(
  agent: string,
  argument: string | undefined,
  file: string | undefined,
): Promise<string> {
  if (argument === STDIN && file === STDIN) {
    throw new AgentOpError(
      `Cannot run ${agent}: stdin can be read once, and both prompt and --file are "-"`,
      {
        remedy: "one of them",
      },
    );
  }
  if (argument === undefined && file === undefined && Deno.stdin.isTerminal()) {
    throw new AgentOpError(`Cannot run ${agent}: there is no prompt`, {
      remedy: `agentop run ${agent} "your question"`,
    });
  }
  if (argument === undefined && file === undefined) return await readStdinPrompt();
  const parts = [
    ...(argument === undefined ? [] : [argument === STDIN ? await readStdinPrompt() : argument]),
    ...(file === undefined ? [] : [file === STDIN ? await readStdinPrompt() : await readPromptFile(file)]),
  ];
  return parts.join("\n\n");
}

async function readStdinPrompt(): Promise<string> {
  return await readStdin("the prompt", { maxBytes: PROMPT_MAX_BYTES, mayHoldNul: true });
}

async function readPromptFile(file: string): Promise<string> {
  return await readTextFile(file, {
    maxBytes: PROMPT_MAX_BYTES,
    verb: "read the prompt from",
    ifMissing: "another --file",
    mayBePipe: true,
    mayHoldNul: true,
  });
}
