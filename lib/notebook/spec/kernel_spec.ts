import { dirname, join } from "node:path";
import { AgentOpError, ownProgram, reasonOf } from "../../core/mod.ts";
import { KERNEL_NAME } from "../../documents/mod.ts";
import { KERNEL_PERMISSIONS } from "../client/start_kernel.ts";

/** How a front end starts the kernel, as its `kernel.json` says. */
export function kernelSpec(): Record<string, unknown> {
  return {
    argv: [
      Deno.execPath(),
      ...ownProgram(KERNEL_PERMISSIONS, ["kernel", "--connection-file", "{connection_file}"]),
    ],
    display_name: "AgentOp Studio (Deno)",
    language: "typescript",
    // A signal would end Deno's kernel.
    interrupt_mode: "message",
  };
}

/** Writes the kernel's description below a folder of Jupyter's; returns where it is. Throws `AgentOpError`. */
export async function writeKernelSpec(jupyterFolder: string): Promise<string> {
  const path = join(jupyterFolder, "kernels", KERNEL_NAME, "kernel.json");
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  } catch (error) {
    throw new AgentOpError(`Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
  return path;
}
