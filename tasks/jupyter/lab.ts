import { join } from "node:path";
import { writeKernelSpec } from "../../lib/notebook/mod.ts";
import { Chromium } from "./chromium.ts";

const START_MAX_MS = 60_000;
const TOKEN = crypto.randomUUID().replaceAll("-", "");

/** Folders of its own, so that nothing of the user's is read or changed. */
export async function jupyterEnvironment(folder: string): Promise<Record<string, string>> {
  await writeKernelSpec(join(folder, "data"));
  return {
    JUPYTER_PATH: join(folder, "data"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(folder, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, "workspaces"),
    JUPYTER_PLATFORM_DIRS: "0",
  };
}

/** JupyterLab in `folder`, and a page of it. */
export class Lab implements AsyncDisposable {
  readonly page: Chromium;
  readonly #server: Deno.ChildProcess;

  private constructor(page: Chromium, server: Deno.ChildProcess) {
    this.page = page;
    this.#server = server;
  }

  /** Opens a notebook that lies in `folder`, and waits until its kernel is idle. `env` is what its cells find besides. */
  static async open(
    programs: string,
    chromium: string,
    folder: string,
    notebook: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Lab> {
    const port = freePort();
    const server = new Deno.Command(join(programs, "jupyter"), {
      args: [
        "lab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        `--port=${port}`,
        `--IdentityProvider.token=${TOKEN}`,
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
      ],
      cwd: folder,
      env: { ...env, ...await jupyterEnvironment(join(folder, ".jupyter")) },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await answering(`http://127.0.0.1:${port}/api?token=${TOKEN}`);
      const url = `http://127.0.0.1:${port}/lab/tree/${notebook}?token=${TOKEN}&reset`;
      const lab = new Lab(await Chromium.open(chromium, url), server);
      await lab.page.until(IS_IDLE, START_MAX_MS);
      return lab;
    } catch (error) {
      server.kill("SIGKILL");
      throw error;
    }
  }

  /** Opens another notebook in front of those that are open. */
  async show(notebook: string): Promise<void> {
    const name = JSON.stringify(notebook);
    await this.#command("docmanager:open", `{ path: ${name} }`);
    await this.page.until(
      `jupyterapp.shell.currentWidget.context?.path === ${name} && ${IS_IDLE}`,
      START_MAX_MS,
    );
  }

  async theme(name: "light" | "dark"): Promise<void> {
    const isLight = name === "light";
    await this.#command("apputils:change-theme", `{ theme: "JupyterLab ${isLight ? "Light" : "Dark"}" }`);
    await this.page.until(`document.body.dataset.jpThemeLight === "${isLight}"`, START_MAX_MS);
  }

  async #command(name: string, args: string = "{}"): Promise<void> {
    await this.page.evaluate(`jupyterapp.commands.execute("${name}", ${args}).then(() => 0)`);
  }

  /** Every cell, as the menu does it; then what the file on disk says is what the page shows. */
  async runAll(limitMs: number): Promise<void> {
    await this.page.evaluate(
      `(globalThis.done = false, jupyterapp.commands.execute("notebook:run-all-cells").finally(() => globalThis.done = true), 0)`,
    );
    await this.page.until(`globalThis.done && ${IS_IDLE}`, limitMs);
    await this.#command("docmanager:save");
  }

  async clear(): Promise<void> {
    await this.#command("notebook:clear-all-cell-outputs");
  }

  /** Restarts the kernel; how long until it was idle again. */
  async restart(limitMs: number): Promise<number> {
    const begun = performance.now();
    await this.page.evaluate(`${KERNEL}.restart()`);
    await this.page.until(IS_IDLE, limitMs);
    return performance.now() - begun;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.evaluate(`${KERNEL}.shutdown()`).catch(() => {});
    await this.page[Symbol.asyncDispose]();
    this.#server.kill("SIGTERM");
    await this.#server.status;
  }
}

const KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel";
const IS_IDLE = `${KERNEL}.status === "idle"`;

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answering(url: string): Promise<void> {
  const end = performance.now() + START_MAX_MS;
  while (true) {
    try {
      if ((await (await fetch(url)).text()).includes("version")) return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
