import type { BlindAnswer, BlindPair, BlindVerdict } from "../../../app/mod.ts";
import { cell, grouped, lines, plural, wrap } from "../../../present/mod.ts";

const COLUMNS_DEFAULT = 80;
const COLUMNS_MIN = 20;
const ROWS_MIN = 5;
/** Of a page, for what is asked below it. */
const ROWS_AROUND = 2;
const LINE_MAX_CHARS = 100_000;
const COMMENT_MAX_CHARS = 1_500;
/** Where a line is cut before it is measured, which takes longer than its length says. */
const PIECES = /.{1,1000}/gsu;
const SAYS: Readonly<Record<string, BlindVerdict["says"]>> = {
  a: "a",
  b: "b",
  t: "tie",
  tie: "tie",
  s: "skip",
  skip: "skip",
  q: "quit",
  quit: "quit",
};
const QUOTE = "│ ";
const QUESTION = "Which is better? a · b · t tie · s skip · q quit, and why:";

/** The lines of a stream, without what of a line is too long to be meant. */
export async function* stdinLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!.slice(0, LINE_MAX_CHARS);
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** `a`, `t`, or `b names its source`; `undefined` for anything else. */
export function readVerdict(line: string): BlindVerdict | undefined {
  const text = line.trim();
  const at = text.search(/\s/);
  const [word, comment] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at).trim()];
  const says = Object.hasOwn(SAYS, word.toLowerCase()) ? SAYS[word.toLowerCase()] : undefined;
  if (says === undefined || comment.length > COMMENT_MAX_CHARS) return undefined;
  if (says === "skip" || says === "quit") return comment === "" ? { says } : undefined;
  return { says, ...(comment === "" ? {} : { comment }) };
}

/**
 * Shows a pair and reads what a person types, again until it can be read; nobody there any more is "enough". With the size of a
 * terminal what is longer comes a page at a time.
 */
export function blindAsker(
  typed: AsyncIterator<string>,
  write: (text: string) => void,
  size?: { readonly columns: number; readonly rows: number },
): (pair: BlindPair) => Promise<BlindVerdict> {
  const next = async () => {
    const { done, value } = await typed.next();
    return done ? undefined : value as string;
  };
  return async (pair) => {
    const rows = rowsOf(pair, Math.max(COLUMNS_MIN, size?.columns ?? COLUMNS_DEFAULT));
    const pageRows = size ? Math.max(ROWS_MIN, size.rows - ROWS_AROUND) : rows.length;
    let shown = pageRows;
    write(rows.slice(0, shown).join("\n"));
    while (shown < rows.length) {
      write(`${plural(rows.length - shown, "more row")}: Enter shows them, or answer now. ${QUESTION}`);
      const line = await next();
      if (line === undefined) return { says: "quit" };
      const verdict = readVerdict(line);
      if (verdict) return verdict;
      write(rows.slice(shown, shown += pageRows).join("\n"));
    }
    for (;;) {
      write(QUESTION);
      const line = await next();
      if (line === undefined) return { says: "quit" };
      const verdict = readVerdict(line);
      if (verdict) return verdict;
      write(
        `Not read: one of a, b, t, s or q, and up to ${
          grouped(COMMENT_MAX_CHARS)
        } characters after a, b or t.`,
      );
    }
  };
}

function rowsOf({ caseId, prompt, a, b, place, of }: BlindPair, columns: number): readonly string[] {
  return [
    "",
    `${place} of ${of}: ${cell(caseId)}`,
    ...quotedRows(prompt, columns),
    ...answerRows("A", a, columns),
    ...answerRows("B", b, columns),
    "",
  ].flatMap((row) => wrap(row, columns));
}

function answerRows(name: string, { text }: BlindAnswer, columns: number): readonly string[] {
  return ["", `── ${name} ──`, ...(text === null ? ["(no answer)"] : quotedRows(text, columns))];
}

/** Behind a bar, so that no text can pass for the head of another. */
function quotedRows(text: string, columns: number): readonly string[] {
  return lines(text).flatMap((line) => line.match(PIECES) ?? [""])
    .flatMap((piece) => wrap(piece, columns - QUOTE.length)).map((row) => QUOTE + row);
}
