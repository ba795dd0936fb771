import { treeRows } from "../../../analysis/mod.ts";
import { isLive } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { clamp } from "../../draw/scroll.ts";
import { cleanLines, wrap } from "../../terminal/text.ts";
import { tabLines } from "../../trace/content.ts";
import { runsLayout, type RunsModel, selectedRun, writtenSoFar } from "./model.ts";

/** More than fills a pane. */
const STREAM_TAIL_LENGTH_MAX = 8_000;
const NO_SPANS: ReadonlySet<string> = new Set();

/** What the chosen run answered, as far as it is read; `undefined` while it is not. */
function answerLines(model: RunsModel, columns: number): readonly Line[] {
  const run = selectedRun(model);
  const trace = run && model.preview?.traceId === run.traceId ? model.preview.trace : undefined;
  const root = trace && treeRows(trace, NO_SPANS)[0]?.span;
  return trace && root ? tabLines("output", trace, root, undefined, columns) : [];
}

/** Where the wheel leads in the answer. */
export function readOn(model: RunsModel, lines: number, env: Env): NonNullable<RunsModel["read"]> {
  const traceId = selectedRun(model)?.traceId ?? "";
  const { answer } = runsLayout(model, env);
  const last = answerLines(model, (answer?.columns ?? 0) - BORDER - 2).length -
    ((answer?.rows ?? 0) - BORDER);
  return { traceId, top: clamp(topOf(model) + lines, 0, Math.max(0, last)) };
}

/** Another run is read from its beginning. */
function topOf(model: RunsModel): number {
  return model.read?.traceId === selectedRun(model)?.traceId ? model.read?.top ?? 0 : 0;
}

export function answerPane(model: RunsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const run = selectedRun(model);
  const inner = columns - BORDER - 2;
  const writing = run && isLive(run.status) ? writtenSoFar(model, run) : "";
  if (writing !== "") {
    const tail = cleanLines(writing.slice(-STREAM_TAIL_LENGTH_MAX)).flatMap((row) => wrap(row, inner)).slice(
      BORDER - rows,
    );
    return pane(tail.map((row): Line => [seg(" "), seg(row)]), columns, rows, env.glyphs, {
      title: "Answer",
      note: line(`${env.glyphs.status.running} live`, "live"),
    });
  }
  const text = answerLines(model, inner);
  const hint = run && isLive(run.status)
    ? line(`  ${env.glyphs.status.running} live: ${env.glyphs.enter} watches it`, "live")
    : line("  no answer", "dim");
  const top = topOf(model);
  const content = text.length > 0 ? text.slice(top).map((row): Line => [seg(" "), ...row]) : [EMPTY, hint];
  return pane(content, columns, rows, env.glyphs, {
    title: "Answer",
    scroll: { top, total: text.length },
  });
}
