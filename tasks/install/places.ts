import { delimiter, join, resolve } from "node:path";
import type { Shell } from "../../lib/cli/commands/completions/scripts.ts";

/** What of the environment says where things belong. */
export interface Surroundings {
  readonly env: (name: string) => string | undefined;
  readonly os: string;
  /** What `--dir` says. */
  readonly dir?: string | undefined;
}

export interface Places {
  /** The bundle, and the list of what was written. */
  readonly program: string;
  readonly manifest: string;
  /** Where the launcher goes. */
  readonly bin: string;
  readonly launcher: string;
  /** Where shells look for completions, all in folders of this person. */
  readonly completions: Readonly<Record<Shell, string>>;
}

/** Throws an `Error` where no folder of this person can be found. */
export function placesOf({ env, os, dir }: Surroundings): Places {
  const isWindows = os === "windows";
  const home = env("HOME") || env("USERPROFILE");
  if (!home) throw new Error("Cannot install agentop: HOME is not set. Try: HOME=FOLDER");
  const data = (isWindows && env("LOCALAPPDATA")) || env("XDG_DATA_HOME") || join(home, ".local", "share");
  const config = env("XDG_CONFIG_HOME") || join(home, ".config");
  const bin = resolve(dir ?? join(home, ".local", "bin"));
  const program = join(data, "agentop-program");
  return {
    program,
    manifest: join(data, "agentop-program.json"),
    bin,
    launcher: join(bin, isWindows ? "agentop.cmd" : "agentop"),
    completions: {
      bash: join(data, "bash-completion", "completions", "agentop"),
      zsh: join(data, "zsh", "site-functions", "_agentop"),
      fish: join(config, "fish", "completions", "agentop.fish"),
    },
  };
}

/** What makes each shell find its completions. */
export function completionHint(shell: Shell, path: string): string {
  if (shell === "bash") {
    return "bash finds it through the package bash-completion; without that: source <(agentop completions bash) in ~/.bashrc";
  }
  return shell === "fish"
    ? "fish finds it by itself"
    : `zsh finds it when ~/.zshrc says before compinit: fpath=(${path.replace(/[/\\][^/\\]*$/, "")} $fpath)`;
}

export function isOnPath(bin: string, { env, os }: Surroundings): boolean {
  const same = (folder: string) => os === "windows" ? resolve(folder).toLowerCase() : resolve(folder);
  return (env("PATH") ?? "").split(delimiter).some((folder) => folder !== "" && same(folder) === same(bin));
}

/** How a folder gets on the PATH of the shell in use. */
export function pathHint(bin: string, { env, os }: Surroundings): string {
  if (os === "windows") {
    return `[Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path','User') + ';${bin}', 'User')` +
      "   # in PowerShell; then a new terminal";
  }
  const shell = (env("SHELL") ?? "").split("/").at(-1);
  if (shell === "fish") return `fish_add_path '${bin}'`;
  const file = shell === "zsh" ? "~/.zshrc" : shell === "bash" ? "~/.bashrc" : "~/.profile";
  return `echo 'export PATH="${bin}:$PATH"' >> ${file}   # then a new terminal`;
}
