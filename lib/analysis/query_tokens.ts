/** A piece of a search. */
export type QueryToken =
  | { readonly type: "open" | "close" | "not" | "or" | "and" }
  | WordToken;

/** A word, or a term with its value. */
export interface WordToken {
  readonly type: "word";
  /** Without the quotes. */
  readonly value: string;
  /** Characters before the first quote: a term's name and sign stand among them. */
  readonly bareLength: number;
  readonly isQuoted: boolean;
}

const CONNECTIVES: Readonly<Record<string, "or" | "and">> = { or: "or", and: "and" };

/**
 * Splits at blanks and parentheses. `"…"` holds blanks together, `\` inside it takes the next character as it is; a quote that is
 * not closed reaches to the end. A dash negates what begins right behind it; `)` is a sign only where a `(` is open.
 */
export function queryTokens(text: string): readonly QueryToken[] {
  const tokens: QueryToken[] = [];
  let depth = 0;
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    if (/\s/.test(char)) at++;
    else if (char === "(" || (char === ")" && depth > 0)) {
      depth += char === "(" ? 1 : -1;
      tokens.push({ type: char === "(" ? "open" : "close" });
      at++;
    } else if (char === "-" && at + 1 < text.length && !/\s/.test(text[at + 1]!)) {
      tokens.push({ type: "not" });
      at++;
    } else {
      const { token, end } = wordAt(text, at, depth > 0);
      const sign = token.isQuoted ? undefined : CONNECTIVES[token.value.toLowerCase()];
      tokens.push(sign === undefined ? token : { type: sign });
      at = end;
    }
  }
  return tokens;
}

function wordAt(text: string, start: number, inGroup: boolean): { token: WordToken; end: number } {
  let value = "";
  let bareLength: number | undefined;
  let isOpen = false;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') {
      isOpen = !isOpen;
      bareLength ??= value.length;
    } else if (isOpen) value += char === "\\" && at + 1 < text.length ? text[++at]! : char;
    else if (/\s/.test(char) || inGroup && char === ")") break;
    else value += char;
  }
  const isQuoted = bareLength !== undefined;
  return { token: { type: "word", value, bareLength: bareLength ?? value.length, isQuoted }, end: at };
}

/** A value or word as it must be written to be read as itself. */
export function quotedIf(value: string, isRisky = value.startsWith("//")): string {
  return isRisky || value === "" || /[\s"\\()]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}

/** True when the bare word would be read as something else. */
export function isSign(word: string): boolean {
  return word.startsWith("-") || TERM.test(word) || CONNECTIVES[word.toLowerCase()] !== undefined;
}

/** A name and what binds its value. */
const TERM = /^(\p{L}[\p{L}\p{N}_]*)(!=|>=|<=|[:=><])/u;

/** The term that a word is; addresses are words. */
export function termAt(
  { value, bareLength, isQuoted }: WordToken,
): { key: string; sign: string; value: string; isQuoted: boolean } | undefined {
  const found = TERM.exec(value);
  if (!found || found[0].length > bareLength) return undefined;
  if (value.startsWith("//", found[0].length) && bareLength >= found[0].length + 2) return undefined;
  return { key: found[1]!, sign: found[2]!, value: value.slice(found[0].length), isQuoted };
}
