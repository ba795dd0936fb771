/** Pieces of at most 5 characters that keep the blanks before them: about 4 characters each in prose, one or more a word. */
const PIECE = /\s{0,8}\S{1,5}|\s{1,8}/gu;

/** Splits text into the simulator's tokens. Joined, they are the text again. */
export function tokenize(text: string): string[] {
  return text.match(PIECE) ?? [];
}

export function countTokens(text: string): number {
  let count = 0;
  PIECE.lastIndex = 0;
  while (PIECE.test(text)) count++;
  return count;
}
