import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isObject, ownProgram, tryParseJson } from "../../core/mod.ts";
import { KERNEL_NAME } from "../../documents/mod.ts";
import { cell } from "../../present/mod.ts";
import { findFrontEnd } from "./front_end.ts";

/** What is to be known of the kernel, a line of `agentop doctor`. */
export interface KernelCheck {
  readonly name: "notebooks";
  readonly status: "ok" | "warning";
  readonly message: string;
  readonly remedy?: string;
}

const INSTALL = "agentop notebook --install";

/**
 * Whether front ends can start the kernel: is its description in one of Jupyter's folders, and is the program there that it
 * names; and is there a front end. Never throws.
 */
export async function checkKernel(jupyterFolders: readonly string[]): Promise<readonly KernelCheck[]> {
  const name = "notebooks";
  const found: KernelCheck[] = [];
  for (const folder of jupyterFolders) {
    const path = join(folder, "kernels", KERNEL_NAME, "kernel.json");
    const text = await Deno.readTextFile(path).catch(() => undefined);
    if (text === undefined) continue;
    const missing = await missingIn(text);
    found.push(
      missing === undefined
        ? {
          name,
          status: "ok",
          message: `the kernel is in ${cell(path)}${isOwn(text) ? "" : ", of another agentop"}`,
        }
        : { name, status: "warning", message: `${cell(path)} ${missing}`, remedy: INSTALL },
    );
  }
  const frontEnd = await findFrontEnd();
  const shown = { jupyter: "JupyterLab is here", code: "VS Code is here, JupyterLab is not" };
  return [
    ...(found.length > 0 ? found : [
      {
        name,
        status: "ok",
        message: `agentop notebook brings the kernel along; ${INSTALL} offers it in every front end`,
      } as const,
    ]),
    frontEnd ? { name, status: "ok", message: shown[frontEnd] } : {
      name,
      status: "ok",
      message: "neither JupyterLab nor VS Code is here: pip install jupyterlab, to open notebooks",
    },
  ];
}

/** What a description names and what is not there; `undefined`: all is. */
async function missingIn(text: string): Promise<string | undefined> {
  const spec = tryParseJson(text);
  const argv = isObject(spec) && Array.isArray(spec.argv) ? spec.argv.map(String) : [];
  const [deno, ...others] = argv;
  if (deno === undefined) return "is no description of a kernel";
  const files = [deno, ...others.filter((it) => it.startsWith("file://")).map(pathOf)];
  for (const file of files) {
    // A program without a folder is looked for by whoever starts it.
    if (!/[\\/]/.test(file)) continue;
    if (!await Deno.stat(file).then((it) => it.isFile, () => false)) {
      return `starts ${cell(file)}, which is not there`;
    }
  }
  return undefined;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

function isOwn(text: string): boolean {
  const program = ownProgram(["--allow-read"], []).at(-1);
  return program !== undefined && text.includes(JSON.stringify(program));
}
