import {
  AGENT_DEFAULTS,
  assumedUsd,
  estimatePromptTokensMax,
  SharedBudgetError,
  type UnpricedPolicy,
} from "../../agent/mod.ts";
import { budgetWindows } from "../../analysis/mod.ts";
import type { BudgetStore, Host, Span, ToolDefinition } from "../../core/mod.ts";
import { type LoadedPriceBook, worstCaseUsd } from "../../pricing/mod.ts";
import type { ProxiedRequest } from "./wire_chat.ts";

/** More answers to one prompt no server gives. */
const ANSWERS_MAX = 128;

export interface SpendServices {
  readonly store: BudgetStore;
  readonly host: Host;
  readonly prices: () => Promise<LoadedPriceBook>;
  /** What a model without a known price counts for under a budget. @default "refuse" */
  readonly unpriced?: UnpricedPolicy | undefined;
  /** Where days, weeks and months of budgets begin: an IANA name. @default "UTC" */
  readonly timeZone?: string | undefined;
}

/**
 * Sets aside what a call of another program can cost, in the budgets that all runs share. The answer of a request that names no
 * `max_tokens` is taken to be as long as one of our own agents' may be. Nobody waits for money that is only set aside: the program is
 * told at once. Gives what was set aside, USD; `null` where no budget asks and nobody knows. Throws `SharedBudgetError`.
 */
export async function reserveProxied(
  { store, host, prices, unpriced, timeZone = "UTC" }: SpendServices,
  request: ProxiedRequest,
  { traceId, spanId }: Pick<Span, "traceId" | "spanId">,
): Promise<number | null> {
  const { model, messages, tools, parameters, units, kept } = request;
  const book = await prices();
  await book.prepare([model]);
  const maxInputTokens = estimatePromptTokensMax(messages, tools as readonly ToolDefinition[]) +
    (kept?.heldTokens ?? 0);
  const maxOutputTokens = answersAsked(request) * longestAnswer(parameters);
  const atMs = host.now();
  const worst = units
    ? book.price({ model, quantities: units.atMost ?? {}, atMs }).usd
    : worstCaseUsd(book, { model, maxInputTokens, maxOutputTokens, atMs });
  const usd = worst ?? assumedUsd(unpriced, maxInputTokens + maxOutputTokens);
  const { refusedBy } = await store.reserveSpend({
    traceId,
    spanId,
    model,
    modelNames: book.names?.(model, atMs) ?? [],
    usd,
    windows: budgetWindows(atMs, timeZone),
  });
  if (refusedBy) throw new SharedBudgetError(refusedBy, usd, timeZone);
  return usd;
}

/** How many answers a request asks for, to all of its prompts, each of which is paid: `best_of` are written, and the best of them come. */
export function answersAsked(
  { parameters: { n, best_of: bestOf }, prompts }: Pick<ProxiedRequest, "parameters" | "prompts">,
): number {
  const each = [n, bestOf].map((it) => typeof it === "number" && it > 1 ? Math.ceil(it) : 1);
  return Math.min(ANSWERS_MAX, Math.max(...each)) * prompts;
}

/** Tokens that one answer may have: whichever name allows more, where a request has both. */
function longestAnswer(
  { max_tokens: asked, max_completion_tokens: askedToo }: ProxiedRequest["parameters"],
): number {
  const given = [asked, askedToo].filter((it) => typeof it === "number" && it > 0) as number[];
  return given.length > 0 ? Math.max(...given) : AGENT_DEFAULTS.parameters.maxTokens;
}
