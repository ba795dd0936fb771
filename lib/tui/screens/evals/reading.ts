import { comparisonNotes, costDifference, duration, signed } from "../../../present/mod.ts";
import type { ExperimentOverview } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import type { Line } from "../../draw/line.ts";
import type { Motion } from "../../widgets/list.ts";
import { readOn } from "../../widgets/reader.ts";
import { aboutLines } from "./about.ts";
import { evalsLayout } from "./layout.ts";
import type { Opened } from "./model.ts";
import { asideLines, differenceLines, scoreLines } from "./scores.ts";

/** Panes that are read, not chosen from. */
export type Reading = "scores" | "difference" | "about";

const SCORE_HEAD_ROWS = 1;

/** Everything such a pane has, `columns` wide. */
export function readingLines(opened: Opened, pane: Reading, env: Env, columns: number): readonly Line[] {
  const { overview } = opened;
  if (!overview) return [];
  if (pane === "about") return aboutLines(opened, env, columns);
  if (pane === "scores") return scoreLines(overview, columns, env.glyphs).rows;
  const { difference: it } = overview;
  if (!it) return [];
  return [
    ...differenceLines(overview, columns, env.glyphs),
    ...asideLines(comparisonNotes(it), perRun(it), columns),
  ];
}

/** `per run: cost +$0.0012, time -120ms`. */
function perRun({ costDeltaUsd, durationDeltaMs }: NonNullable<ExperimentOverview["difference"]>): string {
  const cost = costDeltaUsd === null ? "unknown" : costDifference(costDeltaUsd, { isKnown: true });
  const time = durationDeltaMs === null ? "unknown" : signed(Math.round(durationDeltaMs), duration);
  return `per run: cost ${cost}, time ${time}`;
}

/** The first row in view after a motion. */
export function readPane(
  model: { readonly zoom: boolean },
  opened: Opened,
  pane: Reading,
  motion: Motion,
  env: Env,
): number {
  const area = evalsLayout(model, opened, env)[pane];
  const top = opened.tops[pane];
  if (!area) return top;
  const lines = readingLines(opened, pane, env, area.columns - BORDER);
  const head = pane === "scores" ? SCORE_HEAD_ROWS : 0;
  return readOn(top, motion, lines.length, Math.max(1, area.rows - BORDER - head));
}
