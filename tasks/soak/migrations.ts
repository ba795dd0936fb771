import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { openStore } from "../../lib/store/mod.ts";
import type { SoakResult } from "./check.ts";

const CHILD = new URL("./migrate_child.ts", import.meta.url).pathname;
const STORES = new URL("../../tests/fixtures/stores/", import.meta.url);
const KILLS_EACH = 40;

interface Fixture {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Brings stores of every release up to date, killed at some moment of it: the store is the old one or the new one, never something between. */
export async function migrations(untilMs: number): Promise<SoakResult> {
  const problems: string[] = [];
  const fixtures: Fixture[] = [];
  for await (const { name } of Deno.readDir(STORES)) {
    if (!name.endsWith(".gz")) continue;
    fixtures.push({ name, bytes: gunzipSync(await Deno.readFile(new URL(name, STORES))) });
  }
  let [tried, old, longestMs] = [0, 0, 0];
  for (let at = 0; at < KILLS_EACH; at++) {
    for (const fixture of fixtures) {
      if (at > 0 && performance.now() > untilMs) break;
      const folder = await Deno.makeTempDir();
      try {
        const tookMs = at === 0 ? undefined : longestMs * (at - 1) / (KILLS_EACH - 2);
        const end = await cutShort(fixture, folder, tookMs);
        longestMs = Math.max(longestMs, end.tookMs);
        if (end.wasOld) old++;
        problems.push(
          ...end.problems.map((it) => `${fixture.name}, killed after ${tookMs?.toFixed(0)} ms: ${it}`),
        );
        if (at > 0) tried++;
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
  }
  return {
    check: "migrations",
    tried: `${tried} kills over ${fixtures.length} stores of releases, ${old} left the old store`,
    problems,
    worst: `${longestMs.toFixed(0)} ms for one`,
    promise: "the old store or the new one, with a copy of the old; it opens and verifies",
  };
}

/** Without `afterMs` it is let go on to its end. */
async function cutShort({ bytes }: Fixture, folder: string, afterMs: number | undefined) {
  const path = join(folder, "a.db");
  await Deno.writeFile(path, bytes);
  const before = schemaOf(path);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", "--allow-read", "--allow-write", CHILD, path],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // it is ready
  const beganMs = performance.now();
  if (afterMs === undefined) await reader.read(); // it is done
  else await new Promise((resolve) => setTimeout(resolve, afterMs));
  const tookMs = performance.now() - beganMs;
  try {
    child.kill("SIGKILL");
  } catch { /* it has ended by itself */ }
  await Promise.all([reader.cancel(), child.status]);
  const problems: string[] = [];
  const found = schemaOf(path);
  const wasOld = found.tables === before.tables;
  const copies = [...Deno.readDirSync(folder)].filter(({ name }) => /\.backup-v\d+-\d+$/.test(name));
  if (!wasOld && copies.length !== 1) problems.push(`${copies.length} copies of the old store`);
  for (const { name } of copies) {
    if (schemaOf(join(folder, name)).tables !== before.tables) problems.push("the copy is not the old store");
  }
  await using store = await openStore(path);
  const now = schemaOf(path);
  if (!wasOld && found.tables !== now.tables) {
    problems.push("the schema is neither the old one nor the new one");
  }
  const { ok, problems: damage } = await store.verify();
  if (!ok) problems.push(...damage);
  if (now.runs !== before.runs) problems.push(`${now.runs} of ${before.runs} runs`);
  return { wasOld: wasOld && afterMs !== undefined, tookMs, problems };
}

/** What tables, indexes and views there are, but for those of the migrator and of SQLite itself. */
function schemaOf(path: string): { readonly tables: string; readonly runs: number } {
  using database = new DatabaseSync(path);
  const rows = database.prepare("select name, sql from sqlite_schema order by name").all();
  const own = rows.filter(({ name }) => !/^(kysely|sqlite)_/.test(String(name)));
  return {
    tables: JSON.stringify(own),
    runs: Number(database.prepare("select count(*) as n from run").get()!["n"]),
  };
}
