import { reasonOf, StoreError, type StoreErrorCode } from "../../core/mod.ts";
import { Damage } from "../checked.ts";

/** Primary SQLite result codes (sqlite.org/rescode.html). */
const BY_CODE: Readonly<Record<number, StoreErrorCode>> = {
  5: "locked",
  6: "locked",
  8: "read_only",
  11: "damaged",
  13: "disk_full",
  14: "missing_folder",
  15: "locked",
  23: "read_only",
  26: "not_a_database",
};

const REMEDY: Readonly<Record<StoreErrorCode, string>> = {
  not_a_database: "choose another file with --store",
  foreign: "choose another file with --store",
  gone: "put the file back, or choose another with --store",
  network: "a file on a disk of this machine, with --store",
  older_at_work: "wait until they have ended, or stop them, before the update of the store",
  damaged_run: "agentop db verify",
  damaged: "agentop db repair FILE saves what can be read; or the newest copy that agentop db backup made",
  newer_schema: "use the newer AgentOp Studio that wrote it",
  read_only: "give this user write permission on the file and its folder",
  missing_folder: "create the folder, or choose another file with --store",
  locked: "wait for the other process, or stop it",
  disk_full: "free some space: everything acknowledged so far is safe",
  unknown: "agentop doctor",
};

const REASON: Readonly<Record<StoreErrorCode, string>> = {
  not_a_database: "it is not a SQLite database",
  foreign: "it is the database of another program",
  gone: "the file was deleted or replaced while it was in use",
  network: "it is on a network file system, where its locks do not hold",
  older_at_work: "an older version of AgentOp Studio is working on runs in it",
  damaged: "the file is damaged",
  damaged_run: "a run in it is damaged",
  newer_schema: "it was written by a newer version",
  read_only: "it is read-only",
  missing_folder: "its folder does not exist or cannot be opened",
  locked: "another process holds it for too long",
  disk_full: "the disk is full",
  unknown: "",
};

export function storeError(verb: string, path: string, code: StoreErrorCode, cause?: unknown): StoreError {
  const reason = REASON[code] || reasonOf(cause);
  return new StoreError(code, `Cannot ${verb} the store ${path}: ${reason}`, { remedy: REMEDY[code], cause });
}

/** Turns what `node:sqlite` throws into a `StoreError`; programming errors stay what they are. */
export function toStoreError(verb: string, path: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  if (error instanceof Damage) {
    const reason = `Cannot ${verb} the store ${path}: what it holds is damaged: ${error.message}`;
    return new StoreError("damaged", reason, { remedy: "agentop db verify", cause: error });
  }
  const data = error as { code?: string; errcode?: number; message?: string };
  if (data?.code !== "ERR_SQLITE_ERROR") return error;
  const code = codeOf(data.errcode, data.message ?? "");
  return code === undefined ? error : storeError(verb, path, code, error);
}

/** Somebody else holds the database: the same again may work in a moment. */
export function isBusy(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === "locked";
  const data = error as { code?: string; errcode?: number; message?: string };
  return data?.code === "ERR_SQLITE_ERROR" && codeOf(data.errcode, data.message ?? "") === "locked";
}

/** The file holds what SQLite, or a number of JavaScript, cannot read. */
export function isDamage(error: unknown): boolean {
  const data = error as { code?: string; errcode?: number; message?: string };
  return data?.code === "ERR_SQLITE_ERROR" && codeOf(data.errcode, data.message ?? "") === "damaged" ||
    data?.code === "ERR_OUT_OF_RANGE" && error instanceof RangeError;
}

/** `exec()` errors carry no code, only SQLite's message. */
function codeOf(errcode: number | undefined, message: string): StoreErrorCode | undefined {
  if (errcode !== undefined && BY_CODE[errcode & 0xff]) return BY_CODE[errcode & 0xff];
  if (/database is locked|database table is locked|locking protocol/.test(message)) return "locked";
  if (/disk is full/.test(message)) return "disk_full";
  if (/malformed|corrupt/.test(message)) return "damaged";
  if (/not a database/.test(message)) return "not_a_database";
  if (/readonly database/.test(message)) return "read_only";
  if (/unable to open/.test(message)) return "missing_folder";
  if (/disk I\/O error/.test(message)) return "unknown";
  return undefined;
}
