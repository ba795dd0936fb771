import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { create } from "tar";

/** Packs everything below a folder, below `prefix`; returns how many bytes that is unpacked. The same files always give the same archive. */
export async function tarGz(folder: string, file: string, prefix = ""): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((it) => it.isFile()).map((it) =>
    relative(folder, join(it.parentPath, it.name)).replaceAll("\\", "/")
  );
  await create(
    { cwd: folder, file, gzip: { level: 7 }, portable: true, prefix, mtime: new Date(0) },
    names.sort(),
  );
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
