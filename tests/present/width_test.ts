import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { cut, fit, pad, slice, width, wrap } from "../../lib/present/width.ts";

/** Columns that tmux, xterm with grapheme clusters and Python's wcwidth take, where two of the three agree. */
const COLUMNS: Readonly<Record<string, readonly (readonly [text: string, columns: number])[]>> = {
  plain: [["", 0], [" ", 1], ["hello", 5], ["Où est le café — déjà vu…", 25], ["│▶ ✓ ⏸ ◔ ⠋█▁", 12]],
  marks: [["e\u0301", 1], ["n\u0303o", 2], ["Z\u0351\u036b\u0343", 1], ["\u0301", 0], ["x\u20d7", 1], [
    "a\ufe0f",
    1,
  ]],
  thai: [["กำ", 2], ["น้ำ", 2], ["กำหนด", 5], ["ที่", 1], ["สวัสดี", 4], ["ຄຳ", 2]],
  indic: [["नमस्ते", 4], ["क्षत्रिय", 6], ["தமிழ்", 4], ["বাংলা", 5], ["മലയാളം", 6], ["မြန်မာ", 5], ["नि", 2]],
  cjk: [["漢字かな", 8], ["ｶﾞ", 2], ["Ａ", 2], ["か\u3099", 2], ["𠮷", 2], ["葛\u{e0100}", 2], ["㍿", 2]],
  hangul: [["한글", 4], ["\u1112\u1161\u11ab", 2], ["\uac00\u11a8", 2], ["\u1100\u1161", 2], ["\u1161", 0], [
    "ㅎ",
    2,
  ]],
  emoji: [["🚀", 2], ["❤", 1], ["❤️", 2], ["☀️", 2], ["1️⃣", 2], ["©️", 2], ["⚡", 2], ["⚡︎", 2], ["👍🏽", 2], [
    "🖐🏿",
    2,
  ]],
  joined: [["👩‍🚀", 2], ["👨‍👩‍👧‍👦", 2], ["🏳️‍🌈", 2], ["👩🏽‍💻", 2], ["❤️‍🔥", 2], ["🐻‍❄️", 2], ["a👩‍🚀b", 4]],
  flags: [["🇫🇷", 2], ["🇩🇪🇯🇵", 4], ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2], ["🇫", 1]],
  unseen: [["a\u200bb", 2], ["\u200d", 0], ["\u2060", 0], ["\ufeff", 0], ["\u200e", 0], ["فارسی\u200cها", 7]],
  signs: [["\u00ad", 1], ["\u0600\u0661", 2]],
  controls: [["\t", 0], ["\x00", 0], ["a\x1bb", 2], ["\x7f", 0], ["\u0085", 0], ["é\tb", 2]],
};

for (const [group, texts] of Object.entries(COLUMNS)) {
  Deno.test(`width() counts what terminals take: ${group}`, () => {
    assert.deepEqual(texts.map(([text]) => [text, width(text)]), texts);
  });
}

/** Where `string-width` counts and terminals do not as it does; what they do was measured. */
function isKnownToDiffer(code: number): boolean {
  return code === 0xad || code === 0x70f || // drawn
    (code >= 0x1160 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7fb) || // parts of a syllable
    (code >= 0x1f1e6 && code <= 0x1f1ff); // half a flag
}

Deno.test("width() takes every character, alone and after a letter, as string-width does", () => {
  const others: string[] = [];
  for (let code = 0; code <= 0x3ffff; code++) {
    if ((code >= 0xd800 && code <= 0xdfff) || code === 0x1b || code === 0x9b || isKnownToDiffer(code)) {
      continue;
    }
    const char = String.fromCodePoint(code);
    if (width(char) !== stringWidth(char)) others.push(code.toString(16));
    if (width(`x${char}`) !== stringWidth(`x${char}`)) others.push(`x ${code.toString(16)}`);
  }
  assert.deepEqual(others, []);
});

const unit = fc.oneof(
  fc.constantFrom(...Object.values(COLUMNS).flat().map(([text]) => text)),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);
const anyText = fc.array(unit, { maxLength: 8 }).map((parts) => parts.join(""));
const graphemes = (text: string) =>
  [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);

Deno.test("width() of a text is the sum of the widths of its graphemes", () => {
  fc.assert(fc.property(anyText, (text) => {
    assert.equal(width(text), graphemes(text).reduce((sum, grapheme) => sum + width(grapheme), 0));
  }));
});

Deno.test("slice() cuts between graphemes, into what is asked for and no more", () => {
  fc.assert(fc.property(anyText, fc.nat(20), fc.nat(20), (text, start, columns) => {
    let at = 0;
    let expected = "";
    for (const grapheme of graphemes(text)) {
      const isIn = at >= start && at < start + columns && at + width(grapheme) <= start + columns;
      if (isIn) expected += grapheme;
      at += width(grapheme);
    }
    assert.equal(slice(text, start, columns), expected);
  }));
});

Deno.test("cut(), pad() and fit() keep to their columns", () => {
  fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 30 }), (text, columns) => {
    assert.ok(width(cut(text, columns)) <= columns);
    assert.equal(cut(text, columns) === text, width(text) <= columns);
    assert.equal(width(fit(text, columns)), columns);
    assert.equal(width(pad(text, columns, "right")), Math.max(columns, width(text)));
  }));
  assert.deepEqual([
    fit("กำหนด", 4),
    fit("漢字かな", 4),
    fit("abc", 5, "right"),
    cut("abcd", 3, "~"),
    cut("abc", 0),
  ], [
    "กำห…",
    "漢… ",
    "  abc",
    "ab~",
    "",
  ]);
});

const words = fc.array(fc.oneof(fc.constantFrom(" ", "  ", "กำ", "漢字", "word", "👩‍🚀"), unit), {
  maxLength: 20,
})
  .map((parts) => parts.join(" ").replace(/\s/g, " "));
const bare = (text: string) => text.replaceAll(" ", "");

Deno.test("wrap() loses nothing but blanks; no piece is wider than asked, but for a whole word by itself", () => {
  fc.assert(fc.property(words, fc.integer({ min: 2, max: 30 }), (line, columns) => {
    const broken = wrap(line, columns);
    assert.equal(bare(broken.join("")), bare(line));
    for (const piece of broken) assert.ok(width(piece) <= columns, JSON.stringify(piece));
    const whole = wrap(line, columns, { wholeWords: true });
    assert.equal(bare(whole.join("")), bare(line));
    for (const piece of whole) {
      assert.ok(width(piece) <= columns || !piece.trim().includes(" "), JSON.stringify(piece));
    }
  }));
});

Deno.test("wrap() breaks a long word, or keeps it whole and indents as the line is", () => {
  assert.deepEqual(wrap("see https://example.org/a now", 10), ["see", "https://ex", "ample.org/", "a now"]);
  assert.deepEqual(wrap("  see https://example.org/a now", 10, { wholeWords: true }), [
    "  see",
    "  https://example.org/a",
    "  now",
  ]);
});
