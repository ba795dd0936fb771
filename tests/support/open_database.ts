import type { DatabaseSync } from "node:sqlite";
import { type Store, systemHost } from "../../lib/core/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";
import { openConnection, type OpenOptions } from "../../lib/store/sqlite/open.ts";
import { storeOn } from "../../lib/store/sqlite/store.ts";

export interface OpenedDatabase extends AsyncDisposable {
  readonly store: Store;
  /** The store's own connection: to fill its disk, shorten its patience, or damage what it holds. */
  readonly sqlite: DatabaseSync;
}

/** A store together with the database below it. Dispose of this, not of the store. */
export async function openDatabase(
  path: string = MEMORY,
  options: OpenOptions = {},
): Promise<OpenedDatabase> {
  const connection = await openConnection(path, options);
  const store = storeOn(connection, systemHost());
  return { store, sqlite: connection.sqlite, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
