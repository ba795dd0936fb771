import type { CliCommand } from "../../frame/command.ts";

/** What JupyterLab, VS Code or another front end starts. It takes nothing from the environment, and prints nothing. */
export const kernel: CliCommand = {
  register(program) {
    program.command("kernel").description("the Jupyter kernel that keeps its outputs; front ends start it")
      .requiredOption("--connection-file <file>", "where the front end says how it is reached")
      .action(async ({ connectionFile }) => {
        const { serveKernel } = await import("../../../notebook/mod.ts");
        await serveKernel(connectionFile, onInterrupt);
      });
  },
};

/** Some front ends interrupt by a signal, whatever the kernel asks for. */
function onInterrupt(interrupt: () => void): Disposable {
  Deno.addSignalListener("SIGINT", interrupt);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", interrupt) };
}
