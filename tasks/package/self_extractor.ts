import { join } from "node:path";
import { tarGz } from "./archive.ts";
import { sha256 } from "./deno_binary.ts";
import { type ProgramFolder, writeProgramFolder } from "./program_folder.ts";

const HEAD = new URL("./head.sh", import.meta.url);
const BYTES_PER_MB = 1_000_000;

export interface SelfExtractor extends ProgramFolder {
  readonly version: string;
  /** The system it is for, as it is told to people. */
  readonly system: string;
}

/** Writes one file that a shell starts: it unpacks Deno and the bundle, once, and runs them. */
export async function writeSelfExtractor(file: string, facts: SelfExtractor): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "agentop-package-" });
  try {
    const inside = join(folder, "inside");
    await writeProgramFolder(inside, facts);
    const size = await tarGz(inside, join(folder, "payload"));
    const payload = await Deno.readFile(join(folder, "payload"));
    const head = new TextEncoder().encode(await headText(facts, payload, size));
    // Beside its place first: nobody meets half a program.
    await Deno.writeFile(`${file}.new`, new Blob([head, payload]).stream(), { mode: 0o755 });
    await Deno.rename(`${file}.new`, file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function headText(facts: SelfExtractor, payload: Uint8Array, size: number): Promise<string> {
  const values: Record<string, string> = {
    VERSION: facts.version,
    TARGET: facts.system,
    HASH: sha256(payload),
    BYTES: String(payload.length),
    SPACE: String(Math.ceil(size / BYTES_PER_MB)),
  };
  const text = await Deno.readTextFile(HEAD);
  return text.replace(/@([A-Z]+)@/g, (_, name: string) => values[name]!);
}
