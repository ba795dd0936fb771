import { plural } from "./numbers.ts";
import { scoreValue } from "./score.ts";
import { signed } from "./money.ts";
import { cell } from "./text.ts";

const CASES_NAMED = 3;
const P_DIGITS = 2;
const P_LEAST = 0.0001;

/** `0.84 – 0.98`. */
export function intervalText(ci95: readonly [number, number] | null): string {
  return ci95 === null ? "–" : `${ci95[0].toFixed(2)} – ${ci95[1].toFixed(2)}`;
}

/** Of a difference: `-0.02 to +0.24`. */
export function differenceInterval(ci95: readonly [number, number] | null): string {
  if (ci95 === null) return "–";
  // As many digits as it takes to see that it has a width.
  const isNarrow = ci95.some((bound) => bound !== 0 && Math.abs(bound) < 0.005);
  return ci95.map((bound) => `${bound > 0 ? "+" : ""}${bound.toFixed(isNarrow ? 4 : 2)}`).join(" to ");
}

/** `0.062`, `<0.0001`. */
export function pText(p: number | null): string {
  if (p === null) return "–";
  return p < P_LEAST ? `<${P_LEAST}` : String(Number(p.toPrecision(P_DIGITS)));
}

/** What one scorer says of two sides. */
export interface Difference {
  readonly pairs: number;
  readonly difference: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly pHolm: number | null;
  readonly verdict: "better" | "worse" | "no difference shown";
  readonly moreCasesNeeded: number | null;
}

/** What may be claimed, and no more: `large is better by 0.11: 95 % interval +0.02 to +0.20, p 0.031 over 12 cases`. */
export function differenceWords(it: Difference, right: string): string {
  if (it.difference === null) return "nothing can be said: no case has a score on both sides";
  const shown = it.verdict === "no difference shown"
    ? `no difference shown (${signed(it.difference, scoreValue)})`
    : `${cell(right)} is ${it.verdict} by ${scoreValue(Math.abs(it.difference))}`;
  const interval = it.ci95 === null ? "" : `95 % interval ${differenceInterval(it.ci95)}, `;
  const more = it.moreCasesNeeded === null
    ? ""
    : `; about ${plural(it.moreCasesNeeded, "more case")} to show one of this size`;
  return `${shown}: ${interval}p ${pText(it.pHolm)} over ${plural(it.pairs, "case")}${more}`;
}

/** What a reader must know before the figures of a comparison. */
export function comparisonNotes(
  { changedCases: changed, onlyLeft, onlyRight }: {
    readonly changedCases: readonly string[];
    readonly onlyLeft: number;
    readonly onlyRight: number;
  },
): readonly string[] {
  const named = changed.slice(0, CASES_NAMED).map(cell).join(", ");
  return [
    ...(changed.length > 0
      ? [
        `The suite has changed between the two: ${
          plural(changed.length, "case")
        } of those in common (${named}${changed.length > CASES_NAMED ? ", …" : ""})`,
      ]
      : []),
    ...(onlyLeft + onlyRight > 0
      ? [`Not compared: ${plural(onlyLeft, "case")} only on the left, ${onlyRight} only on the right`]
      : []),
  ];
}
