import { messageOf } from "../../core/mod.ts";
import { type Hits, HITS_MAX, type Search } from "../draw/search.ts";

/** What is searched at a time: about as long as a frame. */
const SLICE_LENGTH = 48_000;
/** A slice goes on to the end of its row, but no longer than this. */
const SLICE_LENGTH_MAX = 500_000;

/**
 * Every place of a pattern, slice by slice: what was found so far after each. Takes no more than the text is long times the
 * pattern, whatever both say. A match does not go on over more rows than a slice has.
 */
export async function* patternHits(text: string, search: Search): AsyncGenerator<Hits> {
  const { RE2JS } = await import("re2js");
  const about = { search, text };
  let pattern: ReturnType<typeof RE2JS.compile>;
  try {
    pattern = RE2JS.compile(search.text, RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);
  } catch (error) {
    // What it quotes is the pattern, which is in view.
    const problem = messageOf(error).replace(/^error parsing regexp: /, "").replace(/: `.*$/s, "");
    return yield { ...about, starts: [], ends: [], isDone: true, isCut: false, problem };
  }
  const starts: number[] = [];
  const ends: number[] = [];
  for (let from = 0; from < text.length && starts.length < HITS_MAX;) {
    const to = sliceEnd(text, from);
    const matcher = pattern.matcher(text.slice(from, to));
    while (starts.length < HITS_MAX && matcher.find()) {
      if (matcher.end() === matcher.start()) continue;
      starts.push(from + matcher.start());
      ends.push(from + matcher.end());
    }
    from = to;
    if (from < text.length) {
      yield { ...about, starts: [...starts], ends: [...ends], isDone: false, isCut: false };
    }
  }
  yield { ...about, starts, ends, isDone: true, isCut: starts.length >= HITS_MAX };
}

function sliceEnd(text: string, from: number): number {
  if (text.length - from <= SLICE_LENGTH) return text.length;
  const feed = text.indexOf("\n", from + SLICE_LENGTH);
  return Math.min(feed < 0 ? text.length : feed + 1, from + SLICE_LENGTH_MAX);
}
