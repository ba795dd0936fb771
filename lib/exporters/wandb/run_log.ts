import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { RunPlace } from "./api.ts";
import type { WandbRun } from "./payload.ts";

/** The file that `wandb sync` reads: records of Protocol Buffers in a log of LevelDB's. */
const BLOCK_BYTES = 32 * 1024;
const CHUNK_HEADER_BYTES = 7;
const FILE_HEADER = Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0); // ":W&B", its magic number, version 0
const CHUNK = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** Fields of its `Record`, `RunRecord` and the others, by their numbers. */
const RECORD = {
  number: 1,
  history: 2,
  summary: 3,
  files: 6,
  run: 17,
  exit: 18,
  header: 21,
  footer: 22,
} as const;

/** Where the trace lies beside an offline run: artifacts need a server. */
export const OFFLINE_TRACE = "agentop/trace.jsonl";

export interface RunLogOptions {
  readonly place: Partial<Pick<RunPlace, "entity">> & Pick<RunPlace, "project">;
  readonly startTimeUs: number;
}

/** The folder of an offline run, by the paths in it. */
export function offlineFiles(
  run: WandbRun,
  options: RunLogOptions,
): Readonly<Record<string, Uint8Array<ArrayBuffer>>> {
  const beside = {
    ...(run.costs ? { [run.costs.path]: run.costs.content } : {}),
    [OFFLINE_TRACE]: Object.values(run.trace.files)[0]!,
  };
  return {
    [`run-${run.id}.wandb`]: runLog(run, Object.keys(beside), options),
    ...Object.fromEntries(Object.entries(beside).map(([path, content]) => [`files/${path}`, content])),
  };
}

function runLog(
  run: WandbRun,
  files: readonly string[],
  { place, startTimeUs }: RunLogOptions,
): Uint8Array<ArrayBuffer> {
  const { facts, history, isOver, exitCode } = run;
  const config = Object.entries(facts.config).map(([name, value]) =>
    [name, (value as Config).value] as const
  );
  const records: (readonly [field: number, message: Buffer])[] = [
    [RECORD.header, message([1, message([1, text("0.19.0")], [2, text("0.13.0")])])],
    [
      RECORD.run,
      message(
        [1, text(run.id)],
        ...(place.entity === undefined ? [] : [[2, text(place.entity)] as const]),
        [3, text(place.project)],
        [4, message(...items(1, config))],
        ...(facts.groupName === undefined ? [] : [[6, text(facts.groupName)] as const]),
        [7, text(facts.jobType)],
        [8, text(facts.displayName)],
        ...facts.tags.map((tag) => [10, text(tag)] as const),
        [17, message([1, Math.floor(startTimeUs / 1e6)], [2, (startTimeUs % 1_000_000) * 1000])],
      ),
    ],
    ...history.map((line, step) =>
      [
        RECORD.history,
        message(...items(1, Object.entries<unknown>(JSON.parse(line))), [2, message([1, step])]),
      ] as const
    ),
    [RECORD.summary, message(...items(1, Object.entries(facts.summary)))],
    [RECORD.files, message(...files.map((path) => [1, message([1, text(path)])] as const))],
    ...(isOver ? [[RECORD.exit, message([1, exitCode])] as const] : []),
    [RECORD.footer, message()],
  ];
  return chunked(records.map(([field, it], index) => message([RECORD.number, index + 1], [field, it])));
}

interface Config {
  readonly value: unknown;
}

type Field = readonly [number: number, value: number | Buffer];

const text = (value: string) => Buffer.from(value, "utf8");

/** Values by name, each as JSON. */
const items = (field: number, values: readonly (readonly [string, unknown])[]): readonly Field[] =>
  values.map((
    [name, value],
  ) => [field, message([1, text(name)], [16, text(JSON.stringify(value) ?? "null")])]);

/** A message of Protocol Buffers: whole numbers, and what has a length. */
function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) =>
      typeof value === "number"
        ? [varint(number << 3), varint(value)]
        : [varint(number << 3 | 2), varint(value.length), value]
    ),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push(rest % 128 | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Records in blocks, none of whose pieces crosses the border of one. */
function chunked(records: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [FILE_HEADER];
  let at: number = FILE_HEADER.length;
  for (const record of records) {
    let from = 0;
    do {
      let room = BLOCK_BYTES - at % BLOCK_BYTES;
      if (room < CHUNK_HEADER_BYTES) {
        parts.push(new Uint8Array(room));
        at += room;
        room = BLOCK_BYTES;
      }
      const piece = record.subarray(from, from + room - CHUNK_HEADER_BYTES);
      const isLast = from + piece.length === record.length;
      const type = from === 0 ? isLast ? CHUNK.full : CHUNK.first : isLast ? CHUNK.last : CHUNK.middle;
      const head = Buffer.alloc(CHUNK_HEADER_BYTES);
      head[6] = type;
      head.writeUInt32LE(crc32(piece, crc32(Uint8Array.of(type))), 0);
      head.writeUInt16LE(piece.length, 4);
      parts.push(head, piece);
      at += head.length + piece.length;
      from += piece.length;
    } while (from < record.length);
  }
  return new Uint8Array(Buffer.concat(parts));
}
