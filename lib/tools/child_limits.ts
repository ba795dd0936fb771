/** What the operating system holds a child to, beside the permissions it has not got. */
export interface ChildLimits {
  /** No file may grow beyond it, temporary files of libraries included. Blocks of 512 bytes, 1,024 in some shells. */
  readonly fileBlocks: number;
  /** Of all its threads together. */
  readonly cpuSeconds: number;
  /** It sees no process but its own, has mounts of its own, and so many threads at most. @default false */
  readonly isolated?: boolean;
}

export interface Launcher {
  /** Starts what follows it within the limits. Empty: there is no way to. */
  readonly prefix: (limits: ChildLimits) => readonly string[];
  /** What isolated children are not held to here, in words; empty when all limits hold. */
  readonly missing: readonly string[];
}

/** Where programs of the system are, the first that works counts. Others for tests. */
export interface LauncherPlaces {
  readonly shell: string;
  readonly folders: readonly string[];
}

const PLACES: LauncherPlaces = {
  shell: "/bin/sh",
  folders: ["/usr/bin", "/bin", "/run/current-system/sw/bin"],
};

/** A shell sets what every Unix has. A write beyond the limit fails there instead of ending the child. */
const LIMITS = `trap '' XFSZ
ulimit -c 0
ulimit -f "$1"
ulimit -S -t "$2"
ulimit -H -t "$3"`;

const PID_MAX = "/proc/sys/kernel/pid_max";

/** The shell becomes the child. */
const SCRIPT = `${LIMITS}
shift 3
exec "$@"`;

/**
 * The shell stays the first process of the namespace, which could not end itself, and says nothing of how the child ended. A
 * number of processes is for the namespace alone.
 */
const ISOLATED_SCRIPT = `${LIMITS}
[ "$4" = 0 ] || echo "$4" > ${PID_MAX} || exit 126
shift 4
exec 3>&2 2>/dev/null
"$@" 2>&3 3>&-
exit $?`;

/** Of one child, its threads counted. Deno starts a dozen, and more on machines of many processors. */
const TASKS_MAX = 400;
const NAMESPACES: readonly string[] = ["--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"];

let launcher: Promise<Launcher> | undefined;

/** What this system and the permissions of this program allow, found out once. Never throws. */
export function childLauncher(): Promise<Launcher> {
  return launcher ??= findLauncher();
}

/** Looks for what starts a child that dies with its parent, is alone, and is held to limits. */
export async function findLauncher({ shell, folders }: LauncherPlaces = PLACES): Promise<Launcher> {
  const onLinux = Deno.build.os === "linux";
  const [limiting, dying, alone] = await Promise.all([
    works([shell, "-c", "ulimit -f 0 && ulimit -c 0"]),
    firstThatWorks(
      onLinux ? folders.map((folder) => [`${folder}/setpriv`, "--pdeathsig", "KILL", "--"]) : [],
      (found) => [found[0]!, "--version"],
    ),
    findNamespaces(shell, onLinux ? folders : []),
  ]);
  const isolating = limiting && alone !== undefined;
  return {
    prefix: ({ fileBlocks, cpuSeconds, isolated }) => {
      if (!limiting) return dying ?? [];
      const limits = [String(fileBlocks), String(cpuSeconds), String(cpuSeconds + 1)];
      return isolated && isolating
        ? [...dying ?? [], ...alone.prefix, shell, "-c", ISOLATED_SCRIPT, shell, ...limits, alone.pidMax]
        : [...dying ?? [], shell, "-c", SCRIPT, shell, ...limits];
    },
    missing: [
      ...(limiting ? [] : ["may fill the disk with temporary files, and is not limited in processor time"]),
      ...(dying ? [] : ["outlives a killed parent when it stopped itself"]),
      ...(isolating ? [] : ["sees other processes, without namespaces of its own"]),
      ...(isolating && alone.counted ? [] : ["may start any number of threads that its memory has room for"]),
    ],
  };
}

interface Namespaces {
  readonly prefix: readonly string[];
  /** What the script writes as the highest number of a process; "0" for nothing. */
  readonly pidMax: string;
  readonly counted: boolean;
}

/**
 * Who may make namespaces as they are does; others get a user namespace with them, in which the system's limit on the number of
 * processes counts those inside alone. That limit never holds for root, for whom newer systems number processes by namespace.
 */
async function findNamespaces(shell: string, folders: readonly string[]): Promise<Namespaces | undefined> {
  const isFirst = [shell, "-c", '[ "$$" = 1 ]'];
  const prefixes = (more: readonly string[]) =>
    folders.map((folder) => [`${folder}/unshare`, ...more, ...NAMESPACES, "--"]);
  const [plain, user] = await Promise.all([
    firstThatWorks(prefixes([]), () => isFirst),
    firstThatWorks(prefixes(["--user", "--map-current-user"]), () => isFirst),
  ]);
  if (plain) {
    const sets = [shell, "-c", `echo ${TASKS_MAX} > ${PID_MAX}`];
    // Before Linux 6.14 the highest number of a process is the whole system's: never to be touched there.
    const counted = await works([shell, "-c", NUMBERS_BY_NAMESPACE]) && await works([...plain, ...sets]);
    return { prefix: plain, pidMax: counted ? String(TASKS_MAX) : "0", counted };
  }
  if (!user) return undefined;
  const atMost = (tasks: number) =>
    folders.map((folder) => [...user, `${folder}/prlimit`, `--nproc=${tasks}:${tasks}`, "--"]);
  const forks = [shell, "-c", "(:) && :"];
  const [few, none] = await Promise.all([
    // Where the system counts all processes of a user, these are too few.
    firstThatWorks(atMost(5), () => forks),
    firstThatWorks(atMost(1), () => forks),
  ]);
  const counted = few !== undefined && none === undefined;
  const limit = few?.map((word) => word.startsWith("--nproc=") ? `--nproc=${TASKS_MAX}:${TASKS_MAX}` : word);
  return { prefix: counted ? limit! : user, pidMax: "0", counted };
}

/** Asked of the shell: this program may not look there itself. */
const NUMBERS_BY_NAMESPACE = `IFS=.- read -r major minor rest < /proc/sys/kernel/osrelease
[ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 14 ]; }`;

/** The first of the prefixes with which a program ends well. */
async function firstThatWorks(
  prefixes: readonly (readonly string[])[],
  program: (prefix: readonly string[]) => readonly string[],
): Promise<readonly string[] | undefined> {
  for (const prefix of prefixes) if (await works([...prefix, ...program(prefix)])) return prefix;
  return undefined;
}

/** Whether the program may be run and does what it is asked: the `setpriv` of busybox, for one, does not. */
async function works([command = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    if ((await Deno.permissions.query({ name: "run", command })).state !== "granted") return false;
    const { success } = await new Deno.Command(command, {
      args,
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
