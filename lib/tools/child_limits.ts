/** What the operating system holds a child to, beside the permissions it has not got. */
export interface ChildLimits {
  /** No file may grow beyond it, temporary files of libraries included. Blocks of 512 bytes, 1,024 in some shells. */
  readonly fileBlocks: number;
  /** Of all its threads together. */
  readonly cpuSeconds: number;
}

export interface Launcher {
  /** Starts what follows it, as the same process, within the limits. Empty: there is no way to. */
  readonly prefix: (limits: ChildLimits) => readonly string[];
  /** What children are not held to here, in words; empty when all limits hold. */
  readonly missing: readonly string[];
}

const SHELL = "/bin/sh";
const SETPRIV_PATHS: readonly string[] = [
  "/usr/bin/setpriv",
  "/bin/setpriv",
  "/run/current-system/sw/bin/setpriv",
];

/**
 * A shell sets what every Unix has, and then becomes the child. A write beyond the limit fails there instead of ending the
 * child. The number of processes is not limited: the system counts all of the user's, so that a number fit for one child
 * would keep it from starting; and a child without permissions starts none.
 */
const SCRIPT = `trap '' XFSZ
ulimit -c 0
ulimit -f "$1"
ulimit -S -t "$2"
ulimit -H -t "$3"
shift 3
exec "$@"`;

let launcher: Promise<Launcher> | undefined;

/** What this system and the permissions of this program allow, found out once. Never throws. */
export function childLauncher(): Promise<Launcher> {
  return launcher ??= findLauncher();
}

/** Looks at each of the paths for what starts a child that dies with its parent. */
export async function findLauncher(setprivPaths = SETPRIV_PATHS, shell = SHELL): Promise<Launcher> {
  const limiting = await works(shell, ["-c", "ulimit -f 0 && ulimit -c 0"]);
  const dying: string[] = [];
  for (const path of Deno.build.os === "linux" ? setprivPaths : []) {
    const args = ["--pdeathsig", "KILL", "--"];
    if (!await works(path, [...args, path, "--version"])) continue;
    dying.push(path, ...args);
    break;
  }
  return {
    prefix: ({ fileBlocks, cpuSeconds }) => [
      ...dying,
      ...(limiting
        ? [shell, "-c", SCRIPT, shell, String(fileBlocks), String(cpuSeconds), String(cpuSeconds + 1)]
        : []),
    ],
    missing: [
      ...(limiting ? [] : ["may fill the disk with temporary files, and is not limited in processor time"]),
      ...(dying.length > 0 ? [] : ["outlives a killed parent when it stopped itself"]),
    ],
  };
}

/** Whether the program may be run and does what it is asked: the `setpriv` of busybox, for one, does not. */
async function works(command: string, args: readonly string[]): Promise<boolean> {
  try {
    if ((await Deno.permissions.query({ name: "run", command })).state !== "granted") return false;
    const { success } = await new Deno.Command(command, {
      args: [...args],
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
