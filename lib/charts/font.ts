import { inflateSync } from "node:zlib";

const WOFF_HEAD_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEAD_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;

/**
 * A WOFF file as the plain font that is in it (W3C, _WOFF File Format 1.0_): the renderer unpacks what is packed anew with every
 * drawing, and that took most of its time.
 */
export function plainFont(woff: Uint8Array): Uint8Array {
  const from = new DataView(woff.buffer, woff.byteOffset, woff.byteLength);
  const tables = from.getUint16(12);
  const font = new Uint8Array(from.getUint32(16));
  const to = new DataView(font.buffer);
  to.setUint32(0, from.getUint32(4));
  to.setUint16(4, tables);
  const power = Math.floor(Math.log2(tables));
  to.setUint16(6, SFNT_ENTRY_BYTES * 2 ** power);
  to.setUint16(8, power);
  to.setUint16(10, SFNT_ENTRY_BYTES * (tables - 2 ** power));
  let at = SFNT_HEAD_BYTES + SFNT_ENTRY_BYTES * tables;
  for (let index = 0; index < tables; index++) {
    const entry = WOFF_HEAD_BYTES + WOFF_ENTRY_BYTES * index;
    const [tag, offset, packed, length, sum] = [0, 4, 8, 12, 16].map((it) => from.getUint32(entry + it)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const data = woff.subarray(offset, offset + packed);
    font.set(packed < length ? inflateSync(data, { maxOutputLength: length }) : data, at);
    const head = SFNT_HEAD_BYTES + SFNT_ENTRY_BYTES * index;
    [tag, sum, at, length].forEach((value, field) => to.setUint32(head + 4 * field, value));
    at += (length + 3) & ~3;
  }
  return font;
}
