import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { shellWords, startArguments, type StartFlags } from "../install/launcher.ts";

export interface ProgramFolder {
  /** The Deno of the system it is for. */
  readonly deno: Uint8Array;
  /** Folder of the bundle. */
  readonly program: string;
  readonly flags: StartFlags;
}

/** Writes a folder that works wherever it is put: `agentop`, which starts the `deno` beside it on the `program` beside it. */
export async function writeProgramFolder(
  folder: string,
  { deno, program, flags }: ProgramFolder,
): Promise<void> {
  const copy = join(folder, "program");
  await cp(program, copy, { recursive: true });
  // The bundle was made for one person; this is for everybody.
  for (const it of await readdir(copy, { recursive: true, withFileTypes: true })) {
    await Deno.chmod(join(it.parentPath, it.name), it.isDirectory() ? 0o755 : 0o644);
  }
  await Deno.chmod(copy, 0o755);
  await Deno.writeFile(join(folder, "deno"), deno, { mode: 0o755 });
  const start = startArguments(flags);
  const starter = `#!/bin/sh
here=\${0%/*}
case \${1-tui} in
  tui) set -- ${shellWords(start.tui)} "$here/program/main.js" "$@" ;;
  *) set -- ${shellWords(start.cli)} "$here/program/main.js" "$@" ;;
esac
DENO_NO_UPDATE_CHECK=1 exec "$here/deno" "$@"
`;
  await Deno.writeTextFile(join(folder, "agentop"), starter, { mode: 0o755 });
}
