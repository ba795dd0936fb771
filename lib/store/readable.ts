import { StoreError } from "../core/mod.ts";

/** The database cannot read what it holds there. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof StoreError && error.code === "damaged";
}

/** What `read` gives for as many of `keys` as can be read: those in the way are left out. */
export async function readable<K, Row>(
  keys: readonly K[],
  read: (some: readonly K[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  if (keys.length === 0) return [];
  try {
    return await read(keys);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    if (keys.length === 1) return [];
  }
  const half = keys.length >> 1;
  return [...await readable(keys.slice(0, half), read), ...await readable(keys.slice(half), read)];
}

/** Reads that may fail before the rest of a range is given up: where an inner page is lost, all below it fail. */
const FAILED_READS_MAX = 5_000;

/** What a range of keys gave. */
export interface RangeRead<Row> {
  readonly rows: readonly Row[];
  /** Some of it could not be read. */
  readonly isCut: boolean;
}

/** The same for rows whose keys are not known, only that they are from 0 to `last`; in order. */
export async function readableRange<Row>(
  last: number,
  read: (from: number, to: number) => Promise<readonly Row[]>,
): Promise<RangeRead<Row>> {
  let failed = 0;
  const within = async (from: number, to: number): Promise<readonly Row[]> => {
    try {
      return await read(from, to);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      if (++failed > FAILED_READS_MAX || from === to) return [];
    }
    const middle = Math.floor((from + to) / 2);
    return [...await within(from, middle), ...await within(middle + 1, to)];
  };
  const rows = await within(0, last);
  return { rows, isCut: failed > 0 };
}
