import { firstOver, type Places } from "./marks.ts";

/** What is looked for in a text, whatever its case. */
export interface Search {
  readonly text: string;
  /** It is a pattern in RE2's grammar, not the words themselves. */
  readonly isPattern: boolean;
}

/** Where something occurs in a text. */
export interface Hits extends Places {
  readonly search: Search;
  /** What was searched. */
  readonly text: string;
  /** All of the text was looked at. */
  readonly isDone: boolean;
  /** There are more: they are not counted. */
  readonly isCut: boolean;
  /** Why the pattern is none. */
  readonly problem?: string;
}

export const HITS_MAX = 50_000;
export const SEARCH_LENGTH_MAX = 200;

export function isSameSearch(a: Search | undefined, b: Search | undefined): boolean {
  return a?.text === b?.text && a?.isPattern === b?.isPattern;
}

let lowered: { readonly text: string; readonly lower: string } | undefined;
let last: Hits | undefined;

/** Every place of the words; remembered, as frames repeat the same question. */
export function wordHits(text: string, search: Search): Hits {
  if (last && last.text === text && isSameSearch(last.search, search)) return last;
  const wanted = search.text.toLowerCase();
  const lower = lowerOf(text);
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; wanted !== "" && starts.length < HITS_MAX;) {
    const found = lower.indexOf(wanted, at);
    if (found < 0) break;
    starts.push(found);
    ends.push(at = found + wanted.length);
  }
  return last = { search, text, starts, ends, isDone: true, isCut: starts.length >= HITS_MAX };
}

/** In lower case, every letter in its place. */
function lowerOf(text: string): string {
  if (lowered?.text !== text) {
    const lower = text.toLowerCase();
    lowered = { text, lower: lower.length === text.length ? lower : letterByLetter(text) };
  }
  return lowered.lower;
}

/** Some letters change their length with their case: those stay. */
function letterByLetter(text: string): string {
  return text.replace(/\p{Lu}/gu, (letter) => {
    const lower = letter.toLowerCase();
    return lower.length === letter.length ? lower : letter;
  });
}

/** Which of the places begins here. */
export function hitAt({ starts }: Places, place: number | undefined): number | undefined {
  if (place === undefined) return undefined;
  const index = firstOver(starts, place) - 1;
  return starts[index] === place ? index : undefined;
}
