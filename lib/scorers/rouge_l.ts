import { referenceMetric } from "./reference_metric.ts";

/**
 * ROUGE-L as the package rouge-score gives it without a stemmer: F1 over the longest common subsequence of words, which are runs
 * of a–z and 0–9 in lower case; of several texts the nearest.
 */
export const rougeL = referenceMetric({
  name: "rouge_l",
  version: "1",
  description:
    "ROUGE-L of the answer against one text or the nearest of several: F1 of words in order (as rouge-score, no stemmer)",
  example: "'rouge_l={text: The cat is on the mat., min: 0.7}'",
  maxChars: 40_000,
  measure: (answer, references) => Math.max(...references.map((reference) => rougeLOf(answer, reference))),
});

export function rougeLOf(answer: string, reference: string): number {
  const [left, right] = [wordsOf(answer), wordsOf(reference)];
  const shared = commonLength(left, right);
  if (shared === 0) return 0;
  const [precision, recall] = [shared / left.length, shared / right.length];
  return 2 * precision * recall / (precision + recall);
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function commonLength(left: readonly string[], right: readonly string[]): number {
  let row = new Uint32Array(right.length + 1);
  for (const word of left) {
    const next = new Uint32Array(right.length + 1);
    for (let at = 1; at <= right.length; at++) {
      next[at] = word === right[at - 1] ? row[at - 1]! + 1 : Math.max(row[at]!, next[at - 1]!);
    }
    row = next;
  }
  return row[right.length]!;
}
