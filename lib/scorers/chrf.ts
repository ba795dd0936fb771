import { ngrams, referenceMetric, sharedCount } from "./reference_metric.ts";

const ORDER_MAX = 6;
/** Recall counts twice as much as precision. */
const BETA_SQUARED = 4;

/**
 * chrF as sacreBLEU 2 gives it for a sentence: character n-grams up to 6 without white space, β = 2, precision and recall averaged
 * over the orders that both have. Its signature: `case:mixed|eff:yes|nc:6|nw:0|space:no`.
 */
export const chrf = referenceMetric({
  name: "chrf",
  version: "1",
  description:
    "chrF of the answer against one text or the nearest of several, from 0 to 1 (as sacreBLEU: nc:6, nw:0, β = 2)",
  example: "'chrf={text: The cat is on the mat., min: 0.6}'",
  measure: (answer, references) =>
    Math.max(...references.map((reference) => sentenceChrf(answer, reference))),
});

export function sentenceChrf(answer: string, reference: string): number {
  const [left, right] = [characters(answer), characters(reference)];
  let [precision, recall, orders] = [0, 0, 0];
  for (let n = 1; n <= ORDER_MAX && left.length >= n && right.length >= n; n++) {
    const shared = sharedCount(ngrams(left, n, ""), ngrams(right, n, ""));
    precision += shared / (left.length - n + 1);
    recall += shared / (right.length - n + 1);
    orders++;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall);
}

function characters(text: string): readonly string[] {
  return [...text.replace(/\s+/g, "")];
}
