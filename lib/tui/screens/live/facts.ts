import {
  dayOfTime,
  type Run,
  sentenceOf,
  shortRunId,
  type Trace,
  type TreeTotals,
  wallTime,
} from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import {
  ago,
  costOf,
  duration,
  grouped,
  money,
  originWords,
  plural,
  scoreText,
} from "../../../present/mod.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { clean, cut, fit } from "../../terminal/text.ts";

const LABEL_COLUMNS = 10;
const FACTS_MAX = 60;

/** What there is to say about a run apart from its spans; `family` stands after what it came from, `whole` is with its hand-offs. */
export function factLines(
  trace: Trace,
  env: Env,
  columns: number,
  { family = [], whole }: { readonly family?: readonly Line[]; readonly whole?: TreeTotals | undefined } = {},
): readonly Line[] {
  const { run } = trace;
  const from = originWords(run.origin);
  const fact = (label: string, value: string): Line => [
    seg(` ${fit(clean(label), LABEL_COLUMNS)} `, "dim"),
    seg(cut(clean(value), Math.max(1, columns - LABEL_COLUMNS - 3))),
  ];
  const lines: Line[] = [
    fact("id", shortRunId(run.runId)),
    fact("agent", run.agent),
    fact("model", run.model),
    ...startFacts(run, env, fact),
    ...(from === undefined ? [] : [fact("from", from)]),
    ...(run.group === undefined ? [] : [fact("group", run.group)]),
    ...(run.parentRunId === undefined ? [] : [fact("parent", shortRunId(run.parentRunId))]),
    ...(run.forkedFrom === undefined
      ? []
      : [fact("forked", `${shortRunId(run.forkedFrom.runId)}, step ${run.forkedFrom.step}`)]),
    ...Object.entries(run.tags).map(([key, value]) => fact(key, value)),
    ...family,
    EMPTY,
    line(" Tokens", "heading"),
    ...tokenFacts(run, fact),
    EMPTY,
    line(" Cost", "heading"),
    fact("so far", costOf(run.totals)),
    ...(whole && whole.runs > 1 ? [fact(plural(whole.runs, "run"), costOf(whole))] : []),
    ...(run.totals.unknownCostCalls > 0
      ? [fact("unpriced", plural(run.totals.unknownCostCalls, "call"))]
      : []),
    ...(run.totals.estimatedCostUsd === undefined
      ? []
      : [fact("estimated", money(run.totals.estimatedCostUsd))]),
    EMPTY,
    line(" Requests", "heading"),
    fact("calls", grouped(run.totals.llmCalls)),
    fact("attempts", grouped(run.totals.attempts)),
    fact("lost", duration(run.totals.retryWaitMs)),
  ];
  if (run.warnings?.length) {
    lines.push(EMPTY, line(" Warnings", "heading"));
    for (const { type, message } of run.warnings) lines.push(fact(type.replaceAll("_", " "), message));
  }
  if (run.error) lines.push(EMPTY, line(" Error", "heading"), fact(run.error.type, sentenceOf(run.error)));
  if (trace.evaluations.length > 0) {
    lines.push(EMPTY, line(" Scores", "heading"));
    for (const score of trace.evaluations) {
      lines.push(fact(score.name, scoreText(score)));
    }
  }
  return lines.slice(0, FACTS_MAX);
}

function tokenFacts(run: Run, fact: (label: string, value: string) => Line): readonly Line[] {
  const { usage } = run.totals;
  return [
    fact("input", grouped(usage.inputTokens)),
    ...(usage.cachedInputTokens > 0 ? [fact("cached", grouped(usage.cachedInputTokens))] : []),
    fact("output", grouped(usage.outputTokens)),
    ...(usage.reasoningTokens > 0 ? [fact("reasoning", grouped(usage.reasoningTokens))] : []),
  ];
}

/** The time, and the day when it is not today's. */
function startFacts(run: Run, env: Env, fact: (label: string, value: string) => Line): readonly Line[] {
  const startMs = run.startTimeUs / 1000;
  const [day = "?", time = ""] = wallTime(startMs, env.timeZone).split(" ");
  const sign = env.timeZone === "UTC" && time !== "" ? "Z" : "";
  return [
    ...(day === dayOfTime(env.nowMs, env.timeZone) || day === "?" ? [] : [fact("day", day)]),
    fact("started", `${time === "" ? day : time}${sign} ${ago(startMs, env.nowMs)}`),
  ];
}
