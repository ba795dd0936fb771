/** Texts longer than this are compared line by line: their words would take too long. */
const WORDS_MAX_CHARS = 50_000;
/** The time of a search grows with the square of the edits: texts further apart than this are replaced as a whole. */
const EDITS_MAX = 1_000;
/** Numbers with their separators, words of any script, letters of scripts without blanks, blanks, and anything else. */
const TOKENS =
  /\d+(?:[.,:'\u2019]\d+)*|[[\p{L}\p{M}\p{N}_]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]]+|\s+|[^]/gv;

const LINES = /[^\n]*\n|[^\n]+$/g;

export interface TextPiece {
  readonly text: string;
  readonly op: "same" | "added" | "removed";
}

/** A unified diff of two texts with three lines of context; empty when they are equal. */
export async function unifiedDiff(
  left: string,
  right: string,
  names: { readonly left: string; readonly right: string },
): Promise<string> {
  if (left === right) return "";
  const { createTwoFilesPatch } = await import("diff");
  const patch = createTwoFilesPatch(names.left, names.right, left, right, undefined, undefined, {
    context: 3,
    maxEditLength: EDITS_MAX,
  });
  // Too different to be worth a search: everything out, everything in.
  return (patch ?? wholeReplaced(left, right, names)).replace(/^(Index: .*\n)?=+\n/, "");
}

/** A line of a unified diff without its sign. `at` says where the next ones stand. */
export interface UnifiedLine {
  readonly op: "at" | "same" | "added" | "removed";
  readonly text: string;
}

/** The lines of a unified diff. The two that name the sides are left out, and what says that a text does not end with a line break. */
export function unifiedLines(unified: string): readonly UnifiedLine[] {
  const body = unified.replace(/^---.*\n\+\+\+.*\n/, "").replace(/\n$/, "");
  return body.split("\n").filter((line) => !line.startsWith("\\")).map((line): UnifiedLine => {
    if (line.startsWith("@@")) return { op: "at", text: line };
    const op = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same";
    return { op, text: line.slice(1) };
  });
}

/** The pieces of both texts, word by word; line by line where that would take too long. */
export async function wordDiff(left: string, right: string): Promise<readonly TextPiece[]> {
  if (left === right) return left === "" ? [] : [{ text: left, op: "same" }];
  const { diffArrays } = await import("diff");
  const areShort = left.length + right.length <= WORDS_MAX_CHARS;
  for (const tokens of areShort ? [TOKENS, LINES] : [LINES]) {
    const parts = diffArrays(left.match(tokens) ?? [], right.match(tokens) ?? [], {
      maxEditLength: EDITS_MAX,
    });
    if (!parts) continue;
    return parts.map((part) => ({
      text: part.value.join(""),
      op: part.added ? "added" : part.removed ? "removed" : "same",
    }));
  }
  const whole: readonly TextPiece[] = [{ text: left, op: "removed" }, { text: right, op: "added" }];
  return whole.filter((piece) => piece.text !== "");
}

function wholeReplaced(
  left: string,
  right: string,
  names: { readonly left: string; readonly right: string },
): string {
  const side = (sign: "-" | "+", text: string) => {
    const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
    const body = lines.map((line) => `${sign}${line}\n`).join("");
    const isOpen = lines.length > 0 && !text.endsWith("\n");
    return {
      range: `${sign}${Math.min(1, lines.length)},${lines.length}`,
      body: isOpen ? `${body}\\ No newline at end of file\n` : body,
    };
  };
  const [out, into] = [side("-", left), side("+", right)];
  return `--- ${names.left}\n+++ ${names.right}\n@@ ${out.range} ${into.range} @@\n${out.body}${into.body}`;
}
