import type { Experiment, ExperimentOverview } from "../../../core/mod.ts";
import { shortRunId } from "../../../core/mod.ts";
import { grouped, plural } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, fitParts, type Line, line, seg } from "../../draw/line.ts";
import { beside, BORDER, pane } from "../../draw/pane.ts";
import { clamp } from "../../draw/scroll.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { clean, cut } from "../../terminal/text.ts";
import { selectedIndex } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import { readerPane } from "../../reader/pane.ts";
import { caseLines } from "./cases.ts";
import { evalsLayout } from "./layout.ts";
import { leftText, listView, rateText, statusSegment } from "./list_view.ts";
import { caseRows, caseRowsOf, chosenCase, type EvalsModel, isRunning, type Opened } from "./model.ts";
import { knownMoney } from "./money.ts";
import { MARGINS, readingWindow } from "./reading.ts";
import { LETTERS, nameOf, scoreLines } from "./scores.ts";

export function viewEvals(model: EvalsModel, env: Env): readonly Line[] {
  const { opened } = model;
  if (!opened) {
    if (model.state === "failed" && model.experiments.length === 0) {
      const keys = [["^r", "try again"], ["esc", "back"]] as const;
      return troubleLines("The store does not answer", model.failure, keys, env.size, env.glyphs);
    }
    return listView(model, env);
  }
  if (opened.state === "failed") {
    const keys = [["^r", "try again"], ["esc", "back to the list"]] as const;
    return troubleLines("This cannot be shown", opened.failure, keys, env.size, env.glyphs);
  }
  if (!opened.overview) return [EMPTY, line("  Reading results…", "dim")];
  return [headLine(model, opened.overview, env), ...body(model, opened, opened.overview, env)];
}

/** `sales 0199a3bc ✓ done  24 of 24 · 18 passed · $0.0123`; of two, one after the other. */
function headLine(model: EvalsModel, { experiments }: ExperimentOverview, env: Env): Line {
  const parts = experiments.flatMap((it, at): readonly Line[] => [
    ...(at > 0 ? [[seg(env.glyphs.arrow, "dim")]] : []),
    [
      ...(experiments.length > 1 ? [seg(`${LETTERS[at]} `, "key")] : []),
      seg(clean(it.suite), "strong"),
      seg(` ${shortRunId(it.experimentId)}`, "accent"),
    ],
    ...factsOf(model, it, env),
  ]);
  return [seg(" "), ...fitParts(parts, 2, env.size.columns - 2)];
}

function factsOf(model: EvalsModel, it: Experiment, env: Env): readonly Line[] {
  const { done, planned, passed, errors } = it;
  const left = leftText(it, model, env);
  return [
    [{ ...statusSegment(it, env, 11), text: statusSegment(it, env, 11).text.trimEnd() }],
    [seg(`${grouped(done)} of ${plural(planned, "result")}`, isRunning(it) ? "live" : "text")],
    [seg(`${grouped(passed)} passed`, passed === done ? "ok" : "text")],
    ...(errors > 0 ? [[seg(plural(errors, "error"), "error")]] : []),
    [seg(knownMoney(it), it.unknownCostCalls > 0 ? "warn" : "strong")],
    ...(left === "" ? [] : [[seg(`${rateText(it, model, env)}, ${left} left`, "live")]]),
    ...(it.reason === undefined ? [] : [[seg(clean(it.reason), "warn")]]),
  ];
}

function body(model: EvalsModel, opened: Opened, overview: ExperimentOverview, env: Env): readonly Line[] {
  const { scores, difference, cases, about } = evalsLayout(model, opened, env);
  const top = [
    ...(scores ? [scoresPane(opened, overview, env, scores)] : []),
    ...(difference ? [differencePane(model, opened, overview, env, difference)] : []),
  ];
  const bottom = [
    ...(cases ? [casesPane(model, opened, overview, env, cases)] : []),
    ...(about ? [aboutPane(model, opened, env, about)] : []),
  ];
  const isBeside = difference !== undefined && difference.x > 0;
  return [...(isBeside ? beside(...top) : top.flat()), ...(bottom.length > 0 ? beside(...bottom) : [])];
}

function scoresPane(opened: Opened, overview: ExperimentOverview, env: Env, area: Area): readonly Line[] {
  const { head, rows } = scoreLines(overview, area.columns - BORDER, env.glyphs);
  const height = Math.max(1, area.rows - BORDER - 1);
  const top = clamp(opened.scoresTop, 0, Math.max(0, rows.length - height));
  const below = rows.length - top - height;
  return pane([head, ...rows.slice(top, top + height)], area.columns, area.rows, env.glyphs, {
    title: "Scores: mean and its 95 % interval",
    focused: opened.focus === "scores",
    foot: below > 0 ? line(`${plural(below, "more row")}: tab`, "dim") : EMPTY,
    scroll: { top, total: rows.length + 1 },
  });
}

function differencePane(
  model: EvalsModel,
  opened: Opened,
  overview: ExperimentOverview,
  env: Env,
  area: Area,
): readonly Line[] {
  const { difference: it, pairs, pair } = overview;
  const inner = area.columns - BORDER;
  const title = it ? `${nameOf(overview, it.left)} ${env.glyphs.arrow} ${nameOf(overview, it.right)}` : "";
  const window = readingWindow(model, opened, "difference", env);
  return readerPane(opened.readers.difference, window, area.columns, area.rows, env.glyphs, {
    title: cut(title, Math.max(0, inner - 16)),
    focused: opened.focus === "difference",
    note: pairs.length > 1 ? line(`${pair + 1} of ${pairs.length}`, "dim") : EMPTY,
    margin: MARGINS.difference,
  });
}

const ORDER_WORDS = {
  worst: "worst first",
  changed: "most changed first",
  suite: "as in the suite",
} as const;

function casesPane(
  model: EvalsModel,
  opened: Opened,
  overview: ExperimentOverview,
  env: Env,
  area: Area,
): readonly Line[] {
  const inner = area.columns - BORDER;
  const rows = caseRows(model, opened, env);
  const left = overview.casesTotal - overview.cases.length;
  const by = opened.scorer === undefined ? "lowest of all scorers" : cut(clean(opened.scorer), 24);
  const content = rows.total === 0
    ? [EMPTY, line("  No result yet.", "dim")]
    : caseLines(opened, overview, rows, inner, env);
  return pane(content, area.columns, area.rows, env.glyphs, {
    title: "Cases",
    focused: opened.focus === "cases",
    note: [seg(`${by} ${env.glyphs.dot} ${ORDER_WORDS[model.order]}`, "dim")],
    ...(rows.total > 0
      ? {
        foot: line(
          `${selectedIndex(opened.cases, rows) + 1} of ${grouped(rows.total)}` +
            (left > 0 ? `, ${grouped(left)} more not shown` : ""),
          "dim",
        ),
      }
      : {}),
    scroll: { top: opened.cases.top, total: caseRowsOf(opened).length + 1 },
  });
}

function aboutPane(model: EvalsModel, opened: Opened, env: Env, area: Area): readonly Line[] {
  const inner = area.columns - BORDER;
  const row = chosenCase(opened);
  const window = readingWindow(model, opened, "about", env);
  return readerPane(opened.readers.about, window, area.columns, area.rows, env.glyphs, {
    title: row ? cut(clean(row.caseId), Math.max(0, inner - 12)) : "Case",
    focused: opened.focus === "about",
    isReadBeside: opened.focus === "cases",
  });
}
