import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** A field of a message of Protocol Buffers: whole numbers, and what has a length. */
export interface WireField {
  readonly number: number;
  readonly value: number | Buffer;
}

/** The records of a file that `wandb sync` reads. Throws where it would stop reading. */
export function* wandbRecords(file: Uint8Array): Generator<readonly WireField[]> {
  const bytes = Buffer.from(file);
  if (bytes.subarray(0, 4).toString() !== ":W&B" || bytes.readUInt16LE(4) !== 0xbee1 || bytes[6] !== 0) {
    throw new Error("not a log");
  }
  let pieces: Buffer[] = [];
  for (let at = 7; at < bytes.length;) {
    const room = 32_768 - at % 32_768;
    if (room < 7) {
      at += room;
      continue;
    }
    const length = bytes.readUInt16LE(at + 4);
    if (length + 7 > room) throw new Error("a piece crosses a border");
    const checked = bytes.subarray(at + 6, at + 7 + length);
    if (crc32(checked) !== bytes.readUInt32LE(at)) throw new Error("checksum");
    const type = bytes[at + 6]!;
    if ((type === 1 || type === 2) !== (pieces.length === 0)) throw new Error("out of order");
    pieces.push(checked.subarray(1));
    if (type === 1 || type === 4) {
      yield [...wireFields(Buffer.concat(pieces))];
      pieces = [];
    }
    at += 7 + length;
  }
  if (pieces.length > 0) throw new Error("cut short");
}

export function* wireFields(bytes: Buffer): Generator<WireField> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) yield { number: tag >> 3, value: varint() };
    else {
      const length = varint();
      yield { number: tag >> 3, value: bytes.subarray(at, at += length) };
    }
  }
}
