import { grouped } from "../present/mod.ts";

const MIN_BYTES_FOR_MARK = 64;

export interface CappedText {
  readonly content: string;
  /** Bytes left out; 0 when everything fitted. */
  readonly truncatedBytes: number;
}

/** The mark that stands where output was left out. */
export function cutMark(bytes: number): string {
  return `\n[... ${grouped(bytes)} bytes cut]`;
}

/**
 * Text of at most `maxBytes` UTF-8 bytes, mark included (a cap below 64 bytes leaves no room for the mark). Never cuts
 * inside a character; lone surrogates become U+FFFD, as they would in any encoding.
 *
 * @param alreadyDroppedBytes bytes that the caller stopped reading before they got here; they count as cut.
 */
export function capText(text: string, maxBytes: number, alreadyDroppedBytes = 0): CappedText {
  const limit = Math.max(0, Math.floor(maxBytes));
  // A UTF-16 unit is at most 3 bytes: short text needs no encoding to know that it fits.
  if (alreadyDroppedBytes === 0 && text.length * 3 <= limit) {
    return { content: text.toWellFormed(), truncatedBytes: 0 };
  }
  const totalBytes = utf8Length(text) + alreadyDroppedBytes;
  if (alreadyDroppedBytes === 0 && totalBytes <= limit) {
    return { content: text.toWellFormed(), truncatedBytes: 0 };
  }
  const markBytes = limit >= MIN_BYTES_FOR_MARK ? cutMark(totalBytes).length : 0;
  const head = headOf(text, limit - markBytes);
  const truncatedBytes = totalBytes - head.byteLength;
  const kept = new TextDecoder().decode(head);
  return { content: markBytes > 0 ? kept + cutMark(truncatedBytes) : kept, truncatedBytes };
}

/** The longest beginning of `text` that is whole characters and at most `maxBytes` bytes. */
function headOf(text: string, maxBytes: number): Uint8Array {
  const buffer = new Uint8Array(Math.max(0, maxBytes));
  const { written } = new TextEncoder().encodeInto(text, buffer);
  return buffer.subarray(0, written);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isPair(unit, text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

function isPair(high: number, low: number): boolean {
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
