import { formatNumber } from "./numbers.ts";

const DECIMALS_MAX = 4;

/** A score's value: `1`, `0.9167`; `–` for one that only has a label. */
export function scoreValue(value: number | undefined): string {
  return value === undefined ? "–" : formatNumber(value, DECIMALS_MAX);
}

/** Value and label, as far as a score has them: `0.9167 good`. */
export function scoreText({ value, label }: { readonly value?: number; readonly label?: string }): string {
  return [...(value === undefined ? [] : [scoreValue(value)]), ...(label === undefined ? [] : [label])].join(
    " ",
  );
}
