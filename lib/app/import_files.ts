import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";
import { AgentOpError, isObject, reasonOf, type Run, tryParseJson } from "../core/mod.ts";
import { isOwnRow, runOfRow } from "../importers/mod.ts";
import {
  decodeLogs,
  decodeLogsJson,
  decodeTraces,
  decodeTracesJson,
  OtlpError,
  type ScopeLogs,
  type ScopeSpans,
} from "../otlp/mod.ts";
import type { App } from "./app.ts";
import { Ingest } from "./ingest/mod.ts";

const FILE_MAX_BYTES = 256 * 1024 * 1024;
const LINE_MAX_CHARS = 64 * 1024 * 1024;
const FILES_MAX = 100_000;
/** Of a folder; a file that is named may be called anything. */
const ENDINGS = /\.(jsonl?|ndjson|bin|pb|otlp|proto)(\.gz)?$/i;

export interface ImportedRun {
  readonly runId: string;
  /** `agentop` or `otlp`. */
  readonly format: string;
  /** The file it came from. */
  readonly source: string;
}

export interface ImportReport {
  readonly files: number;
  readonly runs: readonly ImportedRun[];
  /** Runs that were here already, as they are. */
  readonly unchanged: number;
  /** What was read and is of no known kind. */
  readonly unknownRecords: number;
  /** Lines that could not be read. */
  readonly badLines: number;
}

/** Takes in files, and files of folders, whose format their content tells. Throws `AgentOpError` for a named file of no known format. */
export async function importFiles(app: App, paths: readonly string[]): Promise<ImportReport> {
  const [store, prices] = await Promise.all([app.store(), app.prices(), app.arm()]);
  const { host, redactor } = app;
  await using ingest = new Ingest({ store, prices, host, redactor }, { isSettled: true });
  const counted = new Counted();
  const reader = new FileReader({ store, ingest, counted });
  for (const path of paths) {
    const info = await Deno.stat(path).catch((error) => {
      throw new AgentOpError(`Cannot import ${path}: ${reasonOf(error)}`, {
        remedy: "a file or a folder that is there",
      });
    });
    if (!info.isDirectory) await reader.read(path, true);
    else for await (const file of filesIn(path)) await reader.read(file, false);
  }
  return counted.report();
}

async function* filesIn(folder: string, count = { files: 0 }): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory, isFile } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, name);
    // A link may lead round in a circle, or out of the folder.
    if (isDirectory) yield* filesIn(path, count);
    else if (isFile && ENDINGS.test(name)) {
      if (++count.files > FILES_MAX) return;
      yield path;
    }
  }
}

class Counted {
  readonly #runs = new Map<string, ImportedRun>();
  #files = 0;
  readonly #unchanged = new Set<string>();
  unknownRecords = 0;
  badLines = 0;

  file(): void {
    this.#files++;
  }

  run(runId: string, format: string, source: string): void {
    this.#unchanged.delete(runId);
    this.#runs.set(runId, { runId, format, source });
  }

  /** A run of several files counts once: as taken in, if any of them brought something. */
  unchanged(runId: string): void {
    if (!this.#runs.has(runId)) this.#unchanged.add(runId);
  }

  /** What is of no known format is not read badly either. */
  async ifKnown(read: () => Promise<boolean>): Promise<boolean> {
    const { unknownRecords, badLines } = this;
    const isKnown = await read();
    if (!isKnown) [this.unknownRecords, this.badLines] = [unknownRecords, badLines];
    return isKnown;
  }

  report(): ImportReport {
    const { unknownRecords, badLines } = this;
    return {
      files: this.#files,
      runs: [...this.#runs.values()],
      unchanged: this.#unchanged.size,
      unknownRecords,
      badLines,
    };
  }
}

interface ReaderServices {
  readonly store: Awaited<ReturnType<App["store"]>>;
  readonly ingest: Ingest;
  readonly counted: Counted;
}

/** Reads one file after the other. */
class FileReader {
  readonly #store: ReaderServices["store"];
  readonly #ingest: Ingest;
  readonly #counted: Counted;

  constructor({ store, ingest, counted }: ReaderServices) {
    this.#store = store;
    this.#ingest = ingest;
    this.#counted = counted;
  }

  async read(path: string, isNamed: boolean): Promise<void> {
    const cannot = (why: string, remedy: string) =>
      new AgentOpError(`Cannot import ${path}: ${why}`, { remedy });
    try {
      const known = await this.#readFile(path);
      if (known) this.#counted.file();
      else if (isNamed) {
        throw cannot(
          "it is neither OTLP nor what agentop export jsonl traces writes",
          "agentop import --help names the formats",
        );
      }
    } catch (error) {
      if (error instanceof AgentOpError) throw error;
      throw cannot(reasonOf(error), "a file that can be read");
    }
  }

  /** `false`: it is of no known format. */
  async #readFile(path: string): Promise<boolean> {
    const start = await beginningOf(path);
    if (start[0] === 0x1f && start[1] === 0x8b) return await this.#whole(path, await inflated(path));
    const first = new TextDecoder().decode(start).trimStart()[0];
    if (first === "{") return await this.#lines(path) || await this.#whole(path, await bytesOf(path));
    return await this.#whole(path, await bytesOf(path));
  }

  /** A JSON object a line. `false`: the first line is none of a known kind, and nothing was taken. */
  async #lines(path: string): Promise<boolean> {
    return await this.#counted.ifKnown(() => this.#eachLine(path));
  }

  async #eachLine(path: string): Promise<boolean> {
    const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
    let isKnown = false;
    try {
      for await (const line of lines) {
        if (line.trim() === "") continue;
        const isTaken = line.length <= LINE_MAX_CHARS && await this.#record(line, path);
        if (!isTaken && !isKnown) return false;
        isKnown = true;
      }
    } finally {
      lines.close();
    }
    return isKnown;
  }

  /** One record of a file of lines; `false`: it is nothing that is known here. */
  async #record(line: string, path: string): Promise<boolean> {
    const row = tryParseJson(line);
    if (isOwnRow(row)) {
      await this.#own(row, path);
      return true;
    }
    if (isObject(row)) {
      const isOtlp = ["resourceSpans", "resource_spans", "resourceLogs", "resource_logs"].some((it) =>
        it in row
      );
      if (isOtlp) return await this.#otlpJson(line, path);
      this.#counted.unknownRecords++;
    } else this.#counted.badLines++;
    return false;
  }

  async #own(row: { readonly trace: string }, path: string): Promise<void> {
    const trace = runOfRow(row);
    if (!trace) return void this.#counted.badLines++;
    const [outcome] = await this.#store.importRuns([trace]);
    if (outcome === "written") this.#counted.run(trace.run.runId, "agentop", path);
    else this.#counted.unchanged(trace.run.runId);
  }

  async #otlpJson(json: string, path: string): Promise<boolean> {
    try {
      await this.#take(path, decodeTracesJson(json), decodeLogsJson(json));
    } catch (error) {
      if (!(error instanceof OtlpError)) throw error;
      this.#counted.badLines++;
    }
    return true;
  }

  async #whole(path: string, bytes: Uint8Array): Promise<boolean> {
    return await this.#counted.ifKnown(() => this.#records(path, bytes));
  }

  async #records(path: string, bytes: Uint8Array): Promise<boolean> {
    const text = /^\s*[[{]/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
    if (!text) return await this.#protobuf(path, bytes);
    const json = new TextDecoder().decode(bytes);
    const whole = tryParseJson(json);
    const records = Array.isArray(whole) ? whole : whole === undefined ? json.split("\n") : [whole];
    let isKnown = false;
    for (const record of records) {
      const line = typeof record === "string" ? record : JSON.stringify(record);
      if (line.trim() !== "" && await this.#record(line, path)) isKnown = true;
    }
    return isKnown;
  }

  async #protobuf(path: string, bytes: Uint8Array): Promise<boolean> {
    const tried = <T>(decode: () => T[]): T[] => {
      try {
        return decode();
      } catch (error) {
        if (error instanceof OtlpError) return [];
        throw error;
      }
    };
    const spans = tried(() => decodeTraces(bytes));
    const isSpans = spans.some((it) => it.spans.some(({ spanId }) => spanId.length === 16));
    const logs = isSpans ? [] : tried(() => decodeLogs(bytes));
    const isLogs = logs.some((it) => it.logRecords.some(({ traceId }) => traceId.length === 32));
    if (!isSpans && !isLogs) return false;
    await this.#take(path, isSpans ? spans : [], logs);
    return true;
  }

  async #take(path: string, spans: readonly ScopeSpans[], logs: readonly ScopeLogs[]): Promise<void> {
    const traceIds = new Set([
      ...spans.flatMap((it) => it.spans.map(({ traceId }) => traceId)),
      ...logs.flatMap((it) => it.logRecords.map(({ traceId }) => traceId)),
    ].filter((id) => id.length === 32));
    const before = new Map<string, Seen>();
    for (const traceId of traceIds) before.set(traceId, await this.#seen(traceId));
    const refused = [await this.#ingest.spans(spans), await this.#ingest.logs(logs)];
    this.#counted.unknownRecords += refused.reduce((sum, it) => sum + (it?.rejected ?? 0), 0);
    for (const traceId of traceIds) {
      const { run, seq } = await this.#seen(traceId);
      if (!run) continue;
      if (seq === before.get(traceId)!.seq) this.#counted.unchanged(run.runId);
      else this.#counted.run(run.runId, "otlp", path);
    }
  }

  async #seen(traceId: string): Promise<Seen> {
    const run = await this.#store.getRun(traceId);
    if (!run) return {};
    return { run, seq: (await this.#store.changesSince(traceId))?.cursor.seq };
  }
}

interface Seen {
  readonly run?: Run;
  readonly seq?: number | undefined;
}

async function beginningOf(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const start = new Uint8Array(64);
  return start.subarray(0, await file.read(start) ?? 0);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const { size } = await Deno.stat(path);
  if (size > FILE_MAX_BYTES) throw new Error(`it is larger than ${FILE_MAX_BYTES} bytes`);
  return await Deno.readFile(path);
}

async function inflated(path: string): Promise<Uint8Array> {
  try {
    return gunzipSync(await bytesOf(path), { maxOutputLength: FILE_MAX_BYTES });
  } catch (cause) {
    throw new Error(`it cannot be unpacked: ${reasonOf(cause)}`, { cause });
  }
}
