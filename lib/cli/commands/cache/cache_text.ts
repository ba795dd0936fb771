import { type CacheReport, missRemedy, missText } from "../../../analysis/mod.ts";
import { type Run, shortRunId } from "../../../core/mod.ts";
import {
  CACHE_NOTE,
  cacheLostText,
  cacheRateText,
  cacheSummary,
  type Cell,
  cell,
  type Column,
  compact,
  grouped,
  knownCost,
  plural,
  table,
} from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

const STEPS_SHOWN = 6;
/** Call by call. */
export function formatRunCache(run: Run, report: CacheReport, look: Look): string {
  const columns: readonly Column[] = [
    { title: "STEP", align: "right" },
    { title: "INPUT", align: "right" },
    { title: "CACHED", align: "right" },
    { title: "RATE", align: "right" },
    { title: "SAME BYTES", align: "right", drop: 1 },
    { title: "LOST", align: "right" },
    { title: "WHY", min: 16 },
  ];
  const rows = report.callList.map((it): readonly Cell[] => [
    { text: String(it.step) },
    { text: grouped(it.inputTokens) },
    { text: grouped(it.cachedTokens) },
    {
      text: cacheRateText(it),
      style: it.lostTokens > 0 ? "yellow" : it.cachedTokens > 0 ? "green" : undefined,
    },
    { text: `${grouped(it.sharedBytes)} of ${grouped(it.promptBytes)}`, style: "dim" },
    { text: it.lostTokens === 0 ? "" : knownCost(it.lostUsd), style: "yellow" },
    {
      text: it.cause === undefined
        ? it.verdict === "first" ? "the first of its kind" : ""
        : cell(missText(it)),
    },
  ]);
  return [
    `${look.paint("bold", cell(run.agent))} ${look.paint("dim", cell(run.runId))}`,
    cacheSummary(report),
    "",
    table(columns, rows, look),
    ...mending(report, look),
  ].join("\n");
}

/** Agent by agent, then what cost most. */
export function formatRunsCache(report: CacheReport, look: Look): string {
  const agents: readonly Column[] = [
    { title: "AGENT", min: 8, max: 28 },
    { title: "CALLS", align: "right" },
    { title: "INPUT", align: "right" },
    { title: "RATE", align: "right" },
    { title: "SAVED", align: "right" },
    { title: "LOST", align: "right" },
    { title: "RATE BY STEP", min: 12, drop: 1 },
  ];
  const rows = report.agents.map((it): readonly Cell[] => [
    { text: cell(it.agent) },
    { text: grouped(it.calls) },
    { text: compact(it.inputTokens) },
    { text: cacheRateText(it) },
    { text: knownCost(it.savedUsd, it.cachedTokens > 0 ? it.unpricedCalls : 0) },
    { text: cacheLostText(it), style: it.lostTokens > 0 ? "yellow" : undefined },
    { text: stepsText(report, it.agent), style: "dim" },
  ]);
  return [
    `${plural(report.runs, "run")}: ${cacheSummary(report)}`,
    "",
    table(agents, rows, look),
    ...(report.losses.length === 0 ? [] : ["", lossTable(report, look)]),
    ...mending(report, look),
  ].join("\n");
}

function lossTable({ losses }: CacheReport, look: Look): string {
  const columns: readonly Column[] = [
    { title: "LOST", align: "right" },
    { title: "CALLS", align: "right" },
    { title: "AGENT", min: 8, max: 24 },
    { title: "EXAMPLE" },
    { title: "WHY", min: 20 },
  ];
  return table(
    columns,
    losses.map((it): readonly Cell[] => [
      { text: knownCost(it.lostUsd, it.unpricedCalls), style: "yellow" },
      { text: grouped(it.calls) },
      { text: cell(it.agent) },
      { text: `${shortRunId(it.example.runId)} step ${it.example.step}`, style: "dim" },
      { text: cell(missText({ ...it.example, cause: it.cause })) },
    ]),
    look,
  );
}

/** What would mend it, each once. */
function mending({ losses }: CacheReport, look: Look): readonly string[] {
  if (losses.length === 0) return [];
  const remedies = [...new Set(losses.map(({ cause }) => missRemedy(cause)))];
  return ["", ...remedies.map((it) => `Mend: ${it}`), look.paint("dim", CACHE_NOTE)];
}

function stepsText({ steps }: CacheReport, agent: string): string {
  const own = steps.filter((it) => it.agent === agent);
  const shown = own.slice(0, STEPS_SHOWN).map((it) => `${it.step}: ${cacheRateText(it)}`).join(" · ");
  return own.length > STEPS_SHOWN ? `${shown} · …` : shown;
}
