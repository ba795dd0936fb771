/** Text, or why the bytes are none: `why` continues `FILE: `, `line` counts from 1. */
export type DecodedText =
  | { readonly text: string }
  | { readonly why: string; readonly remedy: string; readonly line?: number };

/** The longer marks first: that of UTF-32 begins like that of UTF-16. */
const MARKS: readonly (readonly [name: string, iconv: string, mark: readonly number[]])[] = [
  ["UTF-32 LE", "UTF-32LE", [0xff, 0xfe, 0, 0]],
  ["UTF-32 BE", "UTF-32BE", [0, 0, 0xfe, 0xff]],
  ["UTF-16 LE", "UTF-16LE", [0xff, 0xfe]],
  ["UTF-16 BE", "UTF-16BE", [0xfe, 0xff]],
];
/** Bytes looked at for an encoding that has no mark. */
const SNIFF_BYTES = 4_096;

/** Reads UTF-8, with or without a byte order mark, which is dropped; any other encoding is named instead, as far as it shows. */
export function decodeText(
  bytes: Uint8Array,
  { mayHoldNul = false }: { readonly mayHoldNul?: boolean } = {},
): DecodedText {
  const marked = MARKS.find(([, , mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (marked) return otherEncoding(marked[0], marked[1]);
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    const wide = wideWithoutMark(bytes);
    if (wide) return otherEncoding(wide[0], wide[1]);
    if (!mayHoldNul) {
      return {
        why: "it holds a NUL byte, so it is not text",
        remedy: "a text file",
        line: lineAt(bytes, zero),
      };
    }
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return notUtf8(bytes);
  }
}

function otherEncoding(name: string, iconv: string, line?: number): DecodedText {
  return {
    why: `it is ${name}, not UTF-8`,
    remedy: `save it as UTF-8, e.g. iconv -f ${iconv} -t UTF-8 OLD > NEW`,
    ...(line === undefined ? {} : { line }),
  };
}

/** Latin letters in UTF-16 are every other byte 0. */
function wideWithoutMark(bytes: Uint8Array): readonly [string, string] | undefined {
  const head = bytes.subarray(0, SNIFF_BYTES);
  const zeros = [0, 0];
  head.forEach((byte, at) => byte === 0 && zeros[at % 2]!++);
  const many = head.length / 2 * 0.7;
  if (zeros[1]! > many && zeros[0] === 0) return ["UTF-16 LE", "UTF-16LE"];
  if (zeros[0]! > many && zeros[1] === 0) return ["UTF-16 BE", "UTF-16BE"];
  return undefined;
}

function notUtf8(bytes: Uint8Array): DecodedText {
  const at = firstInvalid(bytes);
  const line = lineAt(bytes, at);
  const high = bytes.filter((byte) => byte >= 0x80);
  // Letters with accents stand between plain ones; other encodings have them in pairs.
  const isWestern = high.length > 0 &&
    bytes.every((byte, index) => byte < 0x80 || !(bytes[index + 1]! >= 0x80));
  if (isWestern) {
    const isWindows = high.some((byte) => byte < 0xa0);
    const [name, iconv] = isWindows ? ["Windows-1252", "WINDOWS-1252"] : ["Latin-1", "ISO-8859-1"];
    return otherEncoding(`${name}, it seems (byte 0x${hex(bytes[at]!)})`, iconv, line);
  }
  return {
    why: `it is not UTF-8: byte 0x${hex(bytes[at]!)} does not fit`,
    remedy: "save it as UTF-8",
    line,
  };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0").toUpperCase();
}

/** Where the first byte is that no valid text goes on with. */
function firstInvalid(bytes: Uint8Array): number {
  // Everything before the first mark of the lenient decoder is valid; a mark that was there itself is three valid bytes.
  const encoder = new TextEncoder();
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  for (const piece of lenient.split(/(\ufffd)/)) {
    const length = encoder.encode(piece).length;
    if (
      piece === "\ufffd" &&
      !(bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd)
    ) {
      return offset;
    }
    offset += length;
  }
  return bytes.length - 1;
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}
