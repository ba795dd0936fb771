import { changeOf, type DearPrompt, type WhatIfRow } from "../../../analysis/mod.ts";
import type { DuplicateReport, WhatIfReport } from "../../../app/mod.ts";
import { shortRunId } from "../../../core/mod.ts";
import {
  type Cell,
  cell,
  changeText,
  type Column,
  compact,
  costOf,
  grouped,
  knownCost,
  money,
  plural,
  table,
  unknownCostNote,
  zonedTime,
} from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

/** A row each, then the total. */
export function formatWhatIf({ by, rows, total }: WhatIfReport, look: Look, timeZone: string): string {
  const columns: readonly Column[] = [
    { title: by === "day" ? `DAY (${timeZone})` : by.toUpperCase(), min: 12, max: 48 },
    { title: "CALLS", align: "right", drop: 3 },
    { title: "INPUT", align: "right" },
    { title: "CACHED", align: "right", drop: 1 },
    { title: "OUTPUT", align: "right", drop: 2 },
    { title: "COST", align: "right" },
    { title: "WHAT IF", align: "right" },
    { title: "CHANGE", align: "right" },
  ];
  const cells = (it: WhatIfRow, title: string): readonly Cell[] => {
    const change = changeOf(it);
    return [
      { text: cell(title) },
      { text: grouped(it.row.llmCalls) },
      { text: compact(it.row.usage.inputTokens) },
      { text: compact(it.row.usage.cachedInputTokens) },
      { text: compact(it.row.usage.outputTokens) },
      { text: costOf(it.row), style: it.row.unknownCostCalls > 0 ? "yellow" : undefined },
      { text: knownCost(it.usd, it.isPart ? 1 : 0), style: it.usd === null ? "yellow" : undefined },
      {
        text: change ? changeText(change.factor) : "",
        style: change && change.factor > 1 ? "red" : "green",
      },
    ];
  };
  const body = rows.map((it) => cells(it, by === "run" ? shortRunId(it.row.key) : it.row.key));
  return table(columns, [...body, cells(total, "total")], look, { totals: true });
}

/** What is assumed, and what nobody knows. */
export function whatIfNotes({ model, cachedShare, rows, total }: WhatIfReport): readonly string[] {
  const prices = model === undefined ? "the models' own prices of today" : `today's prices of ${cell(model)}`;
  const share = cachedShare === undefined
    ? ""
    : ` with ${Math.round(100 * cachedShare)} % of the input from a cache`;
  const { unknownCostCalls, estimatedCostUsd } = total.row;
  return [
    `An estimate: the same tokens at ${prices}${share}; another model counts and answers otherwise.`,
    ...unpricedNote(model, rows, total),
    ...noChangeNote([...rows, total]),
    ...(unknownCostCalls > 0 ? [unknownCostNote(unknownCostCalls, estimatedCostUsd)] : []),
  ];
}

/** Why a row says nothing of a change. */
function noChangeNote(rows: readonly WhatIfRow[]): readonly string[] {
  const blank = rows.filter((it) => changeOf(it) === undefined);
  const isFree = ({ row }: WhatIfRow) => row.costUsd === 0 && row.unknownCostCalls === 0;
  const reasons = [
    ...(blank.some((it) => !isFree(it)) ? ["what was paid, or would have been, is not wholly known"] : []),
    ...(blank.some(isFree) ? ["nothing was paid"] : []),
  ];
  return reasons.length === 0 ? [] : [`No CHANGE where ${reasons.join(", or ")}.`];
}

function unpricedNote(
  model: string | undefined,
  rows: readonly WhatIfRow[],
  total: WhatIfRow,
): readonly string[] {
  const names = rows.filter(({ usd }) => usd === null).map(({ row }) => cell(row.key)).join(", ");
  if (names === "") return [];
  if (model !== undefined && total.usd !== null) return [`Not billed by tokens: ${names}.`];
  return [`The price of ${model === undefined ? names : cell(model)} is unknown. Try: prices.yaml`];
}

/** A prompt each, the dearest first. */
export function formatDearest(prompts: readonly DearPrompt[], look: Look): string {
  const columns: readonly Column[] = [
    { title: "COST", align: "right" },
    { title: "RUNS", align: "right" },
    { title: "PER RUN", align: "right", drop: 2 },
    { title: "AGENT", min: 8, max: 24, drop: 1 },
    { title: "DEAREST" },
    { title: "PROMPT", min: 20, max: 100 },
  ];
  return table(
    columns,
    prompts.map((it): readonly Cell[] => [
      { text: costOf(it), style: it.unknownCostCalls > 0 ? "yellow" : undefined },
      { text: grouped(it.runs) },
      { text: it.unknownCostCalls > 0 ? "" : money(it.costUsd / it.runs) },
      { text: cell(it.agent) },
      { text: shortRunId(it.dearest.runId), style: "dim" },
      { text: cell(it.prompt) },
    ]),
    look,
  );
}

/** A request each, the most to save first. */
export function formatDuplicates(
  requests: DuplicateReport["requests"],
  look: Look,
  timeZone: string,
): string {
  const columns: readonly Column[] = [
    { title: "SAVED", align: "right" },
    { title: "PAID", align: "right" },
    { title: "AGENT", min: 8, max: 24 },
    { title: "MODEL", min: 8, max: 28, drop: 2 },
    { title: "STEP", align: "right", drop: 3 },
    { title: "FIRST" },
    { title: "LAST" },
    { title: "LAST TIME", drop: 1 },
  ];
  return table(
    columns,
    requests.map(({ calls, savedUsd, unknownCostCalls }): readonly Cell[] => {
      const [first, last] = [calls[0]!, calls.at(-1)!];
      return [
        { text: knownCost(savedUsd, unknownCostCalls), style: unknownCostCalls > 0 ? "yellow" : undefined },
        { text: `${grouped(calls.length)} times` },
        { text: cell(first.agent) },
        { text: cell(first.model) },
        { text: first.step === undefined ? "" : String(first.step) },
        { text: shortRunId(first.runId), style: "dim" },
        { text: shortRunId(last.runId), style: "dim" },
        { text: zonedTime(last.startTimeUs / 1000, timeZone), style: "dim" },
      ];
    }),
    look,
  );
}

/** What a cache would have saved, and what that is of. */
export function duplicatesSummary(it: DuplicateReport, limit: number): readonly string[] {
  const looked = `${plural(it.callsSeen, "model call")}${it.isCut ? ", not all of them" : ""}`;
  if (it.requests.length === 0) return [`No request was paid twice: ${looked} looked at.`];
  const more = it.requests.length - limit;
  return [
    `${plural(it.calls, "call")} of ${
      plural(it.requests.length, "request")
    } paid again, of ${looked}: a cache of answers would have saved ${
      knownCost(it.savedUsd, it.unknownCostCalls)
    }.`,
    ...(it.repeats > 0
      ? [`${plural(it.repeats, "call")} of them repeat cases of experiments on purpose.`]
      : []),
    ...(it.unknownCostCalls > 0 ? [unknownCostNote(it.unknownCostCalls)] : []),
    ...(more > 0 ? [`${plural(more, "more request")}. Try: --limit ${it.requests.length}`] : []),
  ];
}
