import { ATTR, estimatedUsdOf, type Run, type RunReader, type Span } from "../core/mod.ts";

type FamilyStore = Pick<RunReader, "childRuns" | "loadTrace">;

/** More than one run hands work to, as far as stores that others wrote go. */
const FAMILY_MAX = 10_000;

/** What a run and all that it handed work to used up before it goes on. */
export interface UsedUp {
  /** Model and tool calls. */
  readonly steps: number;
  /** USD, with what lost calls may have cost at most. */
  readonly usd: number;
}

export async function usedUp(store: FamilyStore, run: Run): Promise<UsedUp> {
  if (run.status === "queued" && run.totals.steps === 0) return { steps: 0, usd: 0 };
  let [steps, usd] = [0, 0];
  for (const member of await family(store, run)) {
    steps += member.totals.steps;
    usd += member.totals.costUsd + lostUsd([...(await store.loadTrace(member.traceId)).spans.values()]);
  }
  return { steps, usd };
}

/** A run with all below it, each once, whatever their rows say of each other. */
async function family(store: FamilyStore, run: Run): Promise<readonly Run[]> {
  const members = new Map([[run.runId, run]]);
  for (const { runId } of members.values()) {
    for (const child of await store.childRuns(runId)) {
      if (members.size < FAMILY_MAX && !members.has(child.runId)) members.set(child.runId, child);
    }
  }
  return [...members.values()];
}

/**
 * What calls that nobody knows the cost of may have cost: each of their attempts all that was set aside for it, where that is on
 * record, and its estimate otherwise. A call whose process died may have been sent though no attempt is on record.
 */
export function lostUsd(spans: readonly Span[]): number {
  const attemptsOf = Map.groupBy(
    spans.filter((span) => span.kind === "attempt"),
    (span) => span.parentSpanId,
  );
  let usd = 0;
  for (const call of spans) {
    if (call.kind === "attempt") continue;
    const reserved = amount(call.attributes[ATTR.reservedUsd]);
    const attempts = attemptsOf.get(call.spanId) ?? [];
    const lost = [call, ...attempts].filter((span) => span.cost?.usd === null);
    usd += lost.reduce((sum, span) => sum + Math.max(reserved, amount(estimatedUsdOf(span))), 0);
    const isCut = call.status === "interrupted" && lost.length === 0 &&
      !attempts.some((span) => span.status === "interrupted");
    if (isCut) usd += reserved;
  }
  return usd;
}

/** A store may hold anything. */
function amount(usd: unknown): number {
  return typeof usd === "number" && Number.isFinite(usd) && usd > 0 ? usd : 0;
}
