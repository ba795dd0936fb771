import { ngrams, referenceMetric, sharedCount } from "./reference_metric.ts";

const ORDER_MAX = 4;

/**
 * Sentence BLEU as sacreBLEU 2 gives it with `effective_order`: 13a tokens, four orders or as many as the answer has, precisions of
 * 0 smoothed exponentially, brevity by the nearest reference's length. Its signature: `case:mixed|eff:yes|tok:13a|smooth:exp`.
 */
export const bleu = referenceMetric({
  name: "bleu",
  version: "1",
  description:
    "BLEU of the answer against one text or several, from 0 to 1 (as sacreBLEU: eff:yes, tok:13a, smooth:exp)",
  example: "'bleu={text: The cat is on the mat., min: 0.4}'",
  measure: sentenceBleu,
});

export function sentenceBleu(answer: string, references: readonly string[]): number {
  const tokens = tokens13a(answer);
  const others = references.map(tokens13a);
  let [logs, orders, smoothing, hasMatch] = [0, 0, 1, false];
  for (let n = 1; n <= ORDER_MAX && tokens.length >= n; n++) {
    const matches = sharedCount(ngrams(tokens, n, " "), mostOf(others.map((it) => ngrams(it, n, " "))));
    hasMatch ||= matches > 0;
    if (matches === 0) smoothing *= 2;
    logs += Math.log((matches === 0 ? 1 / smoothing : matches) / (tokens.length - n + 1));
    orders = n;
  }
  if (!hasMatch) return 0;
  const wanted = nearestLength(tokens.length, others.map((it) => it.length));
  const brevity = tokens.length < wanted ? Math.exp(1 - wanted / tokens.length) : 1;
  return brevity * Math.exp(logs / orders);
}

/** Each n-gram as often as the reference with the most of it has it. */
function mostOf(all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const counts of all) {
    for (const [gram, count] of counts) most.set(gram, Math.max(count, most.get(gram) ?? 0));
  }
  return most;
}

function nearestLength(length: number, others: readonly number[]): number {
  return others.reduce((best, it) => {
    const [off, bestOff] = [Math.abs(it - length), Math.abs(best - length)];
    return off < bestOff || off === bestOff && it < best ? it : best;
  });
}

/** The tokens of mteval-v13a, as sacreBLEU splits them: for languages of the West. */
export function tokens13a(text: string): readonly string[] {
  const plain = text.trimEnd().replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ")
    .replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ")
    .split(/\s+/).filter((token) => token !== "");
}
