import { eastAsianWidth } from "get-east-asian-width";

const ASCII = /^[\x20-\x7e]*$/;
/** Characters that never join with a neighbour, whatever their width: nobody has to look for what belongs together. */
const SEPARATE =
  // deno-lint-ignore no-control-regex
  /^[\x00-\x7e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2100-\u2bff\u3001-\u3029\u3030-\u3096\u309b-\u312f\u3131-\u3163\u3165-\u318e\u3190-\ua48c\uac00-\ud7a3\uff01-\uff60\u{1f300}-\u{1f3fa}\u{1f400}-\u{1faff}\u{20000}-\u{323af}]*$/u;
/** Drawn over the character before it, or not at all; among it the vowels and finals that complete a Hangul syllable. */
const UNSEEN =
  /^(?![\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7fb]$/u;
/** Several characters that are drawn as one picture. */
const PICTURE =
  /^\p{Emoji}\ufe0f|^\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}/u;
const JOINER = "\u200d";

/** Made on the first use: it takes longer than everything else here together. */
let segmenter: Intl.Segmenter | undefined;

/** What a terminal keeps together, in order. */
function clustersOf(text: string): Iterable<string> {
  if (SEPARATE.test(text)) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text)[Symbol.iterator]().map(({ segment }) => segment);
}

function clusterWidth(cluster: string): number {
  if (cluster.length > 1 && PICTURE.test(cluster)) return 2;
  let columns = 0;
  for (const char of cluster) {
    if (char === JOINER) break;
    if (!UNSEEN.test(char)) columns += eastAsianWidth(char.codePointAt(0)!);
  }
  return columns;
}

/**
 * Terminal columns of a text without escape sequences, as the terminals of today draw it: what belongs together (a letter with
 * its marks, an emoji with joiners) counts once, and every mark that takes room of its own counts too, such as the second half
 * of Thai กำ. Controls, tabs among them, count nothing: whoever draws takes them out first.
 */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  if (SEPARATE.test(text)) {
    for (const char of text) columns += char < " " ? 0 : eastAsianWidth(char.codePointAt(0)!);
  } else {
    for (const cluster of clustersOf(text)) columns += clusterWidth(cluster);
  }
  return columns;
}

/** The part of `text` from column `start` on, at most `columns` wide. Nothing is drawn in halves: what does not fit is left out. */
export function slice(text: string, start: number, columns: number): string {
  const end = start + columns;
  if (ASCII.test(text)) return text.slice(start, end);
  let part = "";
  let at = 0;
  for (const cluster of clustersOf(text)) {
    if (at >= end) break;
    const wide = clusterWidth(cluster);
    if (at >= start && at + wide <= end) part += cluster;
    at += wide;
  }
  return part;
}

/** At most `columns` wide, with `ellipsis` where something was lost. */
export function cut(text: string, columns: number, ellipsis = "…"): string {
  if (columns <= 0) return "";
  if (width(text) <= columns) return text;
  return slice(text, 0, columns - 1) + ellipsis;
}

/** At least `columns` wide. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** Exactly `columns` wide: cut or padded. */
export function fit(text: string, columns: number, align: "left" | "right" = "left", ellipsis = "…"): string {
  return pad(cut(text, columns, ellipsis), columns, align);
}

/**
 * Breaks one line at blanks so that no piece is wider than `columns`; blanks at a break are dropped. A word that is wider by
 * itself is broken too, or with `wholeWords` left as it is (to be copied, such as an address); pieces are then indented like the line.
 */
export function wrap(
  line: string,
  columns: number,
  { wholeWords = false }: { readonly wholeWords?: boolean } = {},
): readonly string[] {
  const room = Math.max(1, columns);
  if (width(line) <= room) return [line];
  const indent = wholeWords ? /^ */.exec(line)![0].slice(0, Math.floor(room / 2)) : "";
  const pieces: string[] = [];
  let current = indent;
  let used = indent.length;
  for (
    const word of (wholeWords ? withoutLastBlanks(line.slice(/^ */.exec(line)![0].length)) : line).split(
      /(?<= )(?=[^ ])/,
    )
  ) {
    if (used > indent.length && used + width(withoutLastBlanks(word)) > room) {
      pieces.push(withoutLastBlanks(current));
      [current, used] = [indent, indent.length];
    }
    let rest = word;
    while (!wholeWords && width(withoutLastBlanks(rest)) > room) {
      const head = slice(rest, 0, room) || [...rest][0]!;
      pieces.push(head);
      rest = rest.slice(head.length);
    }
    current += rest;
    used += width(rest);
  }
  if (withoutLastBlanks(current) !== "" || pieces.length === 0) pieces.push(withoutLastBlanks(current));
  return pieces;
}

/** A line may break at blanks and loses them there; other spaces (no-break, ideographic) are text. */
function withoutLastBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === " ") end--;
  return text.slice(0, end);
}
