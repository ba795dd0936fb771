import type { DatabaseSync } from "node:sqlite";
import { isObject, type LostWrites, tryParseJson } from "../../core/mod.ts";
import { bytes, hex } from "../codec.ts";
import { MEMORY, sideFolder } from "./location.ts";
import { PRIVATE_MODE } from "./private_file.ts";

/** The last writes that are remembered one by one: whose they were. */
const SLOTS = 64;
/** `seq`, trace id, `seq` again: one that was half written is none. */
const SLOT_BYTES = 32;
const RUNS_NAMED_MAX = 5;
const RECORDS_MAX = 100;
const RECORD = /^lost-\d{1,16}\.json$/;

interface Mark {
  readonly seq: number;
  readonly traceId: string;
}

/**
 * Remembers beside the database which writes were acknowledged: a cut or damaged write-ahead log looks to SQLite like one that ended
 * earlier. Each commit writes 32 bytes after it is on the disk, without a flush of its own, so that what stands here is never ahead
 * of the database: a power cut may hide a loss, nothing can feign one. Each `seq` has its own place, so processes need no order.
 *
 * What is remembered is of one store at one path: a copy that `copyWhole` made has another generation, and one made elsewhere
 * has no folder beside it.
 */
export class Acknowledged {
  readonly #folder: string | undefined;
  readonly #sqlite: DatabaseSync;
  readonly #slot = new DataView(new ArrayBuffer(SLOT_BYTES));
  #file: Deno.FsFile | null | undefined;

  constructor(path: string, sqlite: DatabaseSync) {
    this.#folder = path === MEMORY ? undefined : sideFolder(path);
    this.#sqlite = sqlite;
  }

  /** Compares what is remembered with what is there, once when a store is opened; a loss is kept on record. */
  check(nowUs: number): void {
    if (!this.#folder) return;
    try {
      // Before the database is asked: others go on writing.
      const marks = this.#marks();
      const { seq } = this.#clock();
      const lost = marks.filter((mark) => mark.seq > seq).sort((a, b) => b.seq - a.seq);
      if (lost.length === 0) return;
      this.#record(lost[0]!.seq, {
        noticedAtUs: nowUs,
        count: lost[0]!.seq - seq,
        runIds: this.#runIdsOf(lost),
      });
      for (const mark of lost) this.#write(mark.seq, new Uint8Array(SLOT_BYTES));
    } catch { /* a folder that cannot be written to or read: then nothing is known */ }
  }

  /** `seq` is committed and about to be acknowledged. */
  note(seq: number, traceId: string): void {
    if (!this.#folder) return;
    const slot = new Uint8Array(this.#slot.buffer);
    this.#slot.setFloat64(0, seq, true);
    slot.fill(0, 8, 24).set(bytes(traceId).subarray(0, 16), 8);
    this.#slot.setFloat64(24, seq, true);
    this.#write(seq, slot);
  }

  /** What was lost, oldest first, until somebody has it forgotten. */
  async lost(): Promise<readonly LostWrites[]> {
    const found: LostWrites[] = [];
    for (const name of (await this.#records()).slice(0, RECORDS_MAX)) {
      const record = tryParseJson(await Deno.readTextFile(`${this.#folder}/${name}`).catch(() => ""));
      if (!isObject(record)) continue;
      const { noticedAtUs, count, runIds } = record;
      if (!Number.isSafeInteger(noticedAtUs) || !Number.isSafeInteger(count) || !Array.isArray(runIds)) {
        continue;
      }
      const named = runIds.slice(0, RUNS_NAMED_MAX).map((it) => String(it).replace(/[^\w.:@/+-]/g, ""));
      found.push({ noticedAtUs: noticedAtUs as number, count: count as number, runIds: named });
    }
    return found;
  }

  async forget(): Promise<void> {
    for (const name of await this.#records()) await Deno.remove(`${this.#folder}/${name}`).catch(() => {});
  }

  async #records(): Promise<readonly string[]> {
    if (!this.#folder) return [];
    const names = await Array.fromAsync(Deno.readDir(this.#folder), ({ name }) => name).catch(() => []);
    return names.filter((name) => RECORD.test(name)).sort();
  }

  #clock(): { readonly seq: number; readonly generation: number } {
    const row = this.#sqlite.prepare("select seq, generation from clock where id = 1").get();
    return { seq: Number(row?.["seq"]), generation: Number(row?.["generation"]) };
  }

  get #path(): string {
    return `${this.#folder}/acknowledged-${this.#clock().generation}`;
  }

  #marks(): readonly Mark[] {
    const data = Deno.readFileSync(this.#path);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: Math.min(SLOTS, Math.floor(data.length / SLOT_BYTES)) }, (_, slot) => {
      const at = slot * SLOT_BYTES;
      const seq = view.getFloat64(at, true);
      const isWhole = Number.isSafeInteger(seq) && seq % SLOTS === slot &&
        seq === view.getFloat64(at + 24, true);
      return { seq: isWhole ? seq : 0, traceId: hex(data.subarray(at + 8, at + 24)) };
    });
  }

  /** What cannot be remembered is no failure: then less is noticed. */
  #write(seq: number, slot: Uint8Array): void {
    if (this.#file === undefined) this.#file = this.#open();
    if (this.#file === null) return;
    try {
      this.#file.seekSync((seq % SLOTS) * SLOT_BYTES, Deno.SeekMode.Start);
      this.#file.writeSync(slot);
    } catch { /* see above */ }
  }

  /** Neither emptied nor appended to: others write to it too. */
  #open(): Deno.FsFile | null {
    try {
      Deno.mkdirSync(this.#folder!, { recursive: true });
      return Deno.openSync(this.#path, { create: true, write: true, mode: PRIVATE_MODE });
    } catch {
      return null;
    }
  }

  /** One file for each loss, whoever notices it first. */
  #record(through: number, lost: LostWrites): void {
    const path = `${this.#folder}/lost-${through}.json`;
    Deno.writeTextFileSync(path, JSON.stringify(lost), { mode: PRIVATE_MODE });
  }

  #runIdsOf(marks: readonly Mark[]): readonly string[] {
    const select = this.#sqlite.prepare("select run_id from run where trace_id = ?");
    const traceIds = [...new Set(marks.map(({ traceId }) => traceId))].slice(0, RUNS_NAMED_MAX);
    return traceIds.map((traceId) => String(select.get(bytes(traceId))?.["run_id"] ?? traceId));
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}
