import { AgentOpError } from "../../../core/mod.ts";
import { readTextFile } from "../../../schema/mod.ts";
import { readStdin } from "../../process/read_text.ts";

const PROMPT_MAX_BYTES = 10_000_000;

/** The prompt of a run: the argument, a file, or stdin. Throws `AgentOpError` when there is none, or two. */
export async function readPrompt(
  agent: string,
  argument: string | undefined,
  file: string | undefined,
): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new AgentOpError(
      `Cannot run ${agent}: there are two prompts, one as an argument and one in --file`,
      {
        remedy: "one of them",
      },
    );
  }
  if (argument !== undefined) return argument;
  if (file !== undefined) {
    return await readTextFile(file, {
      maxBytes: PROMPT_MAX_BYTES,
      verb: "read the prompt from",
      ifMissing: "another --file",
      mayBePipe: true,
    });
  }
  if (Deno.stdin.isTerminal()) {
    throw new AgentOpError(`Cannot run ${agent}: there is no prompt`, {
      remedy: `agentop run ${agent} "your question"`,
    });
  }
  return await readStdin("the prompt", { maxBytes: PROMPT_MAX_BYTES });
}
