import { join, resolve } from "node:path";
import { AgentOpError, shortRunId } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { cell, plural } from "../../../present/mod.ts";

interface NotebookFlags {
  readonly install?: true | undefined;
}

export const notebook: CliCommand = {
  register(program, withContext) {
    const command = program.command("notebook").description(
      "open JupyterLab with the kernel that keeps its outputs",
    )
      .argument("[file]", "a notebook, or the folder to begin in")
      .option("--install", "only put the kernel into your Jupyter folder, where every front end finds it")
      .action((file, flags) => withContext((context) => open(context, file ?? ".", flags)));
    command.command("new").description("write a notebook about a run; never overwrites")
      .argument("<name>", "the file; .ipynb is added")
      .option("--run <run>", RUN_ARGUMENT, "last")
      .action((name, { run }) => withContext((context) => write(context, name, run)));
  },
};

async function write(context: Context, name: string, run: string): Promise<void> {
  const { newRunNotebook } = await (await import("../../../app/mod.ts")).loadNotebooks();
  const { path, runId, cells } = await newRunNotebook(context.app, run, name);
  if (context.json) return context.printJson({ path: resolve(path), runId, cells });
  context.print(
    `Wrote ${cell(path)}\n  ${plural(cells, "cell")} about run ${shortRunId(runId)}; agentop notebook ${
      cell(path)
    } opens it`,
  );
}

async function open(context: Context, file: string, { install }: NotebookFlags): Promise<number> {
  const { findFrontEnd, jupyterPathWith, openLab, writeKernelSpec } = await import(
    "../../../notebook/mod.ts"
  );
  const { home, jupyterFolder: usersFolder, jupyterPath } = context.config;
  // Nothing of the user's changes unless asked for.
  const jupyterFolder = install ? usersFolder : resolve(join(home, "jupyter"));
  const kernelSpec = await writeKernelSpec(jupyterFolder);
  const frontEnd = install ? undefined : await findFrontEnd();
  if (context.json) {
    context.printJson({ kernelSpec, installed: install ?? false, frontEnd: frontEnd ?? null });
    return 0;
  }
  if (install) {
    context.print(
      `The kernel "AgentOp Studio (Deno)" is in ${cell(kernelSpec)}: JupyterLab and VS Code offer it.`,
    );
    return 0;
  }
  if (frontEnd === "jupyter") {
    using _ = ignoreInterrupts();
    return await openLab({ path: resolve(file), jupyterFolder, jupyterPath }) === 0 ? 0 : 1;
  }
  if (frontEnd === undefined) {
    throw new AgentOpError("Cannot open a notebook: neither JupyterLab nor VS Code is here", {
      remedy: "pip install jupyterlab",
    });
  }
  const variable = cell(`JUPYTER_PATH=${jupyterPathWith(jupyterFolder, jupyterPath)}`);
  context.print(
    `Open it in VS Code with its Jupyter extension, and choose the kernel "AgentOp Studio (Deno)":\n  ${variable} code ${
      cell(file)
    }\nor, to have it offered always: agentop notebook --install`,
  );
  return 0;
}

/** JupyterLab asks by itself whether Ctrl-C is meant. */
function ignoreInterrupts(): Disposable {
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", ignore) };
}
