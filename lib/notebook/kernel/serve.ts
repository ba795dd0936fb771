import { AgentOpError } from "../../core/mod.ts";
import { readConnectionFile } from "../wire/mod.ts";
import { KernelSession } from "./session.ts";

/** The program that has Deno's kernel in it: this one, unless it is a compiled program. */
export function denoProgram(): string {
  return Deno.build.standalone ? "deno" : Deno.execPath();
}

/**
 * Serves the front end that wrote the connection file until it says to stop, or `signal` does. Nothing is written to standard
 * output. Throws `AgentOpError` when the file cannot be used, and when the real kernel is gone.
 */
export async function serveKernel(
  connectionFile: string,
  onSignal: (interrupt: () => void) => Disposable,
): Promise<void> {
  const connection = await readConnectionFile(connectionFile);
  await using session = new KernelSession(connection, denoProgram());
  using _ = onSignal(() => void session.interrupt().catch(() => {}));
  const ending = await session.ended;
  if (ending.kind === "died") {
    throw new AgentOpError(`Cannot go on with the notebook: Deno's kernel is gone: ${ending.why}`, {
      exitCode: 1,
    });
  }
}
