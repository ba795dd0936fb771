import { AgentOpError, ownProgram } from "../../core/mod.ts";
import { connectionText, newConnection } from "../wire/mod.ts";
import { KernelClient } from "./kernel_client.ts";

/** What the kernel's own process may do; the real kernel, which runs the cells, may do everything. */
export const KERNEL_PERMISSIONS: readonly string[] = ["--allow-read", "--allow-run", "--allow-net=127.0.0.1"];

const START_MAX_MS = 30_000;
const STOP_MAX_MS = 5_000;

/** A kernel in a process of its own, as a front end starts it, and the connection to it. */
export class StartedKernel implements AsyncDisposable {
  readonly client: KernelClient;
  /** Its exit code. */
  readonly exitCode: Promise<number>;
  readonly #process: Deno.ChildProcess;

  private constructor(client: KernelClient, process: Deno.ChildProcess) {
    this.client = client;
    this.#process = process;
    this.exitCode = process.status.then(({ code }) => code);
  }

  /** `folder` is where its cells work; `env` is added to what they find in their environment. */
  static async start(folder: string, env: Readonly<Record<string, string>> = {}): Promise<StartedKernel> {
    const connection = newConnection();
    const file = await Deno.makeTempFile({ prefix: "agentop-kernel-", suffix: ".json" });
    try {
      await Deno.writeTextFile(file, connectionText(connection), { mode: 0o600 });
      const process = new Deno.Command(Deno.execPath(), {
        args: ownProgram(KERNEL_PERMISSIONS, ["kernel", "--connection-file", file]),
        cwd: folder,
        env,
        stdin: "null",
        stdout: "null",
        stderr: "inherit",
      }).spawn();
      const tooLate = AbortSignal.timeout(START_MAX_MS);
      const ended = process.status.then(({ code }) => {
        throw new AgentOpError(`Cannot start the kernel: it ended with code ${code}`, { exitCode: 1 });
      });
      ended.catch(() => {});
      try {
        return new StartedKernel(
          await Promise.race([KernelClient.connect(connection, tooLate), ended]),
          process,
        );
      } catch (error) {
        end(process);
        throw error;
      }
    } finally {
      await Deno.remove(file);
    }
  }

  /** Stops what runs now, as the stop button does. */
  async interrupt(): Promise<void> {
    await this.client.request("control", "interrupt_request");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const late = setTimeout(() => end(this.#process), STOP_MAX_MS);
    await this.client.request("control", "shutdown_request", { restart: false }).catch(() =>
      end(this.#process)
    );
    await this.exitCode;
    clearTimeout(late);
    this.client[Symbol.dispose]();
  }
}

function end(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}
