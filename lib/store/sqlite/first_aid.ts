import { APPLICATION_ID } from "./migrations/0010_identity.ts";
import { openConnection } from "./open.ts";

/** What can be done to a copy of a file that SQLite does not open (sqlite.org/fileformat.html). */
export type Aid = (copy: string) => Promise<void>;

const PAGE_BYTES = 8192;
const HEADER_BYTES = 100;
/** The length that the file had is in itself, and may be damaged too. */
const PADDED_TIMES_MAX = 64;
/** One page in so many says where the others belong; the first is the second of the file. */
const MAP_EVERY_PAGES = PAGE_BYTES / 5 + 1 | 0;
const LEAF = 0x0d;
const INTERIOR = 0x05;

/** Without what was written last: where the log itself is in the way. */
export async function leaveLog(copy: string): Promise<void> {
  await Deno.remove(`${copy}-wal`).catch(() => {});
}

/** Empty pages in place of an end that is missing: what lies before it can then be read. */
export async function pad(copy: string): Promise<void> {
  using file = await Deno.open(copy, { read: true, write: true });
  const header = await headerOf(file);
  const { size } = await file.stat();
  const bytes = new DataView(header.buffer).getUint32(28) * PAGE_BYTES;
  if (bytes > size && bytes <= size * PADDED_TIMES_MAX) await file.truncate(bytes);
}

/** Every store of ours begins with the same bytes, but for counters. */
export async function mendHeader(copy: string): Promise<void> {
  using file = await Deno.open(copy, { read: true, write: true });
  const header = await headerOf(file);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode("SQLite format 3\0"));
  view.setUint16(16, PAGE_BYTES);
  header.set([2, 2, 0, 64, 32, 32], 18); // write-ahead log, nothing reserved, fractions
  const pages = Math.floor((await file.stat()).size / PAGE_BYTES);
  if (view.getUint32(28) > pages * PADDED_TIMES_MAX) view.setUint32(28, pages);
  view.setUint32(92, view.getUint32(24)); // that count is valid
  view.setUint32(44, 4);
  view.setUint32(56, 1);
  view.setUint32(68, APPLICATION_ID);
  await file.seek(0, Deno.SeekMode.Start);
  await file.write(header);
}

/**
 * The table of tables from a new store: migrations run in one order, and SQLite keeps the first page of each table in the order in
 * which they were made, so that it fits every store of this version. Its pages are added at the end.
 */
export async function mendSchema(copy: string): Promise<void> {
  const fresh = `${copy}.fresh`;
  (await openConnection(fresh)).sqlite.close();
  const model = await Deno.readFile(fresh);
  const version = new DataView(model.buffer).getUint32(60);
  using file = await Deno.open(copy, { read: true, write: true });
  const header = await headerOf(file);
  const view = new DataView(header.buffer);
  const root = model.slice(0, PAGE_BYTES);
  const rootView = new DataView(root.buffer);
  let pages = Math.ceil((await file.stat()).size / PAGE_BYTES);
  for (const at of childPointers(rootView)) {
    const child = rootView.getUint32(at);
    const page = model.slice((child - 1) * PAGE_BYTES, child * PAGE_BYTES);
    if (page[0] !== LEAF) return; // deeper than it has ever been
    pages++;
    if ((pages - 2) % MAP_EVERY_PAGES === 0) pages++;
    await file.seek((pages - 1) * PAGE_BYTES, Deno.SeekMode.Start);
    await file.write(page);
    rootView.setUint32(at, pages);
  }
  view.setUint32(28, pages);
  view.setUint32(60, version);
  root.set(header);
  await file.seek(0, Deno.SeekMode.Start);
  await file.write(root);
}

function childPointers(root: DataView): readonly number[] {
  if (root.getUint8(HEADER_BYTES) !== INTERIOR) return [];
  const cells = root.getUint16(HEADER_BYTES + 3);
  const pointers = Array.from({ length: cells }, (_, cell) => root.getUint16(HEADER_BYTES + 12 + cell * 2));
  return [...pointers, HEADER_BYTES + 8];
}

async function headerOf(file: Deno.FsFile): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(HEADER_BYTES);
  await file.read(header);
  return header;
}
