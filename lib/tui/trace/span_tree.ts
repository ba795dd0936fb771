import { ATTR, type Span, type Trace } from "../../core/mod.ts";

/** One row of the span tree. */
export interface TreeRow {
  readonly span: Span;
  readonly depth: number;
  /** For each level, whether the branch goes on below; drawn as guides. */
  readonly guides: readonly boolean[];
  readonly isLast: boolean;
  readonly hasChildren: boolean;
  readonly isOpen: boolean;
  /** Attempts of a model call, oldest first. */
  readonly attempts: readonly Span[];
}

const DEPTH_MAX = 64;
const NO_SPANS: readonly Span[] = [];

interface Family {
  readonly roots: readonly Span[];
  readonly childrenOf: ReadonlyMap<string, readonly Span[]>;
}

const families = new WeakMap<ReadonlyMap<string, Span>, Family>();

/**
 * The spans of a trace as rows, parents before children, in order of their start. A span whose parent is unknown is a root,
 * so that traces which arrive in pieces can be shown. A model call's only attempt is left out when it went well.
 */
export function treeRows(trace: Trace, collapsed: ReadonlySet<string>): readonly TreeRow[] {
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
      depth: guides.length,
      guides,
      isLast,
      hasChildren: shown.length > 0,
      isOpen,
      attempts,
    });
    if (isOpen && guides.length < DEPTH_MAX) push(shown, [...guides, !isLast]);
  }
  return rows;
}

function isPlain(attempts: readonly Span[]): boolean {
  const only = attempts[0];
  return attempts.length === 1 && only !== undefined && only.status !== "error" &&
    only.status !== "interrupted";
}

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
  const cycles = loose(trace, roots, childrenOf);
  const family: Family = { roots: [...roots, ...cycles], childrenOf };
  families.set(trace.spans, family);
  return family;
}

/** Spans that name each other as parents would be shown nowhere; the earliest of each ring becomes a root. */
function loose(
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
  const extra: Span[] = [];
  if (reached.size < trace.spans.size) {
    for (const span of trace.spans.values()) {
      if (reached.has(span.spanId)) continue;
      extra.push(span);
      visit(span);
    }
  }
  return extra;
}

/** Children of a span in order of their start. */
export function childrenOf(trace: Trace, spanId: string): readonly Span[] {
  return familyOf(trace).childrenOf.get(spanId) ?? NO_SPANS;
}

/** The span that is being worked on: the latest open one which has no open child. Attempts stand for their model call. */
export function activeSpan(trace: Trace): Span | undefined {
  let best: Span | undefined;
  for (const span of trace.spans.values()) {
    if (span.endTimeUs !== undefined || span.kind === "attempt") continue;
    if (!best || span.startTimeUs > best.startTimeUs || isDeeper(span, best)) best = span;
  }
  return best;
}

/** For two that started in the same microsecond. */
function isDeeper(span: Span, than: Span): boolean {
  return span.startTimeUs === than.startTimeUs && than.parentSpanId !== span.spanId;
}

/** A question that waits for a person: an open guardrail span. */
export interface Approval {
  readonly spanId: string;
  readonly tool: string;
  readonly summary: string;
  readonly arguments: unknown;
}

export function pendingApproval(trace: Trace): Approval | undefined {
  let oldest: Span | undefined;
  for (const span of trace.spans.values()) {
    if (span.kind !== "guardrail" || span.endTimeUs !== undefined) continue;
    if (!oldest || span.startTimeUs < oldest.startTimeUs) oldest = span;
  }
  if (!oldest) return undefined;
  const text = (name: string) => {
    const value = oldest.attributes[name];
    return typeof value === "string" ? value : undefined;
  };
  const tool = text(ATTR.toolName) ?? oldest.name;
  return {
    spanId: oldest.spanId,
    tool,
    summary: text(ATTR.toolSummary) ?? tool,
    arguments: oldest.attributes[ATTR.toolCallArguments],
  };
}
