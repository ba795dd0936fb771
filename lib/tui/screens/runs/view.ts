import { runTookMs, stepCount, treeRows } from "../../../analysis/mod.ts";
import { isLive, type Run, sentenceOf, shortRunId, totalTokens, type TreeTotals } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { compact, costOf, grouped, plural, runTone, shortStatus, tookText } from "../../../present/mod.ts";
import { EMPTY, fitLine, fitParts, type Line, line, overlay, seg } from "../../draw/line.ts";
import { beside, BORDER, centered, pane } from "../../draw/pane.ts";
import { clean, cut, fit, wrap } from "../../terminal/text.ts";
import type { Tone } from "../../draw/theme.ts";
import { treeLayout, treeRow } from "../../trace/span_row.ts";
import { dialogOver } from "./choosing.ts";
import { emptyLines } from "./empty.ts";
import { figuresLine } from "./figures.ts";
import { completionLines, filterLine, noteLines } from "./filter_view.ts";
import {
  isEmptyStore,
  rowInView,
  runsLayout,
  type RunsModel,
  selectedRow,
  tableHeight,
  writtenSoFar,
} from "./model.ts";
import { answerPane } from "./answer.ts";
import { progressWords } from "./cells.ts";
import type { ExperimentRow } from "./listed.ts";
import { scoreWords } from "./score_cell.ts";
import { tableColumns, tableHead, tableRow } from "./table.ts";
import { hasMore, knownRows, rowAt, rowsBelow } from "./window.ts";

/** More than fills a pane. */
const STREAM_TAIL_LENGTH_MAX = 8_000;
/** Figures and filter. */
const FILTER_ROWS = 2;
const NO_SPANS: ReadonlySet<string> = new Set();

export function viewRuns(model: RunsModel, env: Env): readonly Line[] {
  if (isEmptyStore(model)) return emptyLines(model, env);
  const shown = [figuresLine(model, env), filterLine(model, env), ...panes(model, env)];
  const completions = completionLines(model, env);
  if (completions.length > 0) return covered(shown, completions, env);
  const over = dialogOver(model, env);
  return over ? centered(shown, over, env.size.columns) : shown;
}

/** Under the line of the filter. */
function covered(rows: readonly Line[], over: readonly Line[], { size }: Env): readonly Line[] {
  return rows.map((row, y) => {
    const box = over[y - FILTER_ROWS];
    return box ? overlay(row, box, 0, size.columns) : row;
  });
}

function panes(model: RunsModel, env: Env): readonly Line[] {
  const { preview: area, answer: answerArea, stacked } = runsLayout(model, env);
  const table = tablePane(model, env);
  if (!area) return table;
  const preview = previewPane(model, env, area.columns, area.rows, answerArea !== undefined);
  const answer = answerArea ? answerPane(model, env, answerArea.columns, answerArea.rows) : [];
  if (!stacked) return beside(table, [...preview, ...answer]);
  return [...table, ...(answerArea ? beside(preview, answer) : preview)];
}

function tablePane(model: RunsModel, env: Env): readonly Line[] {
  const { table } = runsLayout(model, env);
  const inner = table.columns - BORDER;
  const columns = tableColumns(inner, model.columns);
  const height = tableHeight(model, env);
  const lines: Line[] = [tableHead(columns, model.sorting, env.glyphs)];
  const known = knownRows(model.window);
  if (known === 0) lines.push(EMPTY, ...noteLines(model));
  else {
    for (let y = 0; y < height; y++) {
      const index = rowInView(model, y, height);
      const row = rowAt(model.window, index);
      if (row) {
        lines.push(
          tableRow(
            row,
            columns,
            { selected: index === model.list.index, marked: model.marks.has(row.id) },
            env,
          ),
        );
      } else if (index >= 0 && index < known + (hasMore(model.window) ? 1 : 0)) {
        lines.push(line(`  ${env.glyphs.ellipsis}`, "dim"));
      } else lines.push(EMPTY);
    }
  }
  const total = model.matching === undefined ? known : model.matching + rowsBelow(model.window);
  const { index, top } = model.list;
  const position = model.reversed ? total - index : index + 1;
  return pane(lines, table.columns, table.rows, env.glyphs, {
    title: "Runs",
    focused: true,
    ...(model.state === "failed"
      ? { note: [seg(cut(clean(sentenceOf(model.failure)), Math.max(0, inner - 12)), "error")] }
      : model.restarting
      ? { note: line(`loading${env.glyphs.ellipsis}`, "dim") }
      : model.unseen > 0
      ? { note: line(`${env.glyphs.up} ${grouped(model.unseen)} new`, "live") }
      : {}),
    ...(known > 0 ? { foot: line(`${grouped(position)} of ${grouped(total)}`, "dim") } : {}),
    scroll: {
      top: model.reversed ? Math.max(0, total - top - height) : top,
      total: Math.max(total, known) + 1,
    },
  });
}

function previewPane(
  model: RunsModel,
  env: Env,
  columns: number,
  rows: number,
  short: boolean,
): readonly Line[] {
  const row = selectedRow(model);
  if (row?.kind === "experiment") return experimentPane(row, env, columns, rows);
  if (row?.kind !== "run") return pane([], columns, rows, env.glyphs, { title: "Preview" });
  const { run, note } = row;
  const inner = columns - BORDER;
  const trace = model.preview?.traceId === run.traceId ? model.preview.trace : undefined;
  const current = trace?.run ?? run;
  const facts = fitParts(
    [
      [seg(
        `${env.glyphs.status[current.status]} ${shortStatus(current)}`,
        runTone(current),
      )],
      [seg(tookText(runTookMs(current, env.nowMs)))],
      [seg(costOf(current.totals))],
      [seg(plural(trace ? stepCount(trace) : current.totals.steps, "step"), "dim")],
      [seg(`${compact(totalTokens(current.totals.usage))} tokens`, "dim")],
    ],
    2,
    inner - 2,
  );
  const lines: Line[] = [[seg(" "), ...facts]];
  if (rows > 10) {
    lines.push([
      seg(` ${clean(current.model)}`, "llm"),
      seg(current.group === undefined ? "" : `  group ${clean(current.group)}`, "dim"),
    ]);
  }
  const roomy = rows > 14;
  const labelled = (label: string, text: string, tone: Tone, max: number) => {
    const pieces = wrap(clean(text), Math.max(8, inner - 10));
    pieces.slice(0, roomy ? max : 1).forEach((piece, at) => {
      const last = at === (roomy ? max : 1) - 1 && pieces.length > at + 1;
      lines.push([
        seg(` ${fit(at === 0 ? label : "", 8)}`, "heading"),
        seg(last ? cut(`${piece} …`, inner - 9) : piece, tone),
      ]);
    });
  };
  if (note?.tree) lines.push([seg(" "), ...belowFacts(note.tree, inner - 2)]);
  if (roomy) lines.push(EMPTY);
  labelled("prompt", current.prompt, "text", 3);
  if (current.error) labelled("error", `${current.error.type}: ${sentenceOf(current.error)}`, "error", 3);
  if (note && note.scores.length > 0) labelled("scores", scoreWords(note.scores), "text", 3);
  const writing = isLive(current.status) ? writtenSoFar(model, run) : "";
  if (!short && current.output !== undefined) labelled("answer", current.output, "text", 4);
  else if (!short && writing !== "") {
    const tail = wrap(clean(writing.slice(-STREAM_TAIL_LENGTH_MAX)), Math.max(8, inner - 10)).slice(
      roomy ? -4 : -1,
    );
    tail.forEach((piece, at) =>
      lines.push([seg(` ${fit(at === 0 ? "writes" : "", 8)}`, "live"), seg(piece)])
    );
  }
  if (roomy) lines.push(EMPTY);
  lines.push(...previewTree(model, run, env, inner, rows - BORDER - lines.length));
  return pane(lines, columns, rows, env.glyphs, {
    title: `${clean(shortRunId(run.runId))} ${clean(run.agent)}`,
  });
}

/** What the run and all that it handed work to took together. */
function belowFacts(tree: TreeTotals, columns: number): Line {
  return fitParts(
    [
      [seg(`with ${plural(tree.runs - 1, "run")} below`, "dim")],
      [seg(costOf(tree))],
      [seg(`${compact(totalTokens(tree.usage))} tokens`, "dim")],
    ],
    2,
    columns,
  );
}

function experimentPane(
  { experiment, fold }: ExperimentRow,
  { glyphs }: Env,
  columns: number,
  rows: number,
): readonly Line[] {
  const inner = columns - BORDER - 2;
  const words = [
    progressWords(experiment),
    `${plural(experiment.cases, "case")}, variants ${experiment.variants.join(", ")}`,
    ...(experiment.reason === undefined ? [] : [experiment.reason]),
  ];
  const lines = words.flatMap((text) => wrap(clean(text), inner)).map((text) => line(` ${text}`));
  const keys: Line = [
    seg(` ${glyphs.enter}`, "key"),
    seg(" opens it in Evals", "dim"),
    ...(fold === "folded" ? [seg("  right", "key"), seg(" shows its runs here", "dim")] : []),
  ];
  return pane([...lines, EMPTY, fitLine(keys, inner)], columns, rows, glyphs, {
    title: `${shortRunId(experiment.experimentId)} ${clean(experiment.suite)}`,
  });
}

/** The spans of the chosen run, as far as they are read and fit in `rows`. */
function previewTree(
  { preview }: RunsModel,
  run: Run,
  env: Env,
  columns: number,
  rows: number,
): readonly Line[] {
  if (preview?.traceId !== run.traceId) return [line(` loading${env.glyphs.ellipsis}`, "dim")];
  const { trace } = preview;
  if (!trace) return [line(" This run is no longer in the store.", "warn")];
  const layout = treeLayout(columns);
  const all = treeRows(trace, NO_SPANS);
  const lines = all.slice(0, Math.max(0, rows)).map((row) =>
    treeRow(row, trace, layout, env.glyphs, env.nowMs)
  );
  if (all.length <= rows || rows <= 0) return lines;
  return [...lines.slice(0, -1), line(` ${env.glyphs.ellipsis} ${all.length - rows + 1} more`, "dim")];
}
