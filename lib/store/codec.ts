import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { constants, gunzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Bodies shorter than this are stored as they are: zstd frames have about 13 bytes of overhead, and a context costs 0.1 ms. */
const COMPRESS_FROM_BYTES = 128;
/** Most bodies are small: they pay for a second look (4 % smaller), large ones do not. */
const SMALL_MAX_BYTES = 4096;
const ZSTD_LEVEL = { small: 5, large: 3 } as const;
/** What others send comes in thousands a second: a third of the time for a twentieth more room. */
const QUICK_ZSTD_LEVEL = 1;
/** Refuses to inflate beyond this: a damaged or hostile body must not eat the memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** A list of positions may name no more: spans of one run refer to its messages. */
const POSITIONS_MAX = 1_000_000;
const RANGE = /^(\d{1,9})(?:-(\d{1,9}))?$/;

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

export const ENCODING_PLAIN = 0;
export const ENCODING_ZSTD = 1;
/** Of what was received so, and came too fast to be packed anew. */
export const ENCODING_GZIP = 2;

export interface EncodedBody {
  readonly hash: Uint8Array;
  readonly encoding: number;
  readonly length: number;
  readonly data: Uint8Array;
}

export function hashOf(...chunks: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return new Uint8Array(hash.digest().subarray(0, 16));
}

/** `json` must be the output of `JSON.stringify`: it escapes NUL and lone surrogates, so UTF-8 keeps every string. */
export function encodeBody(
  json: string,
  hash: Uint8Array = hashOf(json),
  { isQuick = false }: { readonly isQuick?: boolean } = {},
): EncodedBody {
  const plain = Buffer.from(json, "utf8");
  const { length } = plain;
  if (length < COMPRESS_FROM_BYTES) return { hash, encoding: ENCODING_PLAIN, length, data: plain };
  const level = isQuick ? QUICK_ZSTD_LEVEL : length <= SMALL_MAX_BYTES ? ZSTD_LEVEL.small : ZSTD_LEVEL.large;
  const { encoding, data } = packBytes(plain, level);
  return { hash, encoding, length, data }; // in the order of the statement that takes them
}

/** Bytes, packed where that makes them fewer. */
export function packBytes(
  plain: Uint8Array,
  level: number = QUICK_ZSTD_LEVEL,
): Pick<EncodedBody, "encoding" | "data"> {
  const packed = zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    // Knowing the size, zstd takes smaller tables.
    pledgedSrcSize: plain.length,
  });
  return packed.length < plain.length
    ? { encoding: ENCODING_ZSTD, data: packed }
    : { encoding: ENCODING_PLAIN, data: plain };
}

/** Throws for what `packBytes` did not make, and gzip did not either. */
export function unpackBytes(encoding: number, data: Uint8Array): Uint8Array {
  if (encoding === ENCODING_PLAIN) return data;
  if (encoding === ENCODING_GZIP) {
    return new Uint8Array(gunzipSync(data, { maxOutputLength: MAX_BODY_BYTES }));
  }
  if (encoding !== ENCODING_ZSTD) throw new RangeError(`there is no encoding ${encoding}`);
  return new Uint8Array(zstdDecompressSync(data, { maxOutputLength: MAX_BODY_BYTES }));
}

/** Inflates to `maxBytes` at most; throws beyond. */
export function decodeBody(encoding: number, data: Uint8Array, maxBytes = MAX_BODY_BYTES): string {
  if (encoding === ENCODING_PLAIN) {
    return DECODER.decode(data);
  }
  if (encoding !== ENCODING_ZSTD) {
    throw new RangeError(`Cannot read a stored body: unknown encoding ${encoding}`);
  }
  const maxOutputLength = Math.max(1, Math.min(maxBytes, MAX_BODY_BYTES));
  return zstdDecompressSync(data, { maxOutputLength }).toString("utf8");
}

export function bytes(hex: string): Uint8Array {
  try {
    return Uint8Array.fromHex(hex);
  } catch {
    return new Uint8Array(Buffer.from(hex, "hex")); // of what is no id, as much as is hexadecimal
  }
}

export function hex(data: Uint8Array): string {
  return data.toHex();
}

/** 32 hex digits as ids of runs are written. */
export function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Position lists as text: `0,3-17`. Conversations make them short. */
export function packPositions(positions: readonly number[]): string {
  const ranges: string[] = [];
  for (let i = 0; i < positions.length;) {
    let end = i;
    while (end + 1 < positions.length && positions[end + 1] === positions[end]! + 1) end++;
    ranges.push(end === i ? `${positions[i]}` : `${positions[i]}-${positions[end]}`);
    i = end + 1;
  }
  return ranges.join(",");
}

/** `count`: how many there are to refer to. Throws `RangeError` for what refers elsewhere, or to more than there is. */
export function unpackPositions(text: string, count = POSITIONS_MAX): number[] {
  const positions: number[] = [];
  if (text === "") return positions;
  for (const range of text.split(",")) {
    const [, first, last = first] = RANGE.exec(range) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from <= to && to < count && positions.length + to - from < count)) {
      throw new RangeError(`positions beyond the ${count} messages that there are`);
    }
    for (let position = from; position <= to; position++) positions.push(position);
  }
  return positions;
}
