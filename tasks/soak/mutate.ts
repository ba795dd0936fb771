/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What has broken readers before. */
const NASTY: readonly string[] = [
  "\0",
  "\x1b]0;owned\x07",
  "\x9b31m",
  "\u202e",
  "\u200b",
  "\u2028",
  "\ufeff",
  "\ud800",
  "\udfff\ud800",
  "e\u0301".repeat(30),
  "👩‍👩‍👧‍👦",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "-0",
  "1e999",
  "9".repeat(400),
  "-9007199254740993",
  "NaN",
  "null",
  "true",
  "[]",
  "{}",
  '""',
  '"',
  "\\",
  "\\u0000",
  "\\ud800",
  "'",
  "`",
  "\n",
  "\r\n",
  "\r",
  "\t",
  " ",
  ":",
  ": ",
  "- ",
  "-",
  "#",
  "&a ",
  "*a",
  "<<: *a",
  "!!js/function",
  "|\n",
  ">\n",
  "---\n",
  "%",
  "@",
  "data: ",
  "data: [DONE]\n\n",
  "event: error\n",
  "id: \0\n",
  "retry: 1e9\n",
  "${}",
  "{{x}}",
  "../",
  "0-999999999",
  "1970-01-01T00:00:00Z",
];
const OPENERS: readonly string[] = [
  "[",
  "{",
  '{"a":',
  "(",
  "- ",
  "  ",
  "#",
  "*",
  "|",
  "\\",
  "a",
  "data: x\n",
  "&a [*a]\n",
];
/** Longest run of one piece: what grows faster than its length shows by then. */
const REPEAT_MAX = 2_000;
const CHANGES_MAX = 6;

/** A text made from real ones by a few changes: bytes, cuts, copies, pieces of others, what has broken readers before. */
export function mutated(samples: readonly string[], random: () => number, maxChars = 20_000): string {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  let text = pick(samples);
  for (let change = 1 + below(CHANGES_MAX); change > 0; change--) {
    const at = below(text.length + 1);
    const end = Math.min(text.length, at + below(random() < 0.2 ? text.length + 1 : 24));
    const [before, cut, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
    switch (below(9)) {
      case 0:
        text = before + after;
        break;
      case 1:
        text = before + String.fromCharCode(below(random() < 0.8 ? 128 : 65_536)) + text.slice(at + 1);
        break;
      case 2:
        text = before + pick(NASTY) + after;
        break;
      case 3:
        text = before + cut + cut + after;
        break;
      case 4:
        text = before + (cut || pick(OPENERS)).repeat(below(REPEAT_MAX / Math.max(1, cut.length)) + 1) +
          after;
        break;
      case 5: {
        const other = pick(samples);
        const from = below(other.length);
        text = before + other.slice(from, from + below(200)) + after;
        break;
      }
      case 6:
        text = before;
        break;
      case 7:
        text = before + pick(OPENERS).repeat(below(REPEAT_MAX)) + after;
        break;
      case 8:
        text = text.replace(/\d+/, () => pick(["-1", "0", "1e308", "0.1", "9".repeat(30), "null", '"1"']));
        break;
    }
    if (text.length > maxChars) text = text.slice(0, maxChars);
  }
  return text;
}
