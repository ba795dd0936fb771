/** Only its owner may read or write it. */
export const PRIVATE_MODE = 0o600;

/**
 * Makes an empty file that only its owner can read, for SQLite to fill: what SQLite keeps beside it gets the same mode. One that
 * is there stays as it is, and what cannot be made SQLite will say.
 */
export function createPrivate(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: PRIVATE_MODE }).close();
  } catch {
    // it is there, or SQLite meets the same trouble
  }
}
