/** P-values corrected for their number by Holm (1979), in the order given: the smallest times m, the next times m − 1, … */
export function holm(pValues: readonly number[]): readonly number[] {
  const m = pValues.length;
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(m);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, pValues[index]! * (m - rank)));
    corrected[index] = least;
  }
  return corrected;
}
