import {
  ATTR,
  type LostCost,
  type Message,
  NO_USAGE,
  type PriceTag,
  ProviderError,
  UNITS,
  type Usage,
} from "../core/mod.ts";
import { usdOf } from "./receipt.ts";

/** English text has about four characters to a token; an estimate, never a bound. */
const CHARS_PER_TOKEN = 4;
/** Words of the network's own errors for requests that never reached the server. */
const NEVER_SENT = /refused|dns|resolve|lookup|unreachable|certificate|handshake/i;

/**
 * Whether the server may bill an attempt that failed. Not what it refused, nor what never reached it; but what was cancelled, cut,
 * timed out or unreadable, and whatever had begun to arrive.
 */
export function mayBeBilled(error: unknown, streamedChars: number): boolean {
  if (!(error instanceof ProviderError) || streamedChars > 0 || error.usage) return true;
  if (error.statusCode !== undefined && error.statusCode >= 300) return false;
  switch (error.kind) {
    case "input":
    case "circuit":
    case "http":
      return false;
    case "network":
      return !NEVER_SENT.test(error.reason);
    case "protocol":
    case "stream":
    case "timeout":
      return true;
  }
}

/** Tokens of a call as far as its texts tell. */
export function estimatedUsage(
  call: {
    readonly messages: readonly Message[];
    readonly tools?: unknown;
    /** Length of what arrived, UTF-16 units. */
    readonly streamedChars: number;
  },
): Usage {
  const sentChars = call.messages.reduce((sum, { parts }) => sum + JSON.stringify(parts).length, 0) +
    (call.tools === undefined ? 0 : JSON.stringify(call.tools).length);
  return {
    ...NO_USAGE,
    inputTokens: Math.ceil(sentChars / CHARS_PER_TOKEN),
    outputTokens: Math.ceil(call.streamedChars / CHARS_PER_TOKEN),
  };
}

/** The cost of a lost attempt at these prices: unknown, with an estimate beside it where the prices are known. */
export function estimatedCost({ inputTokens, outputTokens }: Usage, tag: PriceTag | undefined): LostCost {
  const quantities = Object.fromEntries(
    [[UNITS.input, inputTokens] as const, [UNITS.output, outputTokens] as const].filter(([, n]) => n > 0),
  );
  const usd = tag ? usdOf(quantities, tag.usdPerMillion, tag.factor) : null;
  return {
    cost: { usd: null, quantities, ...(tag ? { tag } : {}) },
    ...(usd === null ? {} : { attributes: { [ATTR.estimatedCostUsd]: usd } }),
  };
}
