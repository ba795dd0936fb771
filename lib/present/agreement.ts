import { intervalText } from "./comparison.ts";
import { plural } from "./numbers.ts";
import { cell } from "./text.ts";

/** How far a person and a scorer agree. */
export interface AgreementFigures {
  /** What the person's score is called. */
  readonly human: string;
  readonly scorer: string;
  /** `null`: both only ever said one and the same. */
  readonly kappa: number | null;
  /** `null` also where they vary too little for one. */
  readonly ci95: readonly [number, number] | null;
  /** The share of equal verdicts. */
  readonly agreement: number | null;
  readonly n: number;
  readonly isEnough: boolean;
}

/** `review and judge: κ 0.61, 95 % 0.35 – 0.87, equal in 0.82 of 40`. */
export function agreementText(
  { human, scorer, kappa, ci95, agreement, n, isEnough }: AgreementFigures,
): string {
  const names = `${cell(human)} and ${cell(scorer)}`;
  const equal = `equal in ${(agreement ?? 0).toFixed(2)} of ${plural(n, "result")}`;
  const few = isEnough ? "" : ", too few to rely on";
  return kappa === null
    ? `${names}: no κ, both only ever said one and the same; ${equal}${few}`
    : `${names}: κ ${kappa.toFixed(2)}, ${
      ci95 === null ? "no interval: they vary too little" : `95 % ${intervalText(ci95)}`
    }, ${equal}${few}`;
}
