/** Texts longer than this are compared as a whole: their words would take too long. */
const WORDS_MAX_CHARS = 50_000;
const EDITS_MAX = 5_000;

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

/** The pieces of both texts, word by word. */
export async function wordDiff(left: string, right: string): Promise<readonly TextPiece[]> {
  if (left === right) return left === "" ? [] : [{ text: left, op: "same" }];
  if (left.length + right.length <= WORDS_MAX_CHARS) {
    const { diffWordsWithSpace } = await import("diff");
    const parts = diffWordsWithSpace(left, right, { maxEditLength: EDITS_MAX });
    if (parts) {
      return parts.map((part) => ({
        text: part.value,
        op: part.added ? "added" : part.removed ? "removed" : "same",
      }));
    }
  }
  const whole: readonly TextPiece[] = [{ text: left, op: "removed" }, { text: right, op: "added" }];
  return whole.filter((piece) => piece.text !== "");
}

function wholeReplaced(
  left: string,
  right: string,
  names: { readonly left: string; readonly right: string },
): string {
  const [a, b] = [left.split("\n"), right.split("\n")];
  const body = [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)].join("\n");
  return `--- ${names.left}\n+++ ${names.right}\n@@ -1,${a.length} +1,${b.length} @@\n${body}\n`;
}
