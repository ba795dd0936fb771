import { ATTR, type Cost, type Message, type PriceBook, roundUsd, type Span } from "../../core/mod.ts";
import type { Draft } from "./draft.ts";

export interface Unrepeated {
  readonly spans: readonly Span[];
  /** Model calls that lie in no other one: a framework and the SDK below it both tell of one call. */
  readonly outerCalls: number;
}

/**
 * What several spans say of the same counts once. Usage and cost stay with the innermost span that has some: what is above adds up
 * what is below. What was said stays with the outermost model call.
 */
export function withoutRepeats(drafts: readonly Draft[], prices: PriceBook): Unrepeated {
  const byId = new Map(drafts.map((draft) => [draft.span.spanId, draft]));
  const above = (draft: Draft) => ancestors(draft, byId);
  const addsUp = new Set<Draft>();
  const inner = new Set<Draft>();
  for (const draft of drafts) {
    const parents = above(draft);
    if (hasUsed(draft)) { for (const parent of parents) addsUp.add(parent); }
    if (draft.span.kind === "llm" && parents.some(({ span }) => span.kind === "llm")) inner.add(draft);
  }
  const calls = drafts.filter(({ span }) => span.kind === "llm").map(({ span }) => span);
  const said = new Set(calls.flatMap(messagesOf).map(keyOf));
  const isSaidAbove = (draft: Draft) =>
    inner.has(draft) && above(draft).some((it) => it.span.kind === "llm" && messagesOf(it.span).length > 0);
  /** Agents repeat, in words of their own, what their calls tell. */
  const isRepeated = ({ span }: Draft, side: "inputMessages" | "outputMessages") =>
    span.kind === "agent" && calls.some((call) => call[side] !== undefined) &&
    !(span[side] ?? []).every((it) => said.has(keyOf(it)));
  // Somebody was billed for it, and nobody says how much.
  const isUntold = (draft: Draft) =>
    draft.span.kind === "llm" && draft.span.status === "ok" && !hasUsed(draft) && !addsUp.has(draft) &&
    !inner.has(draft) && !above(draft).some((it) => hasUsed(it) && !addsUp.has(it));
  return {
    spans: drafts.map((draft) => {
      const cost = addsUp.has(draft) ? undefined : isUntold(draft) ? UNKNOWN : costOf(draft, prices);
      const isSaid = isSaidAbove(draft);
      return finished(draft, {
        cost,
        usage: addsUp.has(draft) ? undefined : draft.usage,
        inputMessages: isSaid || isRepeated(draft, "inputMessages") ? undefined : draft.span.inputMessages,
        outputMessages: isSaid || isRepeated(draft, "outputMessages") ? undefined : draft.span.outputMessages,
      });
    }),
    outerCalls: drafts.filter((it) => it.span.kind === "llm" && !inner.has(it)).length,
  };
}

const hasUsed = ({ usage, costUsd }: Draft) => usage !== undefined || costUsd !== undefined;
const messagesOf = (
  { inputMessages = [], outputMessages = [] }: Span,
) => [...inputMessages, ...outputMessages];
const keyOf = ({ role, parts }: Message) => JSON.stringify({ role, parts });

/** All spans above; a circle ends where it began. */
function ancestors(draft: Draft, byId: ReadonlyMap<string, Draft>): readonly Draft[] {
  const found = new Set<Draft>();
  for (let id = draft.span.parentSpanId; id !== undefined;) {
    const parent = byId.get(id);
    if (!parent || parent === draft || found.has(parent)) break;
    found.add(parent);
    id = parent.span.parentSpanId;
  }
  return [...found];
}

const UNKNOWN: Cost = { usd: null, quantities: {} };

type Counted = { readonly [K in "cost" | "usage" | "inputMessages" | "outputMessages"]: Span[K] | undefined };

function finished({ span }: Draft, { cost, usage, inputMessages, outputMessages }: Counted): Span {
  const { inputMessages: _i, outputMessages: _o, ...rest } = span;
  const kept = [...inputMessages ? INPUTS : [], ...outputMessages ? OUTPUTS : []];
  return {
    ...rest,
    ...(usage ? { usage } : {}),
    ...(cost ? { cost } : {}),
    ...(inputMessages ? { inputMessages } : {}),
    ...(outputMessages ? { outputMessages } : {}),
    attributes: span.kind === "agent" ? without(span.attributes, kept) : span.attributes,
  };
}

const INPUTS = ["gen_ai.input.messages", "gen_ai.system_instructions"];
const OUTPUTS = ["gen_ai.output.messages"];

/** What an agent was asked and said is kept as messages now. */
function without(attributes: Span["attributes"], names: readonly string[]): Span["attributes"] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** As it says; else by the price book, for what was used; `undefined` for what was not billed. */
function costOf({ span, usage, costUsd }: Draft, prices: PriceBook): Cost | undefined {
  const model = span.requestModel;
  const isRecorded = span.attributes[ATTR.modelSource] === "recorded";
  if (isRecorded || usage === undefined && costUsd === undefined) return undefined;
  if (span.attributes["agentop.cost.unknown"] === true) return UNKNOWN;
  const priced = model === undefined ? undefined : prices.price({
    model,
    ...(span.responseModel === undefined ? {} : { answeredBy: span.responseModel }),
    ...(usage ? { usage } : {}),
    atMs: (span.endTimeUs ?? span.startTimeUs) / 1000,
  });
  if (costUsd === undefined) return priced ?? UNKNOWN;
  const usd = roundUsd(costUsd);
  // Its own word holds; the price book's arithmetic is shown only where it comes to the same.
  return priced && priced.usd === usd ? priced : { usd, quantities: priced?.quantities ?? {} };
}
