import { dirname } from "node:path";
import { AgentOpError, reasonOf } from "../../../core/mod.ts";

const STATE_BYTES_MAX = 256 * 1024;

/** What the workbench kept in `path`; `undefined` when nothing is there. Throws `AgentOpError` for a file that cannot be used. */
export async function loadTuiState(path: string): Promise<unknown> {
  const unusable = (reason: string) =>
    new AgentOpError(`Cannot use ${path}: ${reason}`, {
      remedy: "correct or delete it; the defaults are used",
    });
  let text: string;
  try {
    const { size } = await Deno.stat(path);
    if (size > STATE_BYTES_MAX) throw unusable(`it has ${size} bytes, at most ${STATE_BYTES_MAX} are read`);
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error instanceof AgentOpError ? error : unusable(reasonOf(error));
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(`it is not JSON (${reasonOf(error).slice(0, 80)})`);
  }
}

/** Replaces the file in one step, so that a crash leaves the old or the new one. */
export async function saveTuiState(path: string, state: unknown): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const next = `${path}.${Deno.pid}.new`;
  await Deno.writeTextFile(next, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await Deno.rename(next, path);
}
