import { dirname } from "node:path";
import { AgentOpError, reasonOf } from "../../../core/mod.ts";
import { readTextFileIfThere } from "../../../schema/mod.ts";

const STATE_BYTES_MAX = 250_000;

/** What the workbench kept in `path`; `undefined` when nothing is there. Throws `AgentOpError` for a file that cannot be used. */
export async function loadTuiState(path: string): Promise<unknown> {
  try {
    const text = await readTextFileIfThere(path, { maxBytes: STATE_BYTES_MAX, verb: "use" });
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    const reason = error instanceof AgentOpError
      ? error.reason
      : `Cannot use ${path}: it is not JSON (${reasonOf(error).slice(0, 80)})`;
    throw new AgentOpError(reason, { remedy: "correct or delete it; the defaults are used" });
  }
}

export async function saveTuiState(path: string, state: unknown): Promise<void> {
  await replaceFile(path, `${JSON.stringify(state, null, 2)}\n`);
}

/** Keeps what no clipboard takes, for its owner only; the path. Throws `AgentOpError` where it cannot be written. */
export async function keepCopy(path: string, text: string): Promise<string> {
  try {
    await replaceFile(path, text);
    return path;
  } catch (error) {
    throw new AgentOpError(`Cannot copy: ${path} cannot be written (${reasonOf(error).slice(0, 80)})`, {
      remedy: "o, which opens it in your editor",
    });
  }
}

/** In one step, so that a crash leaves the old or the new file. */
async function replaceFile(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${Deno.pid}.new`;
  await Deno.writeTextFile(next, text, { mode: 0o600 });
  await Deno.rename(next, path);
}
