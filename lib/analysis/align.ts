/** Two sequences that differ in more places than this share only their beginning and end. Bounds time and memory. */
const EDITS_MAX = 6_000;

export type Pair = readonly [left: number, right: number];

/**
 * A longest common subsequence: the places that belong together, in order. Myers' greedy algorithm ("An O(ND) Difference
 * Algorithm and Its Variations", 1986) between the common beginning and the common end.
 * `diffArrays` of the package diff finds as many pairs, but takes three times as long where two runs have little in common.
 */
export function align(left: readonly string[], right: readonly string[]): readonly Pair[] {
  let from = 0;
  const shorter = Math.min(left.length, right.length);
  while (from < shorter && left[from] === right[from]) from++;
  let after = 0;
  while (after < shorter - from && left[left.length - 1 - after] === right[right.length - 1 - after]) after++;
  const pairs: Pair[] = Array.from({ length: from }, (_, i): Pair => [i, i]);
  const a = left.slice(from, left.length - after);
  const b = right.slice(from, right.length - after);
  for (const [i, j] of middle(a, b)) pairs.push([i + from, j + from]);
  for (let k = after; k > 0; k--) pairs.push([left.length - k, right.length - k]);
  return pairs;
}

/** The pairs of two sequences that begin and end differently. */
function middle(a: readonly string[], b: readonly string[]): readonly Pair[] {
  if (a.length === 0 || b.length === 0) return [];
  const max = Math.min(a.length + b.length, EDITS_MAX);
  const ends = new Int32Array(2 * max + 3);
  const history: Int32Array[] = [];
  for (let edits = 0; edits <= max; edits++) {
    history.push(ends.slice(max + 1 - edits, max + 2 + edits));
    for (let k = -edits; k <= edits; k += 2) {
      const at = k + max + 1;
      const down = k === -edits || k !== edits && ends[at - 1]! < ends[at + 1]!;
      let x = down ? ends[at + 1]! : ends[at - 1]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      ends[at] = x;
      if (x >= a.length && x - k >= b.length) return trace(history, a.length, b.length);
    }
  }
  return [];
}

/** Walks back from the end. `history[d]` holds what was reached with `d - 1` edits, diagonals `-d` to `d`. */
function trace(history: readonly Int32Array[], lengthA: number, lengthB: number): readonly Pair[] {
  const pairs: Pair[] = [];
  let [x, y] = [lengthA, lengthB];
  for (let edits = history.length - 1; edits >= 0; edits--) {
    const reached = (k: number) => history[edits]![k + edits] ?? 0;
    const k = x - y;
    const down = k === -edits || k !== edits && reached(k - 1) < reached(k + 1);
    const fromX = edits === 0 ? 0 : reached(down ? k + 1 : k - 1);
    const fromY = edits === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0) pairs.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}
