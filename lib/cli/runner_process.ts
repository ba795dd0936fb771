import type { Context } from "./context.ts";
import { ENVIRONMENT, LIBRARY_ENVIRONMENT } from "./config.ts";

/** What a runner process may do: agents choose files, hosts and code tools. Nothing may be loaded or asked for at run time. */
export const RUNNER_PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-run",
  "--allow-sys=hostname",
  `--allow-env=${[...ENVIRONMENT, ...LIBRARY_ENVIRONMENT].join(",")}`,
];

/** Starts a runner process that outlives this one. Resolves with its exit code when it ends while this one lives. */
export function startRunnerProcess(context: Context, runId: string): Promise<number> {
  const { storePath, home } = context.config;
  const args = ["--store", storePath, "--home", home, "execute", runId];
  const standalone = Deno.build.standalone;
  const child = new Deno.Command(Deno.execPath(), {
    args: standalone ? args : ["run", "--quiet", ...RUNNER_PERMISSIONS, Deno.mainModule, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  return child.status.then(({ code }) => code);
}
