import { createHash } from "node:crypto";
import { dirname } from "node:path";

/** What an installation has written: files by the hash of their content, and whole folders. */
export interface Manifest {
  readonly files: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
}

export const NOTHING: Manifest = { files: {}, folders: [] };

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export async function readManifest(path: string): Promise<Manifest> {
  try {
    const { files = {}, folders = [] } = JSON.parse(await Deno.readTextFile(path)) as Partial<Manifest>;
    return { files, folders };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NOTHING;
    throw new Error(
      `Cannot read ${path}: it does not say what was installed. Try: remove it, and agentop by hand`,
    );
  }
}

export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What stands in a file; `undefined` when there is none. A link is looked at itself: it is not ours. */
export async function contentOf(path: string): Promise<string | undefined> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (!info) return undefined;
  return info.isFile ? await Deno.readTextFile(path).catch(() => "") : "";
}
