const ASCII = /^[\x20-\x7e]*$/;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\ufe0f/u;
/** Made on the first use: it takes as long as everything else here together. */
let segmenter: Intl.Segmenter | undefined;
const graphemes = () => segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });

function graphemeWidth(grapheme: string): number {
  if (ASCII.test(grapheme)) return grapheme.length;
  return WIDE.test(grapheme) ? 2 : /^\p{M}+$/u.test(grapheme) ? 0 : 1;
}

/** Terminal columns of a text without escape sequences. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes().segment(text)) sum += graphemeWidth(segment);
  return sum;
}

/** At most `columns` wide, with `…` where something was cut. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (width(text) <= columns) return text;
  if (ASCII.test(text)) return `${text.slice(0, columns - 1)}…`;
  let out = "";
  let used = 0;
  for (const { segment } of graphemes().segment(text)) {
    used += graphemeWidth(segment);
    if (used > columns - 1) break;
    out += segment;
  }
  return `${out}…`;
}

export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** Breaks one line at blanks so that no piece is wider than `columns`, unless a single word is: words stay whole. */
export function wrap(line: string, columns: number): readonly string[] {
  if (width(line) <= columns) return [line];
  const indent = /^ */.exec(line)![0].slice(0, Math.floor(columns / 2));
  const out: string[] = [];
  let current = indent;
  let used = indent.length;
  for (const word of line.trim().split(" ")) {
    const wide = width(word);
    if (used > indent.length && used + 1 + wide > columns) {
      out.push(current);
      [current, used] = [indent, indent.length];
    }
    const blank = used > indent.length ? 1 : 0;
    current += " ".repeat(blank) + word;
    used += blank + wide;
  }
  return [...out, current];
}
