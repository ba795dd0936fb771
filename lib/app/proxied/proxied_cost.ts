import { assumedUsd } from "../../agent/mod.ts";
import { estimatedCost, estimatedUsage, mayBeBilled } from "../../analysis/mod.ts";
import {
  ATTR,
  type Cost,
  type LostCost,
  messageOf,
  type PricedCall,
  ProviderError,
  type Usage,
} from "../../core/mod.ts";
import { answersAsked, type SpendServices } from "./proxied_spend.ts";
import type { ProxiedAnswer, ProxiedRequest } from "./wire_chat.ts";
import type { UnitsAsked } from "./wire_units.ts";

/**
 * What a call of another program cost, as far as its answer came: where the server counted no tokens, it is unknown, with an estimate
 * beside it that budgets count. The last of several answers that were asked for is taken to be as long as the first.
 */
export async function proxiedCost(
  { host, prices, unpriced }: Pick<SpendServices, "host" | "prices" | "unpriced">,
  request: ProxiedRequest,
  { message, usage, quantities, usageInfo, responseModel: answeredBy = request.model }: ProxiedAnswer,
  isAnswered = true,
): Promise<LostCost> {
  const { model, messages, tools, units, kept } = request;
  const book = await prices();
  await book.prepare([answeredBy, model]);
  const priced = (of: Pick<PricedCall, "usage" | "quantities">) =>
    book.price({ model, answeredBy, atMs: host.now(), ...of });
  if (units) return unitsCost(units, isAnswered ? units.billed(usageInfo ?? {}) : undefined, priced);
  const price = (usage: Usage) => priced({ usage });
  const assumed = (cost: Cost, { inputTokens, outputTokens }: Usage): LostCost => {
    const usd = cost.usd === null ? assumedUsd(unpriced, inputTokens + outputTokens) : null;
    return usd === null || usd === 0 ? { cost } : { cost, attributes: { [ATTR.estimatedCostUsd]: usd } };
  };
  if (usage && quantities) {
    const [cost, { usd }] = [priced({ usage, quantities }), price(usage)];
    return cost.usd === null && usd ? { cost, attributes: { [ATTR.estimatedCostUsd]: usd } } : { cost };
  }
  if (usage) return assumed(price(usage), usage);
  const said = estimatedUsage({
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    streamedChars: message ? JSON.stringify(message.parts).length * answersAsked(request) : 0,
  });
  const estimate = { ...said, inputTokens: said.inputTokens + (kept?.heldTokens ?? 0) };
  const lost = estimatedCost(estimate, price(estimate).tag);
  return lost.attributes ? lost : assumed(lost.cost!, estimate);
}

type Quantities = Readonly<Record<string, number>>;

/** What is not billed by tokens costs what its answer says; else it is unknown, with what it asked for as an estimate where that is a number. */
function unitsCost(
  { expected }: UnitsAsked,
  billed: Quantities | undefined,
  priced: (of: Pick<PricedCall, "quantities">) => Cost,
): LostCost {
  if (billed) return { cost: priced({ quantities: billed }) };
  const estimate = priced({ quantities: expected ?? {} });
  return {
    cost: { ...estimate, usd: null },
    ...(estimate.usd ? { attributes: { [ATTR.estimatedCostUsd]: estimate.usd } } : {}),
  };
}

/** Whether the network failed before the server heard of a call, as far as its words tell. Those of addresses do not count. */
export function wasNeverSent(error: unknown): boolean {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const words = messageOf(cause).replaceAll(/https?:\/\/[^\s)]+/g, "");
  return !mayBeBilled(
    new ProviderError(words, { provider: "proxy", kind: "network", errorType: "network", retryable: false }),
    0,
  );
}
