/** A command line taken apart as a shell does it, without running anything in it. */
export interface ShellWords {
  /** What was typed, without quotes; the last is the one at the cursor, empty after a blank. */
  readonly words: readonly string[];
  /** The quote that the last word is inside of. */
  readonly quote: '"' | "'" | undefined;
  /** Characters of the last word that the shell takes for words before it. */
  readonly detached: number;
}

/** `breaks`: characters that end a word for the shell's completion, though not for the program. */
export function splitShellWords(line: string, breaks = ""): ShellWords {
  const words: string[] = [];
  let word = "";
  let isOpen = false;
  let quote: ShellWords["quote"];
  let detached = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    const next = line[at + 1];
    if (quote === undefined && /\s/.test(char)) {
      if (isOpen) words.push(word);
      [word, isOpen, detached] = ["", false, 0];
      continue;
    }
    isOpen = true;
    if (char === quote) quote = undefined;
    else if (quote === undefined && (char === '"' || char === "'")) quote = char;
    else if (
      char === "\\" && next !== undefined && (quote === undefined || quote === '"' && /["\\$`]/.test(next))
    ) {
      word += next;
      at++;
    } else {
      word += char;
      if (quote === undefined && breaks.includes(char)) detached = word.length;
    }
  }
  return { words: [...words, word], quote, detached };
}

/** What has to be typed in bash for `value` outside of quotes. */
export function escapeForBash(value: string): string {
  return value.replace(/[^\p{L}\p{N}@%+=:,./_~-]/gu, "\\$&").replace(/^~/, "\\~");
}
