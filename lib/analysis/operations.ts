import { ATTR, isObject, type Span, type Trace } from "../core/mod.ts";
import { textAttribute } from "./attributes.ts";
import { budgetUsdOf } from "./run_config.ts";

/** What somebody did to a run while it was live. */
export interface Operation {
  readonly action: "tell" | "set";
  /** Of the request; the same when it is done again after a kill. */
  readonly id: string;
  readonly by: string;
  /** What the agent was told. */
  readonly text: string;
  /** What was set, and what it was before. */
  readonly changes: Readonly<Record<string, { readonly from?: unknown; readonly to: unknown }>>;
  /** The first step after it; absent while the agent has not read what it was told. */
  readonly step?: number;
}

/** What was done to a run, in the order it took effect, each once; what the agent has not read yet comes last. */
export function operationsOf(spans: Iterable<Span>): readonly Operation[] {
  const known = new Map<string, Operation>();
  for (const span of spans) {
    const operation = operationOf(span);
    if (!operation) continue;
    if (known.get(operation.id)?.step === undefined) known.set(operation.id, operation);
  }
  return [...known.values()].sort((a, b) => (a.step ?? Infinity) - (b.step ?? Infinity));
}

/** `undefined` for every other span. */
export function operationOf(span: Pick<Span, "kind" | "attributes">): Operation | undefined {
  if (span.kind !== "event") return undefined;
  const action = span.attributes[ATTR.controlAction];
  const id = textAttribute(span, ATTR.controlId);
  if (action !== "tell" && action !== "set" || id === undefined) return undefined;
  const step = span.attributes[ATTR.controlStep];
  return {
    action,
    id,
    by: textAttribute(span, ATTR.controlBy) ?? "control",
    text: textAttribute(span, ATTR.controlText) ?? "",
    changes: changesIn(span.attributes[ATTR.controlChanges]),
    ...(typeof step === "number" ? { step } : {}),
  };
}

function changesIn(value: unknown): Operation["changes"] {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, change]) =>
      isObject(change) && "to" in change ? [[key, { from: change["from"], to: change["to"] }]] : []
    ),
  );
}

/** The run's own limit as it is now, USD. */
export function budgetUsdNow({ run, spans }: Pick<Trace, "run" | "spans">): number | undefined {
  const set = operationsOf(spans.values()).findLast(({ changes }) => Object.hasOwn(changes, "budgetUsd"));
  const usd = set?.changes["budgetUsd"]?.to;
  return typeof usd === "number" && usd > 0 ? usd : budgetUsdOf(run);
}

/** `maxSteps 12 → 30, model mistral-small-latest → mistral-large-latest`; not yet fit for a terminal. */
export function changesText(changes: Operation["changes"]): string {
  const said = (value: unknown) => value === undefined || value === null ? "none" : String(value);
  return Object.entries(changes).map(([key, { from, to }]) => `${key} ${said(from)} → ${said(to)}`).join(
    ", ",
  );
}
