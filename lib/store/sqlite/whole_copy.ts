import { backup, DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { createPrivate } from "./private_file.ts";

/** All pages in one step: between steps others write, and SQLite begins anew; a busy store was never copied. */
const ALL_PAGES = -1;
const PROBLEMS_MAX = 1;

/**
 * Copies a database to a file that does not exist yet. It is made beside that file, checked, brought to the disk, and only then
 * named: whoever is killed meanwhile leaves nothing under the name. Throws what SQLite and the file system throw.
 */
export async function copyWhole(sqlite: DatabaseSync, target: string): Promise<void> {
  const part = `${target}.part-${crypto.randomUUID().slice(0, 8)}`;
  try {
    createPrivate(part);
    await backup(sqlite, part, { rate: ALL_PAGES });
    check(part);
    {
      using file = await Deno.open(part, { read: true, write: true });
      await file.sync();
    }
    await nameOnce(part, target);
  } finally {
    for (const left of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) {
      await Deno.remove(left).catch(() => {});
    }
  }
}

/** Also leaves the write-ahead log: the copy is one file, and can be read in a folder that nobody may write to. */
function check(path: string): void {
  using copy = new DatabaseSync(path);
  copy.prepare("pragma journal_mode = delete").get();
  const problems = copy.prepare(`pragma integrity_check(${PROBLEMS_MAX})`).all().map((row) =>
    String(Object.values(row)[0])
  ).filter((it) => it !== "ok");
  if (problems.length > 0) throw new Error(`the copy is damaged, as its original must be: ${problems[0]}`);
  // Where it takes the place of the original, it has not lost what came after it. Older stores have no such number.
  if (copy.prepare("select 1 from pragma_table_info('clock') where name = 'generation'").get()) {
    copy.exec("update clock set generation = random() >> 16");
  }
}

/** Gives a finished file its name, never over another file, and brings that to the disk. */
async function nameOnce(part: string, target: string): Promise<void> {
  try {
    await Deno.link(part, target);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    await Deno.rename(part, target); // a file system without links
  }
  try {
    using folder = await Deno.open(dirname(target));
    await folder.sync();
  } catch { /* not on every system */ }
}
