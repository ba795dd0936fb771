import { basename, dirname, join } from "node:path";
import { cell } from "../present/mod.ts";
import type { Check } from "./check.ts";
import type { AppConfig } from "./config.ts";

const OTHERS = 0o077;
/** Other people's rights to so many files are named. */
const SHOWN_MAX = 3;

/** Whether others of this machine can read what runs hold. Nothing where files have no modes. */
export async function checkPrivacy({ home, storePath }: AppConfig): Promise<readonly Check[]> {
  if (Deno.build.os === "windows") return [];
  const open: string[] = [];
  const look = async (path: string) => {
    const mode = await Deno.stat(path).then((it) => it.mode, () => null);
    if (mode !== null && (mode & OTHERS) !== 0) open.push(path);
  };
  await look(home);
  for (const path of [storePath, `${storePath}-wal`, ...await copiesOf(storePath)]) await look(path);
  const name = "privacy";
  if (open.length === 0) {
    return [{ name, status: "ok", message: "only you can read the home folder and the store" }];
  }
  const shown = open.slice(0, SHOWN_MAX).map((it) => cell(it)).join(", ");
  const more = open.length > SHOWN_MAX ? ` and ${open.length - SHOWN_MAX} more` : "";
  return [{
    name,
    status: "warning",
    message: `others of this machine may read ${shown}${more}`,
    remedy: `chmod go= ${open.map(shellWord).join(" ")}`,
  }];
}

/** Copies that were made before a migration. */
async function copiesOf(storePath: string): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    const prefix = `${basename(storePath)}.backup-`;
    for await (const { name } of Deno.readDir(dirname(storePath))) {
      if (name.startsWith(prefix)) found.push(join(dirname(storePath), name));
    }
  } catch {
    // the check of the store says what is wrong with its folder
  }
  return found;
}

function shellWord(text: string): string {
  return /^[\w/.@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
