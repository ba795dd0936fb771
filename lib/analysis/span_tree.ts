import type { Span, Trace } from "../core/mod.ts";
import { stepNumber } from "./steps.ts";

/** One span of a trace, with what it takes to draw the branches before it. */
export interface TreeRow {
  readonly span: Span;
  /** Its number, where it is a step. */
  readonly step: number | undefined;
  /** For each level above, whether its branch goes on below; as many as the span is deep. */
  readonly guides: readonly boolean[];
  readonly isLast: boolean;
  readonly hasChildren: boolean;
  readonly isOpen: boolean;
  /** Attempts of a model call, oldest first, shown as rows or not. */
  readonly attempts: readonly Span[];
}

/** What lies deeper is shown on this level. */
const DEPTH_MAX = 64;
const NO_SPANS: readonly Span[] = [];
const NONE: ReadonlySet<string> = new Set();

/**
 * The spans of a trace, parents before children, in order of their start; what lies below the spans in `collapsed` (by id) is left
 * out. Otherwise each span is shown once: one whose parent is unknown is a root, so that traces which arrive in pieces can be
 * shown, and so is the first of those that name each other as parents. A call's only attempt is left out unless it went wrong:
 * the call says it all.
 */
export function treeRows(trace: Trace, collapsed: ReadonlySet<string> = NONE): readonly TreeRow[] {
  const { roots, childrenOf } = familyOf(trace);
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  const stack: { span: Span; guides: readonly boolean[]; isLast: boolean }[] = [];
  const push = (spans: readonly Span[], guides: readonly boolean[]) => {
    for (let index = spans.length - 1; index >= 0; index--) {
      stack.push({ span: spans[index]!, guides, isLast: index === spans.length - 1 });
    }
  };
  push(roots, []);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { span, guides, isLast } = next;
    if (seen.has(span.spanId)) continue;
    seen.add(span.spanId);
    const all = childrenOf.get(span.spanId) ?? NO_SPANS;
    const attempts = all.filter((child) => child.kind === "attempt");
    const shown = isPlain(attempts) ? all.filter((child) => child.kind !== "attempt") : all;
    const isOpen = !collapsed.has(span.spanId);
    rows.push({
      span,
      step: stepNumber(trace, span),
      guides,
      isLast,
      hasChildren: shown.length > 0,
      isOpen,
      attempts,
    });
    if (isOpen) push(shown, guides.length < DEPTH_MAX ? [...guides, !isLast] : guides);
  }
  return rows;
}

/** Children of a span in order of their start. */
export function childrenOf(trace: Trace, spanId: string): readonly Span[] {
  return familyOf(trace).childrenOf.get(spanId) ?? NO_SPANS;
}

/** The attempts of a model call, oldest first. */
export function attemptsOf(trace: Trace, spanId: string): readonly Span[] {
  return childrenOf(trace, spanId).filter((child) => child.kind === "attempt");
}

function isPlain(attempts: readonly Span[]): boolean {
  const only = attempts[0];
  return attempts.length === 1 && only !== undefined && only.status !== "error" &&
    only.status !== "interrupted";
}

interface Family {
  readonly roots: readonly Span[];
  readonly childrenOf: ReadonlyMap<string, readonly Span[]>;
}

const families = new WeakMap<Trace["spans"], Family>();

function familyOf(trace: Trace): Family {
  const known = families.get(trace.spans);
  if (known) return known;
  const childrenOf = new Map<string, Span[]>();
  const roots: Span[] = [];
  for (const span of trace.spans.values()) {
    const parent = span.parentSpanId;
    if (parent === undefined || parent === span.spanId || !trace.spans.has(parent)) roots.push(span);
    else if (childrenOf.get(parent)?.push(span) === undefined) childrenOf.set(parent, [span]);
  }
  const byStart = (a: Span, b: Span) => a.startTimeUs - b.startTimeUs;
  roots.sort(byStart);
  for (const list of childrenOf.values()) list.sort(byStart);
  const family: Family = { roots: [...roots, ...ringsOf(trace, roots, childrenOf)], childrenOf };
  families.set(trace.spans, family);
  return family;
}

/** Spans that name each other as parents hang below no root; the first of each ring becomes one. */
function ringsOf(
  trace: Trace,
  roots: readonly Span[],
  childrenOf: ReadonlyMap<string, readonly Span[]>,
): readonly Span[] {
  const reached = new Set<string>();
  const visit = (from: Span) => {
    const stack = [from];
    for (let span = stack.pop(); span; span = stack.pop()) {
      if (reached.has(span.spanId)) continue;
      reached.add(span.spanId);
      for (const child of childrenOf.get(span.spanId) ?? NO_SPANS) stack.push(child);
    }
  };
  roots.forEach(visit);
  const firsts: Span[] = [];
  if (reached.size < trace.spans.size) {
    for (const span of trace.spans.values()) {
      if (reached.has(span.spanId)) continue;
      firsts.push(span);
      visit(span);
    }
  }
  return firsts;
}
