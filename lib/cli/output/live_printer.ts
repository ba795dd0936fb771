import { runTookMs, spanTookMs, toolTitle } from "../../analysis/mod.ts";
import {
  ATTR,
  escapeText,
  isRateLimit,
  jsonText,
  limitText,
  oneLine,
  retriesOf,
  type Run,
  type Span,
  type SpanEnd,
  totalTokens,
  type TraceEvent,
  type TreeTotals,
} from "../../core/mod.ts";
import { costWordsOf, duration, plural, tookText, treeCostWords, UNKNOWN } from "../../present/mod.ts";

const SUMMARY_MAX_CHARS = 100;
const RESULT_MAX_CHARS = 120;

export interface LivePrinterOptions {
  /** Streamed text of the answer. */
  readonly answer: (text: string) => void;
  /** One line per thing that happened. */
  readonly step: (line: string) => void;
  readonly color: boolean;
}

/** Shows a run as it happens: text as it streams, a line per tool call, attempt and hand-off. */
export class LivePrinter {
  readonly #options: LivePrinterOptions;
  readonly #spans = new Map<string, Span>();
  readonly #depths = new Map<string, number>();
  #column = 0;
  #streamed = new Set<string>();

  constructor(options: LivePrinterOptions) {
    this.#options = options;
  }

  /** Text was streamed and its last line is not ended yet. */
  get isMidLine(): boolean {
    return this.#column > 0;
  }

  readonly listen = (event: TraceEvent): void => {
    switch (event.type) {
      case "run_start":
        if (event.run.parentRunId !== undefined) this.#depths.set(event.run.traceId, 1);
        return;
      case "run_update":
        if (event.change.status === "paused") this.#line(event.traceId, this.#dim("⏸ paused"));
        return;
      case "span_start":
        this.#spans.set(event.span.spanId, event.span);
        return this.#started(event.span);
      case "span_end":
        return this.#ended(event);
      case "delta":
        if (event.channel === "text" && !this.#depths.has(event.traceId)) {
          this.#text(event.spanId, event.text);
        }
        return;
      case "reset":
        if (this.#streamed.delete(event.spanId)) {
          this.#line(event.traceId, this.#dim("↺ the stream broke: again"));
        }
    }
  };

  #started(span: Span): void {
    if (span.kind === "agent" && this.#depths.has(span.traceId)) {
      this.#line(span.traceId, `▸ ${escapeText(span.name)}`);
    }
    if (span.kind === "tool") {
      this.#line(
        span.traceId,
        `${this.#paint("36", "⚙")} ${escapeText(oneLine(toolTitle(span), SUMMARY_MAX_CHARS))}`,
      );
    }
  }

  #ended(event: SpanEnd): void {
    const span = this.#spans.get(event.spanId);
    if (!span) return;
    const took = duration(spanTookMs({ ...span, endTimeUs: event.endTimeUs }, 0));
    // That somebody stopped the run is said at its end.
    if (span.kind === "attempt" && event.status === "error" && event.errorType !== "cancelled") {
      const delay = event.attributes?.[ATTR.retryDelayMs];
      const limit = event.attributes?.[ATTR.rateLimit];
      const which = isRateLimit(limit) ? ` (${limitText(limit)})` : "";
      const what = `${event.errorType ?? "error"}${which} after ${took}`;
      const then = typeof delay === "number" ? `, again in ${duration(delay)}` : ", no further attempt";
      this.#line(span.traceId, this.#paint("33", `↻ ${escapeText(what)}${then}`));
    }
    if (span.kind === "tool") {
      const part = event.outputMessages?.[0]?.parts[0];
      const result = part?.type === "tool_call_response" ? jsonText(part.response) : event.errorMessage ?? "";
      const glyph = event.status === "ok" ? this.#paint("32", "✓") : this.#paint("31", "✗");
      this.#line(
        span.traceId,
        `  ${glyph} ${this.#dim(`${escapeText(oneLine(result, RESULT_MAX_CHARS))} · ${took}`)}`,
      );
    }
    if (span.kind === "llm" && this.#streamed.has(span.spanId) && this.#column > 0) {
      this.#options.answer("\n");
      this.#column = 0;
    }
  }

  #text(spanId: string, text: string): void {
    const safe = escapeText(text, { multiline: true });
    this.#streamed.add(spanId);
    this.#options.answer(safe);
    this.#column = safe.endsWith("\n") ? 0 : this.#column + safe.length;
  }

  #line(traceId: string, line: string): void {
    if (this.#column > 0) {
      this.#options.answer("\n");
      this.#column = 0;
    }
    this.#options.step(`${"  ".repeat(this.#depths.get(traceId) ?? 0)}${line}`);
  }

  #dim(text: string): string {
    return this.#paint("2", text);
  }

  #paint(code: string, text: string): string {
    return this.#options.color ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** The line under a finished run. */
export function summaryLine(run: Run, tree?: TreeTotals): string {
  const { totals } = run;
  const known = costWordsOf(totals);
  const cost = known.startsWith(UNKNOWN) ? `cost ${known}` : known;
  const withHandOffs = tree && tree.runs > 1 ? ` (with hand-offs ${treeCostWords(tree)})` : "";
  return [
    run.status,
    plural(totals.steps, "step"),
    plural(totalTokens(totals.usage), "token"),
    cost + withHandOffs,
    tookText(runTookMs(run, 0)),
    ...(retriesOf(totals) > 0 ? [plural(totals.attempts, "attempt")] : []),
    run.runId,
  ].join(" · ");
}
