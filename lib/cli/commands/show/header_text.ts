import { runTookMs, stepCount } from "../../../analysis/mod.ts";
import { sentenceOf, type Trace, type TreeTotals } from "../../../core/mod.ts";
import {
  ago,
  cell,
  costWordsOf,
  duration,
  facts,
  originWords,
  plural,
  STATUS_LOOKS,
  tookText,
  treeCostWords,
  usageText,
  zonedTime,
} from "../../../present/mod.ts";
import { type Look, runStyle } from "../../output/look.ts";

/** What time it is, and where. */
export interface Clock {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** What a run was: its status, when, how much, what for. */
export function formatRunHeader(
  trace: Trace,
  look: Look,
  { nowMs, timeZone }: Clock,
  tree?: TreeTotals,
  redacted: ReadonlyMap<string, number> = new Map(),
): string {
  const { run } = trace;
  const { totals } = run;
  const { usage } = totals;
  const startMs = run.startTimeUs / 1000;
  const took = run.endTimeUs === undefined ? "" : `, took ${tookText(runTookMs(run, nowMs))}`;
  const tags = Object.entries(run.tags).map(([key, value]) => `${key}=${value}`).join(" ");
  const title = `${look.paint(runStyle(run), `${STATUS_LOOKS[run.status].glyph} ${run.status}`)}  ${
    look.paint("bold", cell(run.agent))
  }  ${look.paint("dim", cell(run.runId))}`;
  const rows = [
    ["model", cell(run.model)],
    ["started", `${zonedTime(startMs, timeZone)} (${ago(startMs, nowMs)})${took}`],
    ["tokens", usageText(usage)],
    ["cost", costWordsOf(totals)],
    [
      "with hand-offs",
      tree && tree.runs > 1 ? `${treeCostWords(tree)}, ${usageText(tree.usage)}` : undefined,
    ],
    [
      "calls",
      `${plural(stepCount(trace), "step")}: ${plural(totals.llmCalls, "model call")}, ${
        plural(totals.toolCalls, "tool call")
      }` +
      // Of others' calls nobody says how often they were tried.
      (run.origin !== "agent" && totals.attempts === 0 ? "" : `; ${plural(totals.attempts, "attempt")}`) +
      (totals.retryWaitMs > 0 ? `, ${duration(totals.retryWaitMs)} lost to retries` : ""),
    ],
    ["from", originWords(run.origin)],
    ["group", run.group === undefined ? undefined : cell(run.group)],
    ["tags", tags === "" ? undefined : cell(tags)],
    ["parent", run.parentRunId === undefined ? undefined : cell(run.parentRunId)],
    [
      "fork of",
      run.forkedFrom === undefined ? undefined : `${cell(run.forkedFrom.runId)}, step ${run.forkedFrom.step}`,
    ],
    [
      "redacted",
      redacted.size === 0
        ? undefined
        : cell(Array.from(redacted, ([name, count]) => `${count}× ${name}`).join(", ")),
    ],
    ["prompt", cell(run.prompt)],
    ...(run.warnings ?? []).map(({ type, message }) =>
      ["warning", `${look.paint("yellow", cell(type))} ${cell(message)}`] as const
    ),
    [
      "error",
      run.error === undefined
        ? undefined
        : look.paint("red", cell(run.error.type)) + ` ${cell(sentenceOf(run.error))}`,
    ],
  ] as const;
  return `${title}\n${facts(rows, look)}`;
}
