import { dirname, join } from "node:path";
import {
  AgentOpError,
  type Host,
  reasonOf,
  type RepairReport,
  StoreError,
  systemHost,
} from "../../core/mod.ts";
import { salvage } from "../salvage.ts";
import { type Aid, leaveLog, mendHeader, mendSchema, pad } from "./first_aid.ts";
import { type Connection, openConnection } from "./open.ts";
import { isSomebodyAtWork } from "./ownership.ts";
import { createPrivate, PRIVATE_MODE } from "./private_file.ts";
import { storeOn } from "./store.ts";
import { copyWhole } from "./whole_copy.ts";

const PREFIX = ".agentop-repair-";
/** No repair takes so long. */
const LEFT_AFTER_MS = 24 * 60 * 60 * 1000;
const REMEDY = "the newest copy that agentop db backup made";

/**
 * Copies every run that can be read from the store at `path` into a new one at `target`, which verifies. The damaged file is only
 * read, and as a copy of it in a private folder beside the target, so that nothing is done to it. The target has its name only when
 * it is whole. Throws `AgentOpError`.
 */
export async function repairStore(
  path: string,
  target: string,
  host: Host = systemHost(),
): Promise<RepairReport> {
  const refuse = (reason: string, remedy: string, cause?: unknown) =>
    new AgentOpError(`Cannot repair ${path} into ${target}: ${reason}`, { remedy, cause });
  if (await Deno.stat(target).then(() => true, () => false)) throw refuse("the file exists", "another name");
  const source = await Deno.stat(path).catch(() => undefined);
  if (!source?.isFile) throw refuse("there is no such store", "the file of a store, with --store");
  const log = await Deno.stat(`${path}-wal`).catch(() => undefined);
  if (log && !log.isFile) throw refuse(`${path}-wal is a pipe, a device or a folder`, "move it away");
  if (await isSomebodyAtWork(path)) {
    throw refuse(
      "a process has it open to work on runs, as the workbench does",
      "wait until it has ended, or close it",
    );
  }
  let folder: string;
  try {
    await sweep(dirname(target));
    folder = await Deno.makeTempDir({ dir: dirname(target), prefix: PREFIX });
  } catch (error) {
    throw refuse(reasonOf(error), "a folder you may write to", error);
  }
  try {
    const found = await fill(path, folder);
    await finish(join(folder, "new.db"), target, host);
    return { path: target, ...found };
  } catch (error) {
    if (error instanceof StoreError) throw refuse(shortReason(error), REMEDY, error);
    if (error instanceof AgentOpError) throw error;
    throw refuse(reasonOf(error), "a folder you may write to, on a disk with enough space", error);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** What repairs that were killed have left: copies of stores. */
async function sweep(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !name.startsWith(PREFIX)) continue;
    const left = join(folder, name);
    const { mtime } = await Deno.stat(left);
    if (Date.now() - (mtime?.getTime() ?? Infinity) > LEFT_AFTER_MS) {
      await Deno.remove(left, { recursive: true }).catch(() => {});
    }
  }
}

/** Without the name of the copy, which is nobody's file. */
function shortReason(error: StoreError): string {
  return error.reason.replace(/^Cannot \w+(?: to)? the store .*?: /, "");
}

async function fill(path: string, folder: string): Promise<Omit<RepairReport, "path">> {
  const { damaged, notes } = await openCopy(path, folder);
  try {
    const next = join(folder, "new.db");
    createPrivate(next);
    const copy = await openConnection(next);
    try {
      const saved = await salvage(damaged.db, copy.db);
      return { ...saved, notes: [...notes, ...saved.notes] };
    } finally {
      copy.sqlite.close();
    }
  } finally {
    damaged.sqlite.close();
  }
}

/** Runs get their digests, everything is checked, and the file its name. */
async function finish(next: string, target: string, host: Host): Promise<void> {
  const connection = await openConnection(next);
  await using store = storeOn(connection, host);
  await store.indexPending();
  const { ok, problems } = await store.verify();
  if (!ok) throw new Error(`the copy does not verify: ${problems[0]}`);
  await copyWhole(connection.sqlite, target);
}

/** Ways to a file that SQLite opens, from the least to the most that is given up. */
const AIDS: readonly (readonly Aid[])[] = [
  [],
  [pad],
  [mendHeader, pad],
  [leaveLog, pad],
  [leaveLog, mendHeader, pad],
  [leaveLog, mendHeader, pad, mendSchema],
];

/** A copy of a store that can be opened, brought to this version. */
async function openCopy(
  path: string,
  folder: string,
): Promise<{ readonly damaged: Connection; readonly notes: readonly string[] }> {
  let first: unknown;
  const hasLog = await Deno.stat(`${path}-wal`).then(({ size }) => size > 0, () => false);
  for (const [at, aids] of AIDS.entries()) {
    const copy = join(folder, `damaged-${at}.db`);
    for (const end of ["", "-wal"]) {
      await Deno.copyFile(`${path}${end}`, `${copy}${end}`).catch((error) => {
        if (end === "" || !(error instanceof Deno.errors.NotFound)) throw error;
      });
      await Deno.chmod(`${copy}${end}`, PRIVATE_MODE).catch(() => {});
    }
    try {
      for (const aid of aids) await aid(copy);
      const damaged = await openConnection(copy);
      const isLogLeft = hasLog && aids.includes(leaveLog);
      return {
        damaged,
        notes: isLogLeft ? ["what was written last could not be read: the write-ahead log"] : [],
      };
    } catch (error) {
      first ??= error;
      const isDamage = error instanceof StoreError &&
        ["damaged", "not_a_database", "foreign", "unknown"].includes(error.code);
      if (!isDamage) throw error;
    }
  }
  throw first;
}
