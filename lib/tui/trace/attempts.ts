import {
  attemptOf,
  attemptsOf,
  childrenOf,
  numberAttribute,
  spanTitle,
  stepNumber,
  textAttribute,
} from "../../analysis/mod.ts";
import { ATTR, lostToRetriesMs, type Span, type Trace } from "../../core/mod.ts";
import { lane, type Stretch } from "../draw/bars.ts";
import { duration } from "../../present/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { fitLine, type Line, seg, spread } from "../draw/line.ts";
import { clean, fit } from "../terminal/text.ts";
import { GAP, type Part, textPart } from "../reader/part.ts";
import { ATTEMPT_TONES } from "./span_row.ts";

const CALLS_MAX = 50;
const LABEL_COLUMNS = 18;
const TIME_COLUMNS = 7;
const LANE_COLUMNS_MIN = 10;

/** The tries of a model call on one time axis, waits between them; of an agent: of each call that was tried again. */
export function attemptParts(trace: Trace, span: Span, nowMs: number): readonly Part[] {
  if (span.kind !== "agent") {
    const attempts = span.kind === "attempt" ? [span] : attemptsOf(trace, span.spanId);
    return attempts.length === 0 ? [] : [...laneParts(attempts, nowMs), GAP, ...detailParts(attempts)];
  }
  const retried = childrenOf(trace, span.spanId).filter((child) =>
    attemptsOf(trace, child.spanId).length > 1
  );
  return retried.slice(0, CALLS_MAX).flatMap((call) => [
    textPart(
      `step ${stepNumber(trace, call) ?? "?"}  ${spanTitle(call)}`,
      "heading",
    ),
    ...laneParts(attemptsOf(trace, call.spanId), nowMs),
    GAP,
  ]);
}

function laneParts(attempts: readonly Span[], nowMs: number): readonly Part[] {
  const startMs = attempts[0]!.startTimeUs / 1000;
  const endOf = (attempt: Span) => (attempt.endTimeUs ?? Math.max(attempt.startTimeUs, nowMs * 1000)) / 1000;
  const lastMs = Math.max(...attempts.map((attempt) => endOf(attempt) + (attemptOf(attempt).waitedMs ?? 0)));
  const wholeMs = Math.max(1, lastMs - startMs);
  const lostMs = attempts.reduce((sum, attempt) => sum + lostToRetriesMs(attempt), 0);
  const share = (ms: number) => (ms - startMs) / wholeMs;
  const rows = attempts.map((attempt) => {
    const { number, outcome, state, waitedMs = 0 } = attemptOf(attempt);
    const tone = ATTEMPT_TONES[state];
    return {
      label: `${number} ${clean(outcome)}`,
      tone,
      tookMs: endOf(attempt) - attempt.startTimeUs / 1000,
      waitMs: waitedMs,
      stretches: (glyphs: Glyphs): readonly Stretch[] => [
        ...(waitedMs > 0
          ? [{
            from: share(endOf(attempt)),
            to: share(endOf(attempt) + waitedMs),
            tone: "warn" as const,
            glyph: glyphs.wait,
          }]
          : []),
        {
          from: share(attempt.startTimeUs / 1000),
          to: share(endOf(attempt)),
          tone,
          glyph: glyphs.barFull,
        },
      ],
    };
  });
  return [{
    kind: "draw",
    text: rows.map((row) =>
      `${row.label}  ${duration(row.tookMs)}${row.waitMs > 0 ? `  wait ${duration(row.waitMs)}` : ""}`
    ).join("\n"),
    draw: (columns, glyphs) => {
      const label = Math.min(LABEL_COLUMNS, Math.max(...rows.map((row) => row.label.length)) + 1);
      const figures = columns - label - 2 * TIME_COLUMNS - 2 >= LANE_COLUMNS_MIN ? 2 * TIME_COLUMNS : 0;
      const wide = Math.max(1, columns - label - figures - 1);
      const axis = spread(
        [seg(" ".repeat(label)), seg("0", "dim")],
        [seg(duration(wholeMs), "dim")],
        label + wide,
      );
      const heads: Line = figures === 0 ? [] : [
        seg(fit("TOOK", TIME_COLUMNS, "right"), "heading"),
        seg(fit("WAIT", TIME_COLUMNS, "right"), "heading"),
      ];
      return [
        [...axis, ...heads],
        ...rows.map((row): Line => [
          ...fitLine([seg(fit(row.label, label - 1), row.tone)], label),
          ...lane(row.stretches(glyphs), wide, glyphs),
          ...(figures === 0 ? [] : [
            seg(fit(duration(row.tookMs), TIME_COLUMNS, "right")),
            seg(fit(row.waitMs > 0 ? duration(row.waitMs) : "", TIME_COLUMNS, "right"), "warn"),
          ]),
        ]),
        ...lostLines(lostMs, wholeMs, glyphs),
      ];
    },
  }];
}

function lostLines(lostMs: number, wholeMs: number, glyphs: Glyphs): readonly Line[] {
  if (lostMs <= 0) return [];
  const share = Math.round((lostMs / wholeMs) * 100);
  const text = `${duration(lostMs)} lost to retries, ${share}% of the call`;
  return [[seg(`${glyphs.wait.repeat(3)} `, "warn"), seg(text, "dim")]];
}

function detailParts(attempts: readonly Span[]): readonly Part[] {
  return attempts.flatMap((attempt): readonly Part[] => {
    const { number, outcome, state, askedMs } = attemptOf(attempt);
    const server = textAttribute(attempt, ATTR.serverAddress);
    const lines = [
      ...(attempt.errorMessage === undefined ? [] : [attempt.errorMessage]),
      ...(server === undefined
        ? []
        : [`server ${server}:${numberAttribute(attempt, ATTR.serverPort) ?? ""}`]),
      ...(askedMs === undefined ? [] : [`server asked to wait ${duration(askedMs)}`]),
      ...(textAttribute(attempt, ATTR.attemptPartial) === undefined
        ? []
        : ["text had arrived before it broke: Output has it"]),
    ];
    return [
      textPart(`attempt ${number}  ${clean(outcome)}`, ATTEMPT_TONES[state]),
      ...lines.map((text) => textPart(text, "dim", 2)),
    ];
  });
}
