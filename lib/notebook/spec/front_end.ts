import { delimiter } from "node:path";
import { AgentOpError, reasonOf } from "../../core/mod.ts";
import { KERNEL_NAME } from "../../documents/mod.ts";

/** A program that shows notebooks. */
export type FrontEnd = "jupyter" | "code";

const ASK: Readonly<Record<FrontEnd, string[]>> = {
  jupyter: ["lab", "--version"],
  code: ["--version"],
};

/** The first of the programs that is there. */
export async function findFrontEnd(): Promise<FrontEnd | undefined> {
  for (const name of ["jupyter", "code"] as const) {
    try {
      const options = { args: ASK[name], stdin: "null", stdout: "null", stderr: "null" } as const;
      if ((await new Deno.Command(name, options).output()).success) return name;
    } catch {
      // It is not there.
    }
  }
  return undefined;
}

export interface OpenLabOptions {
  /** A notebook, or the folder to begin in. */
  readonly path: string;
  /** Where the kernel's description is. */
  readonly jupyterFolder: string;
  /** What `JUPYTER_PATH` is already. */
  readonly jupyterPath: string | undefined;
}

/** Opens JupyterLab with the kernel as its first choice; resolves with its exit code when it ends. */
export async function openLab({ path, jupyterFolder, jupyterPath }: OpenLabOptions): Promise<number> {
  try {
    const { code } = await new Deno.Command("jupyter", {
      args: ["lab", `--MultiKernelManager.default_kernel_name=${KERNEL_NAME}`, "--", path],
      env: { JUPYTER_PATH: jupyterPathWith(jupyterFolder, jupyterPath) },
    }).spawn().status;
    return code;
  } catch (error) {
    throw new AgentOpError(`Cannot open JupyterLab: ${reasonOf(error)}`, { cause: error });
  }
}

/** `JUPYTER_PATH` with one folder more. */
export function jupyterPathWith(folder: string, path: string | undefined): string {
  return path === undefined ? folder : `${folder}${delimiter}${path}`;
}
