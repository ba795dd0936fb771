import { type Interval, Z_95 } from "./intervals.ts";

export interface KappaOptions {
  /** `linear`: labels that are near count in part; `labels` then gives their order. @default "none" */
  readonly weights?: "none" | "linear";
  /** Every label, in order. @default those that occur, in code unit order */
  readonly labels?: readonly string[];
}

/** How far two people, or a person and a judge, agree beyond chance. */
export interface Kappa {
  /** From −1 to 1; `null` without items, or where both only ever gave one and the same label. */
  readonly kappa: number | null;
  /** Asymptotic (Fleiss, Cohen and Everitt 1969). */
  readonly standardError: number | null;
  /** kappa ± 1.96 standard errors, cut to [−1, 1]. */
  readonly ci95: Interval | null;
  /** The share of items with equal labels, weighted. */
  readonly agreement: number | null;
  readonly n: number;
}

/** Cohen's κ of two raters' labels of the same items, in the same order. */
export function cohenKappa(a: readonly string[], b: readonly string[], options: KappaOptions = {}): Kappa {
  if (a.length !== b.length) {
    throw new RangeError(`Cannot compare labels: there are ${a.length} and ${b.length}`);
  }
  const labels = options.labels ?? [...new Set([...a, ...b])].sort();
  const n = a.length;
  if (n === 0) return { kappa: null, standardError: null, ci95: null, agreement: null, n };
  const size = labels.length;
  const weight = (i: number, j: number) =>
    options.weights === "linear" && size > 1 ? 1 - Math.abs(i - j) / (size - 1) : i === j ? 1 : 0;
  const shares = sharesOf(a, b, labels);
  const rows = shares.map((row) => row.reduce((sum, it) => sum + it, 0));
  const columns = labels.map((_, j) => shares.reduce((sum, row) => sum + row[j]!, 0));
  const over = (term: (i: number, j: number) => number) => {
    let sum = 0;
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum += term(i, j);
    return sum;
  };
  const agreement = over((i, j) => shares[i]![j]! * weight(i, j));
  const chance = over((i, j) => rows[i]! * columns[j]! * weight(i, j));
  if (1 - chance <= Number.EPSILON) return { kappa: null, standardError: null, ci95: null, agreement, n };
  const kappa = (agreement - chance) / (1 - chance);
  const ofRow = labels.map((_, i) => columns.reduce((sum, share, j) => sum + share * weight(i, j), 0));
  const ofColumn = labels.map((_, j) => rows.reduce((sum, share, i) => sum + share * weight(i, j), 0));
  const spread = over((i, j) =>
    shares[i]![j]! * (weight(i, j) - (ofRow[i]! + ofColumn[j]!) * (1 - kappa)) ** 2
  );
  const variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2);
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = Z_95 * standardError;
  return {
    kappa,
    standardError,
    ci95: [Math.max(-1, kappa - half), Math.min(1, kappa + half)],
    agreement,
    n,
  };
}

/** The share of items for each pair of labels: rows are the first rater's. */
function sharesOf(a: readonly string[], b: readonly string[], labels: readonly string[]): number[][] {
  const places = new Map(labels.map((label, index) => [label, index]));
  const placeOf = (label: string) => {
    const place = places.get(label);
    if (place === undefined) {
      throw new RangeError(`Cannot compare labels: ${JSON.stringify(label)} is not one`);
    }
    return place;
  };
  const shares = labels.map(() => labels.map(() => 0));
  for (const [index, label] of a.entries()) shares[placeOf(label)]![placeOf(b[index]!)]! += 1 / a.length;
  return shares;
}
