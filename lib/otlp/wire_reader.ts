import { NESTING_MAX, OtlpError } from "./types.ts";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Lenient: bytes that are no UTF-8 become U+FFFD. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
/** Shorter texts are put together here: a call of the decoder costs more. */
const SHORT_CHARS = 40;
const VARINT_BYTES_MAX = 10;

/** Protobuf's wire format. What it reads ends where a field said that it would, or `OtlpError` is thrown. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The low 32 bits of a varint. */
  uint32(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.at++];
    if (byte !== undefined && byte < 128) return byte;
    let value = (byte ?? 0) & 127;
    for (let count = 1; count < VARINT_BYTES_MAX; count++) {
      byte = bytes[this.at++];
      if (byte === undefined) throw truncated();
      if (count < 5) value |= (byte & 127) << (7 * count);
      if (byte < 128) return value >>> 0;
    }
    if (byte === undefined) throw truncated();
    throw new OtlpError("a number is longer than 10 bytes");
  }

  int64(): bigint {
    let [low, high] = [0, 0];
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw truncated();
      const bits = byte & 127;
      if (count < 4) low |= bits << (7 * count);
      else if (count === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (7 * count - 32);
      if (byte < 128) {
        const small = (high | 0) * 4_294_967_296 + (low >>> 0);
        return Number.isSafeInteger(small) ? BigInt(small) : (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
      }
    }
    throw new OtlpError("a number is longer than 10 bytes");
  }

  /** Where the field that begins here ends. */
  end(within: number): number {
    const length = this.uint32();
    const end = this.at + length;
    if (end > within) throw truncated();
    return end;
  }

  string(within: number): string {
    const end = this.end(within);
    const [bytes, start] = [this.#bytes, this.at];
    this.at = end;
    if (end - start >= SHORT_CHARS) return DECODER.decode(bytes.subarray(start, end));
    let text = "";
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte > 127) return DECODER.decode(bytes.subarray(start, end));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  hex(within: number): string {
    const end = this.end(within);
    let text = "";
    for (let at = this.at; at < end; at++) text += HEX[this.#bytes[at]!];
    this.at = end;
    return text;
  }

  bytes(within: number): Uint8Array {
    const end = this.end(within);
    const bytes = this.#bytes.slice(this.at, end);
    this.at = end;
    return bytes;
  }

  /** A view, no copy. */
  slice(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  double(within: number): number {
    return this.#view.getFloat64(this.#fixed(8, within), true);
  }

  fixed64(within: number): bigint {
    return this.#view.getBigUint64(this.#fixed(8, within), true);
  }

  fixed32(within: number): number {
    return this.#view.getUint32(this.#fixed(4, within), true);
  }

  #fixed(bytes: number, within: number): number {
    const start = this.at;
    this.at += bytes;
    if (this.at > within) throw truncated();
    return start;
  }

  /** A field that nobody here knows. */
  skip(tag: number, within: number, depth = 0): void {
    if (tag >>> 3 === 0) throw new OtlpError("a field has the number 0");
    switch (tag & 7) {
      case 0:
        this.int64();
        break;
      case 1:
        this.#fixed(8, within);
        break;
      case 2:
        this.at = this.end(within);
        break;
      case 3:
        if (depth > NESTING_MAX) throw tooDeep();
        for (;;) {
          const inner = this.uint32();
          if ((inner & 7) === 4) break;
          this.skip(inner, within, depth + 1);
        }
        break;
      case 5:
        this.#fixed(4, within);
        break;
      default:
        throw new OtlpError(`there is no wire type ${tag & 7}`);
    }
    if (this.at > within) throw truncated();
  }
}

export const truncated = () => new OtlpError("it ends in the middle of a field");
export const tooDeep = () => new OtlpError(`values are nested deeper than ${NESTING_MAX} times`);
