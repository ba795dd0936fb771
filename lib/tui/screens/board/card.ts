import { budgetUsdOf, configPart, runTookMs } from "../../../analysis/mod.ts";
import { isLive, type Run, shortRunId, totalTokens } from "../../../core/mod.ts";
import { compact, costOf, knownCost, money, runTone, shortStatus, tookText } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { gauge } from "../../draw/charts.ts";
import { fitParts, type Line, line, seg, spread } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { clean, cleanLines, wrap } from "../../terminal/text.ts";
import type { RunNow } from "./queries.ts";
import { type Sample, tokensPerSecond } from "./rate.ts";

/** Before an estimate. */
const ABOUT = "~";
const GAUGE_COLUMNS_MAX = 12;
const GAUGE_COLUMNS_MIN = 4;
/** With fewer rows inside, a card keeps to state, cost and words. */
const FULL_ROWS = 5;

export interface CardAbout {
  readonly run: Run;
  /** Absent until it was read. */
  readonly now: RunNow | undefined;
  readonly samples: readonly Sample[];
  readonly isChosen: boolean;
}

/** One run in a box of exactly `columns` × `rows`. */
export function card(about: CardAbout, env: Env, columns: number, rows: number): readonly Line[] {
  const { run, now, isChosen } = about;
  const inner = columns - BORDER;
  const height = Math.max(0, rows - BORDER);
  const head = height >= FULL_ROWS
    ? [
      stateLine(about, env, inner),
      modelLine(run, now, inner),
      costLine(run, now, env, inner),
      ...asks(about, env),
    ]
    : [stateLine(about, env, inner), costLine(run, now, env, inner), ...asks(about, env)];
  const rest = Math.max(0, height - head.length);
  const pointer = isChosen ? `${env.glyphs.pointer} ` : "";
  return pane([...head, ...wordRows(now, inner, rest)], columns, rows, env.glyphs, {
    title: `${pointer}${clean(run.agent)}`,
    focused: isChosen,
    note: line(clean(shortRunId(run.runId)), "dim"),
  });
}

/** What it is doing, how far it is, how quick, how long. */
function stateLine({ run, now, samples }: CardAbout, env: Env, columns: number): Line {
  const rate = isLive(run.status) ? tokensPerSecond(samples, env.nowMs) : undefined;
  const parts: Line[] = [
    [seg(`${env.glyphs.status[run.status]} ${shortStatus(run)}`, runTone(run))],
    ...(rate === undefined ? [] : [[seg(`${ABOUT}${compact(rate)}/s`, "live")]]),
    [seg("step ", "dim"), seg(stepsText(run, now), "strong")],
  ];
  const took = seg(` ${tookText(runTookMs(run, env.nowMs))} `, isLive(run.status) ? "live" : "text");
  return spread([seg(" "), ...fitParts(parts, 2, columns - took.text.length - 1)], [took], columns);
}

/** Steps begun, of those it may make. */
function stepsText(run: Run, now: RunNow | undefined): string {
  const { maxSteps } = configPart(run, "limits");
  const begun = now?.steps ?? run.totals.steps;
  return typeof maxSteps === "number" ? `${begun}/${maxSteps}` : String(begun);
}

function modelLine(run: Run, now: RunNow | undefined, columns: number): Line {
  const known = totalTokens(run.totals.usage);
  const tokens = now?.open ? ABOUT + compact(known + now.open.tokens) : compact(known);
  const parts: Line[] = [
    [seg(tokens, "strong"), seg(" tokens", "dim")],
    [seg(clean(run.model), "llm")],
  ];
  return [seg(" "), ...fitParts(parts, 2, columns - 2)];
}

/** The cost so far, with what calls under way may cost, against the budget. */
function costLine(run: Run, now: RunNow | undefined, env: Env, columns: number): Line {
  const usd = spentUsd(run, now);
  const budget = budgetUsdOf(run);
  const cost = seg(costText(run, now), "strong");
  if (budget === undefined) return [seg(" "), ...fitParts([[seg("cost ", "dim"), cost]], 1, columns - 2)];
  const limit: Line = [cost, seg(` of ${money(budget)}`, "dim")];
  const room = columns - 3 - limit.reduce((sum, part) => sum + part.text.length, 0);
  const bar = room >= GAUGE_COLUMNS_MIN
    ? gauge(usd / budget, Math.min(GAUGE_COLUMNS_MAX, room), env.glyphs)
    : [];
  return [seg(" "), ...fitParts([limit, bar], 1, columns - 2)];
}

/** Known cost, and the estimate of what is under way where it has a price. */
export function spentUsd({ totals }: Run, now: RunNow | undefined): number {
  return totals.costUsd + (now?.open?.usd ?? 0);
}

function costText(run: Run, now: RunNow | undefined): string {
  if (!now?.open) return costOf(run.totals);
  const text = knownCost(spentUsd(run, now), run.totals.unknownCostCalls + now.open.unpriced);
  return now.open.usd > 0 ? ABOUT + text : text;
}

/** The call that waits for a person, or the tool at work. */
function asks({ run, now }: CardAbout, { glyphs }: Env): readonly Line[] {
  if (now?.waiting !== undefined && isLive(run.status)) {
    return [[
      seg(` ${glyphs.status.waiting} `, "waiting"),
      seg("approve? ", "waiting"),
      seg(clean(now.waiting), "strong"),
    ]];
  }
  return now && now.tool !== "" ? [[seg(" tool ", "tool"), seg(clean(now.tool))]] : [];
}

/** The end of what was said last. */
function wordRows(now: RunNow | undefined, columns: number, rows: number): readonly Line[] {
  if (!now || rows === 0) return [];
  const room = Math.max(1, columns - 2);
  const said = cleanLines(now.words).flatMap((row) => wrap(row.trimEnd(), room));
  while (said.at(-1) === "") said.pop();
  return said.slice(-rows).map((row) => line(` ${row}`));
}
