import { attemptsOf, childrenOf, spanTitle, spanTookMs, type TreeRow, treeRows } from "../analysis/mod.ts";
import { ATTR, type Span, type Trace } from "../core/mod.ts";
import { costWordsOf, duration, plural } from "../present/mod.ts";
import type { ChartDefinition, Spec } from "./frame/chart.ts";
import { timeUnit } from "./frame/formats.ts";
import { label, percent, runLabel } from "./frame/text.ts";
import type { Theme } from "./frame/theme.ts";
import type { Tone } from "./terminal/text_chart.ts";

const ROWS_MAX = 60;
const KINDS = ["model call", "tool call", "other", "failed", "wait"] as const;
type Kind = (typeof KINDS)[number];
const TONES: Readonly<Record<Kind, Tone>> = {
  "model call": 0,
  "tool call": 1,
  other: "other",
  failed: "bad",
  wait: "wait",
};

interface Piece {
  readonly kind: Kind;
  readonly fromMs: number;
  readonly toMs: number;
}

/** When each step of a run began and ended. */
export const waterfall: ChartDefinition = {
  name: "waterfall",
  about: "when each step of a run began and ended, with failed attempts and waits",
  of: "run",
  needs: ["trace"],
  draw({ trace, nowMs }) {
    const steps = trace ? shownRows(trace) : [];
    if (!trace || steps.length === 0) {
      return { nothing: "no step of this run is on record", remedy: "agentop show RUN" };
    }
    const startUs = Math.min(...steps.map(({ span }) => span.startTimeUs));
    const shown = steps.slice(0, ROWS_MAX);
    const placed = shown.map((row) => ({ ...row, pieces: piecesOf(trace, row.span, startUs, nowMs) }));
    const endMs = Math.max(1, ...placed.flatMap(({ pieces }) => pieces.map(({ toMs }) => toMs)));
    const names = labelsOf(placed);
    const rows = placed.flatMap(({ span, pieces }, at) =>
      pieces.map((piece) => ({ step: names[at]!, ...piece, tookMs: spanTookMs(span, nowMs) }))
    );
    const used = KINDS.filter((kind) => rows.some((row) => row.kind === kind));
    const left = steps.length - shown.length;
    return {
      title: titleOf(placed, nowMs, endMs),
      subtitle:
        `run ${runLabel(trace.run.runId)} of ${label(trace.run.agent)}: ${duration(endMs)}, ${
          costWordsOf(trace.run.totals)
        }` +
        (left > 0 ? `; the first ${ROWS_MAX} of ${plural(steps.length, "step")}` : ""),
      columns: {
        step: { type: "text", about: "number and name" },
        kind: { type: "text", about: "what the stretch of time was spent on" },
        fromMs: { type: "number", unit: "ms", about: "since the first step began" },
        toMs: { type: "number", unit: "ms", about: "since the first step began" },
        tookMs: { type: "number", unit: "ms", about: "how long the whole step took" },
      },
      rows,
      spec: (theme) => specOf({ rows, names, used, endMs }, theme),
      text: {
        kind: "bars",
        rows: placed.map(({ pieces, span }, at) => ({
          label: names[at]!,
          pieces: pieces.map(({ kind, fromMs, toMs }) => ({ from: fromMs, to: toMs, tone: TONES[kind] })),
          value: duration(spanTookMs(span, nowMs)),
        })),
        to: endMs,
        format: duration,
        legend: used.map((name) => ({ name, tone: TONES[name] })),
      },
    };
  },
};

interface PlacedRow extends Piece {
  readonly step: string;
}

function specOf(
  { rows, names, used, endMs }: {
    readonly rows: readonly PlacedRow[];
    readonly names: readonly string[];
    readonly used: readonly Kind[];
    readonly endMs: number;
  },
  theme: Theme,
): Spec {
  const unit = timeUnit(endMs);
  return {
    height: { step: 20 },
    data: {
      values: rows.map((row) => ({
        ...row,
        from: row.fromMs / unit.ms,
        // What happened can be seen, however short it was.
        to: Math.max(row.toMs, row.fromMs + endMs * 0.003) / unit.ms,
      })),
    },
    mark: { type: "bar", tooltip: true, minBandSize: 1, height: { band: 0.62 } },
    encoding: {
      y: { field: "step", type: "nominal", sort: [...names], title: null },
      x: {
        field: "from",
        type: "quantitative",
        title: `time in ${unit.name}`,
        scale: { domain: [0, endMs / unit.ms], nice: false },
        axis: { grid: true, format: "~r", tickCount: 8 },
      },
      x2: { field: "to" },
      color: {
        field: "kind",
        type: "nominal",
        title: null,
        scale: { domain: used, range: used.map((kind) => colorOf(kind, theme)) },
      },
    },
  };
}

/** Everything but the agent itself and single attempts. */
function shownRows(trace: Trace): readonly TreeRow[] {
  return treeRows(trace).filter(({ span, guides }) =>
    span.kind !== "attempt" && !(span.kind === "agent" && guides.length === 0) &&
    (span.step !== undefined || childrenOf(trace, span.spanId).length === 0 || span.kind !== "chain")
  );
}

function piecesOf(trace: Trace, span: Span, startUs: number, nowMs: number): readonly Piece[] {
  const at = (us: number) => Math.max(0, (us - startUs) / 1000);
  const kind = span.status === "error" || span.status === "interrupted"
    ? "failed"
    : span.kind === "llm"
    ? "model call"
    : span.kind === "tool"
    ? "tool call"
    : "other";
  const end = (it: Span) => at(Math.max(it.startTimeUs, it.endTimeUs ?? nowMs * 1000));
  const attempts = attemptsOf(trace, span.spanId);
  if (attempts.length < 2) return [{ kind, fromMs: at(span.startTimeUs), toMs: end(span) }];
  return attempts.flatMap((attempt): readonly Piece[] => {
    const wait = attempt.attributes[ATTR.retryDelayMs];
    const tried: Piece = {
      kind: attempt.status === "ok" ? kind : "failed",
      fromMs: at(attempt.startTimeUs),
      toMs: end(attempt),
    };
    return typeof wait === "number" && wait > 0
      ? [tried, { kind: "wait", fromMs: end(attempt), toMs: end(attempt) + wait }]
      : [tried];
  });
}

/** Each row's label is its own: equal names are told apart by their numbers. */
function labelsOf(rows: readonly TreeRow[]): readonly string[] {
  const seen = new Map<string, number>();
  return rows.map(({ span, step }) => {
    const base = label(`${step === undefined ? "" : `${step} `}${spanTitle(span)}`, 40);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return count === 1 ? base : `${base} (${count})`;
  });
}

function titleOf(rows: readonly TreeRow[], nowMs: number, endMs: number): string {
  const slowest = rows.reduce((a, b) => spanTookMs(b.span, nowMs) > spanTookMs(a.span, nowMs) ? b : a);
  const took = spanTookMs(slowest.span, nowMs);
  const what = slowest.step === undefined ? slowest.span.kind : `Step ${slowest.step}`;
  return `${what}, ${label(spanTitle(slowest.span), 36)}, took ${duration(took)} of ${duration(endMs)} (${
    percent(Math.min(1, took / endMs))
  })`;
}

function colorOf(kind: Kind, theme: Theme): string {
  const tone = TONES[kind];
  if (typeof tone === "number") return theme.series[tone]!;
  return tone === "bad" ? theme.bad : tone === "wait" ? theme.wait : theme.other;
}
