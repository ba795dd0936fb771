/** Linux magic numbers of file systems that other machines serve (linux/magic.h, and the sources of CIFS and Lustre). */
const NETWORK = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x5346414f, // AFS
  0x73757245, // Coda
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
]);

/** What kind of file system a folder is on; `undefined` where nobody may ask, or where it is a disk of this machine. */
export function fileSystemType(folder: string): number | undefined {
  try {
    if (isOnDisk(folder)) return undefined;
    // Not allowed means not known: a question about permissions would stand in the way.
    const { state } = Deno.permissions.querySync({ name: "sys", kind: "statfs" });
    if (state !== "granted") return undefined;
    // Node's files take longer to load than a list of runs takes to read.
    return Number(process.getBuiltinModule("node:fs").statfsSync(folder).type);
  } catch {
    return undefined;
  }
}

/** Linux gives file systems without a device of their own the major number 0: those of other machines, and some of memory. */
function isOnDisk(folder: string): boolean {
  return Deno.build.os === "linux" && (Deno.statSync(folder).dev >> 8 & 0xfff) !== 0;
}

/** Processes on several machines would each believe they are alone: SQLite's write-ahead log needs memory that they share. */
export function isNetwork(type: number | undefined): boolean {
  return type !== undefined && NETWORK.has(type >>> 0);
}
