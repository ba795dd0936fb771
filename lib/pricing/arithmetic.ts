import { roundUsd } from "../core/mod.ts";

/**
 * `Σ quantity × usdPerMillion / 1e6 × factor`, rounded to 1e-12 USD, summed in alphabetical order of the units so that a
 * copy whose keys were reordered gives the same bits. `null` when a unit that was used has no price.
 */
export function usdOf(
  quantities: Readonly<Record<string, number>>,
  usdPerMillion: Readonly<Record<string, number>>,
  factor = 1,
): number | null {
  let sum = 0;
  for (const unit of Object.keys(quantities).sort()) {
    const quantity = quantities[unit]!;
    if (quantity === 0) continue;
    const price = Object.hasOwn(usdPerMillion, unit) ? usdPerMillion[unit]! : undefined;
    if (price === undefined) return null;
    sum += (quantity * price) / 1e6;
  }
  const usd = roundUsd(sum * factor);
  return Number.isFinite(usd) ? usd : null;
}
