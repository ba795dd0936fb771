/** What a model without a known price counts for under a budget: it is refused, free, or so many USD per million tokens. */
export type UnpricedPolicy = "refuse" | "allow" | { readonly usdPerMillion: number };

/** What so many tokens of a model without a price count for, USD; `null`: they are refused. */
export function assumedUsd(policy: UnpricedPolicy | undefined, tokens: number): number | null {
  if (policy === undefined || policy === "refuse") return null;
  if (policy === "allow") return 0;
  return Number.isFinite(tokens) ? tokens * policy.usdPerMillion / 1e6 : null;
}
