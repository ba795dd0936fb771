import { type Host, NO_SECRETS, nowUs, type Redactor, type Store, systemHost } from "../../core/mod.ts";
import type { Engine } from "../engine.ts";
import { SqlStore } from "../store.ts";
import { Acknowledged } from "./acknowledged.ts";
import { ChangeFeed } from "./change_feed.ts";
import { storeError, toStoreError } from "./errors.ts";
import { MEMORY } from "./location.ts";
import { SCHEMA_VERSION } from "./migrations/mod.ts";
import { type Connection, openConnection } from "./open.ts";
import { LONE_OWNER, Ownership } from "./ownership.ts";
import { PartialsConnection } from "./partials_connection.ts";
import { createTextSearch } from "./search.ts";
import { createUpkeep } from "./upkeep.ts";

/**
 * Opens the store in the SQLite file at `path`, creating it when it does not exist (its folder must). `:memory:` keeps it in
 * this process.
 */
export async function openStore(
  path: string,
  options: { host?: Host; redactor?: Redactor; onNews?: () => void; cacheKib?: number } = {},
): Promise<Store> {
  const { host = systemHost(), redactor, onNews, cacheKib } = options;
  const connection = await openConnection(path, cacheKib === undefined ? {} : { cacheKib });
  return storeOn(connection, host, redactor, onNews);
}

/** The store over an open database, which it closes. */
export function storeOn(
  connection: Connection,
  host: Host,
  redactor: Redactor = NO_SECRETS,
  onNews?: () => void,
): Store {
  return new SqlStore(createEngine(connection, host, onNews), host, redactor);
}

function createEngine(connection: Connection, host: Host, onNews: () => void = () => {}): Engine {
  const { path, sqlite, db, disk } = connection;
  disk.takeOver(sqlite);
  const signal = new ChangeFeed(path, sqlite);
  const partials = new PartialsConnection(connection);
  const inode = inodeOf(path);
  const acknowledged = new Acknowledged(path, sqlite);
  acknowledged.check(nowUs(host));
  const ownership = path === MEMORY ? undefined : new Ownership(path, host);
  return {
    db,
    schemaVersion: SCHEMA_VERSION,
    search: createTextSearch(db, () => disk.leave()),
    signal,
    onNews,
    owners: ownership ?? LONE_OWNER,
    upkeep: createUpkeep(connection),
    acknowledged,
    leaveFlush: () => disk.leave(),
    flushed: () => disk.flushed(),
    checkIsThere: () => {
      disk.check();
      if (path !== MEMORY && inodeOf(path) !== inode) throw storeError("write to", path, "gone");
    },
    writePartial: (partial) => partials.write(partial),
    toStoreError: (verb, error) => toStoreError(verb, path, error),
    async close() {
      signal.close();
      await ownership?.release();
      partials.close();
      acknowledged.close();
      connection.turns.close();
      await disk.flushed().catch(() => {}); // who waits for it is told
      await db.destroy();
      disk.close();
      if (sqlite.isOpen) sqlite.close(); // what was never asked anything has nothing to destroy
    },
  };
}

/** Which file has this name; `null` where files have no numbers, `undefined` for none. */
function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return undefined;
  }
}
