import type { Span, Trace } from "../core/mod.ts";

/** One span of a trace, with what it takes to draw the branches before it. */
export interface TreeRow {
  readonly span: Span;
  /** For each level above, whether its branch goes on below. */
  readonly guides: readonly boolean[];
  readonly isLast: boolean;
}

const DEPTH_MAX = 32;

/**
 * The spans of a trace, parents before children, in order of their start. A span whose parent is unknown is a root; spans that
 * name each other as parents are shown once. A call's only attempt is left out when it went well: the call says it all.
 */
export function treeRows(trace: Trace): readonly TreeRow[] {
  const children = new Map<string | undefined, Span[]>();
  for (const span of trace.spans.values()) {
    const parent = span.parentSpanId !== undefined && trace.spans.has(span.parentSpanId)
      ? span.parentSpanId
      : undefined;
    children.set(parent, [...children.get(parent) ?? [], span]);
  }
  for (const list of children.values()) list.sort((a, b) => a.startTimeUs - b.startTimeUs);
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  const visit = (spans: readonly Span[], guides: readonly boolean[]) => {
    const fresh = spans.filter((span) => !seen.has(span.spanId));
    for (const [index, span] of fresh.entries()) {
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      const isLast = index === fresh.length - 1;
      rows.push({ span, guides, isLast });
      const below = children.get(span.spanId) ?? [];
      const attempts = below.filter((it) => it.kind === "attempt");
      const isPlain = attempts.length === 1 && attempts[0]!.status === "ok";
      if (isPlain) seen.add(attempts[0]!.spanId);
      if (guides.length < DEPTH_MAX) {
        visit(isPlain ? below.filter((it) => it.kind !== "attempt") : below, [...guides, !isLast]);
      }
    }
  };
  visit(children.get(undefined) ?? [], []);
  for (const span of trace.spans.values()) visit([span], []);
  return rows;
}
