import { comparisonNotes, costDifference, duration, signed } from "../../../present/mod.ts";
import type { ExperimentOverview } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { clamp, moved } from "../../draw/scroll.ts";
import type { Motion } from "../../widgets/list.ts";
import { DocMemo } from "../../reader/doc_memo.ts";
import type { Part } from "../../reader/part.ts";
import { textRows, type Window } from "../../reader/reader.ts";
import { aboutParts } from "./about.ts";
import { evalsLayout } from "./layout.ts";
import type { EvalsModel, Opened, Reading } from "./model.ts";
import { asideLines, differenceLines, scoreLines } from "./scores.ts";

/** Blanks at both sides of the text; what differs brings its own. */
export const MARGINS = { difference: 0, about: 1 } as const;
const SCORE_HEAD_ROWS = 1;
const DOCS_KEPT = 4;

const docs = new DocMemo(DOCS_KEPT);
let told: readonly { readonly opened: Opened; readonly pane: Reading; readonly parts: readonly Part[] }[] =
  [];

/** What such a pane has to say; worked out once. */
function partsFor(opened: Opened, pane: Reading, env: Env): readonly Part[] {
  const known = told.find((it) => it.pane === pane && isSame(it.opened, opened));
  if (known) return known.parts;
  const parts = partsOf(opened, pane, env);
  told = [{ opened, pane, parts }, ...told].slice(0, DOCS_KEPT);
  return parts;
}

function isSame(a: Opened, b: Opened): boolean {
  return a.overview === b.overview && a.about === b.about && a.cases === b.cases && a.column === b.column;
}

function partsOf(opened: Opened, pane: Reading, env: Env): readonly Part[] {
  const { overview } = opened;
  if (!overview) return [];
  if (pane === "about") return aboutParts(opened, env);
  const { difference: it } = overview;
  if (!it) return [];
  return [{
    kind: "draw",
    text: "",
    draw: (columns, glyphs) => [
      ...differenceLines(overview, columns, glyphs),
      ...asideLines(comparisonNotes(it), perRun(it), columns),
    ],
  }];
}

/** What is read in a pane, laid out for it. */
export function readingWindow(model: EvalsModel, opened: Opened, pane: Reading, env: Env): Window {
  const area = evalsLayout(model, opened, env)[pane];
  const reader = opened.readers[pane];
  const columns = Math.max(1, (area?.columns ?? env.size.columns) - BORDER - 2 * MARGINS[pane]);
  const height = textRows(reader, Math.max(1, (area?.rows ?? 0) - BORDER));
  const { folds, depth, isWrapped } = reader;
  const options = { columns, glyphs: env.glyphs, prefix: "", folds, depth, isWrapped };
  return { doc: docs.doc(partsFor(opened, pane, env), options), columns, height };
}

/** `per run: cost +$0.0012, time -120ms`. */
function perRun({ costDeltaUsd, durationDeltaMs }: NonNullable<ExperimentOverview["difference"]>): string {
  const cost = costDeltaUsd === null ? "unknown" : costDifference(costDeltaUsd, { isKnown: true });
  const time = durationDeltaMs === null ? "unknown" : signed(Math.round(durationDeltaMs), duration);
  return `per run: cost ${cost}, time ${time}`;
}

/** The first row of the scores in view after a motion. */
export function readScores(model: EvalsModel, opened: Opened, motion: Motion, env: Env): number {
  const area = evalsLayout(model, opened, env).scores;
  const { overview, scoresTop } = opened;
  if (!area || !overview) return scoresTop;
  const { rows } = scoreLines(overview, area.columns - BORDER, env.glyphs);
  const height = Math.max(1, area.rows - BORDER - SCORE_HEAD_ROWS);
  const last = Math.max(0, rows.length - height);
  return moved(motion.action, clamp(scoresTop, 0, last), motion.count, height, last + 1) ?? scoresTop;
}
