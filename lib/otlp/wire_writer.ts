const ENCODER = new TextEncoder();
const START_BYTES = 1024;
/** Of the length in front of an inner message, which is known when the message is written: most are under 16 KB. */
const LENGTH_BYTES = 2;

/** Protobuf's wire format. Zeros and empty texts are left out, as proto3 does. */
export class WireWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #at = 0;

  /** `atLeast`: bytes that will be written. */
  constructor(atLeast = 0) {
    this.#bytes = new Uint8Array(START_BYTES + atLeast);
    this.#view = new DataView(this.#bytes.buffer);
  }

  result(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + bytes));
    larger.set(this.#bytes); // also what is written behind: a length goes in front of it
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  varint(value: number): void {
    this.#room(10);
    while (value > 127) {
      this.#bytes[this.#at++] = (value & 127) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#at++] = value;
  }

  int64(tag: number, value: bigint): void {
    this.varint(tag);
    let rest = BigInt.asUintN(64, value);
    if (rest <= BigInt(Number.MAX_SAFE_INTEGER)) return this.varint(Number(rest));
    this.#room(10);
    while (rest > 127n) {
      this.#bytes[this.#at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  uint32(tag: number, value: number): void {
    if (value === 0) return;
    this.varint(tag);
    this.varint(value);
  }

  bytes(tag: number, value: Uint8Array): void {
    this.varint(tag);
    this.varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Also when it is empty: it stands for itself. */
  text(tag: number, value: string): void {
    this.varint(tag);
    this.#measured(() => {
      this.#room(value.length * 3);
      this.#at += ENCODER.encodeInto(value, this.#bytes.subarray(this.#at)).written;
    });
  }

  string(tag: number, value: string): void {
    if (value !== "") this.text(tag, value);
  }

  hex(tag: number, value: string): void {
    if (value !== "") this.bytes(tag, Uint8Array.fromHex(value));
  }

  fixed64(tag: number, value: bigint): void {
    if (value === 0n) return;
    this.varint(tag);
    this.#room(8);
    this.#view.setBigUint64(this.#at, value, true);
    this.#at += 8;
  }

  fixed32(tag: number, value: number): void {
    if (value === 0) return;
    this.varint(tag);
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  double(tag: number, value: number): void {
    this.varint(tag);
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** A message inside this one. */
  message(tag: number, write: () => void): void {
    this.varint(tag);
    this.#measured(write);
  }

  /** Puts the length of what `write` writes in front of it. */
  #measured(write: () => void): void {
    this.#room(LENGTH_BYTES);
    const start = this.#at + LENGTH_BYTES;
    this.#at = start;
    write();
    const length = this.#at - start;
    const needed = length < 128
      ? 1
      : length < 16_384
      ? 2
      : length < 2_097_152
      ? 3
      : length < 268_435_456
      ? 4
      : 5;
    if (needed !== LENGTH_BYTES) {
      this.#room(needed);
      this.#bytes.copyWithin(start - LENGTH_BYTES + needed, start, start + length);
    }
    this.#at = start - LENGTH_BYTES;
    this.varint(length);
    this.#at += length;
  }
}
