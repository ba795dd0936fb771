/** A store that lives in this process only. */
export const MEMORY = ":memory:";

/**
 * The folder beside the store for locks and the hint file. Never the store's own folder: watching that, or opening the
 * database file by other means, makes POSIX drop SQLite's locks, and acknowledged rows are lost.
 */
export function sideFolder(path: string): string {
  return `${path}-live`;
}
