import {
  budgetUsdNow,
  pendingApproval,
  runTookMs,
  spanTookMs,
  stepCount,
  stepOf,
  tookMs,
} from "../../../analysis/mod.ts";
import { isLive, retriesOf, type Run, shortRunId, type Trace } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { gauge } from "../../draw/charts.ts";
import {
  compact,
  costOf,
  duration,
  grouped,
  money,
  plural,
  runTone,
  shortStatus,
  tookText,
  UNKNOWN,
} from "../../../present/mod.ts";
import { kindTone } from "../../draw/tones.ts";
import {
  EMPTY,
  fitLine,
  fitParts,
  type Line,
  line,
  lineWidth,
  onGround,
  seg,
  type Segment,
  spread,
} from "../../draw/line.ts";
import { beside, BORDER, centered, pane } from "../../draw/pane.ts";
import { clean, cut } from "../../terminal/text.ts";
import { NO_FAILURE, troubleLines } from "../../draw/trouble.ts";
import { readerPane } from "../../reader/pane.ts";
import { TAB_TITLES, tabsOf } from "../../trace/content.ts";
import { heatStrip } from "../../trace/heat.ts";
import { treeHead, treeLayout, treeRow } from "../../trace/span_row.ts";
import {
  bookmarksOf,
  detailWindow,
  hasStrip,
  liveLayout,
  type LiveModel,
  openTab,
  rowsOf,
  selectedSpan,
  treeRowsIn,
} from "./model.ts";
import { selectedIndex } from "../../widgets/list.ts";
import { familyDialog, familyFacts, hasFamily } from "./family.ts";
import { factLines } from "./facts.ts";
import { approvalDialog, budgetDialog, limitDialog, operateDialog } from "./dialogs.ts";

/** In less the cost matters more than what was cached. */
const CACHED_FROM = 100;
const GAUGE_COLUMNS = 10;
const TROUBLE_KEYS = [["^r", "try again"], ["1", "the list of runs"], ["esc", "back"]] as const;

export function viewLive(model: LiveModel, env: Env): readonly Line[] {
  if (!model.trace) return notYet(model, env);
  const layout = liveLayout(model, env);
  const tree = layout.tree && treePane(model, env, layout.tree.columns, layout.tree.rows);
  const detail = layout.detail && detailPane(model, env, layout.detail.columns, layout.detail.rows);
  const head = summary(model, env);
  const body = tree && detail
    ? layout.detail!.x === 0 ? [...tree, ...detail] : layout.facts
      ? beside(
        tree,
        detail,
        pane(
          factLines(
            model.trace,
            env,
            layout.facts.columns - BORDER,
            { family: familyFacts(model, env, layout.facts.columns - BORDER), whole: model.whole },
          ),
          layout.facts.columns,
          layout.facts.rows,
          env.glyphs,
          { title: "Run" },
        ),
      )
      : beside(tree, detail)
    : tree ?? detail ?? [];
  const frame = [...head, ...body];
  const box = model.approval
    ? approvalDialog(model, env)
    : model.typing?.what === "budget"
    ? budgetDialog(model, env)
    : model.typing?.what === "limit"
    ? limitDialog(model, env)
    : model.typing
    ? operateDialog(model, env)
    : familyDialog(model, env);
  if (!box) return frame;
  const rows = Array.from({ length: env.size.rows }, (_, y) => fitLine(frame[y] ?? EMPTY, env.size.columns));
  return centered(rows, box, env.size.columns);
}

function notYet(model: LiveModel, env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const id = clean(shortRunId(model.runId));
  if (model.state === "failed") {
    return troubleLines("Cannot show this run", model.failure, TROUBLE_KEYS, env.size, env.glyphs);
  }
  if (model.state === "gone") {
    const gone = {
      message: `The run ${id} was here and is no longer in the store: it was deleted`,
      remedy: "choose another run",
    };
    return troubleLines("This run is gone", gone, TROUBLE_KEYS, env.size, env.glyphs);
  }
  const texts: Readonly<Record<"none" | "loading" | "waiting", readonly Line[]>> = {
    none: [
      line("No run is open.", "strong"),
      EMPTY,
      [seg("1", "key"), seg("  choose one from the list", "dim")],
      [seg("l", "key"), seg("  launch an agent", "dim")],
    ],
    loading: [line(`Loading ${id}${env.glyphs.ellipsis}`, "dim")],
    waiting: [
      line(`Starting ${id}${env.glyphs.ellipsis}`, "strong"),
      EMPTY,
      line("The runner has not written anything yet.", "dim"),
    ],
  };
  const content = model.state === "ready" ? [] : texts[model.state];
  const wide = Math.min(columns, Math.max(...content.map(lineWidth), 0));
  const left = " ".repeat(Math.max(0, Math.floor((columns - wide) / 2)));
  const top = Math.max(0, Math.floor((rows - content.length) / 2) - 1);
  return [...Array.from({ length: top }, () => EMPTY), ...content.map((row): Line => [seg(left), ...row])];
}

/** On top: what the run is, what it has used so far, and its steps. */
function summary(model: LiveModel, env: Env): readonly Line[] {
  const { run } = model.trace!;
  const { columns } = env.size;
  const first: Line = [
    seg(
      ` ${env.glyphs.status[run.status]} ${shortStatus(run)}  `,
      runTone(run),
    ),
    seg(clean(run.agent), "strong"),
    seg(run.origin === "agent" ? "" : ` ${env.glyphs.down} ${run.origin}`, "accent"),
    seg(`  ${clean(run.model)}  `, "llm"),
    seg(clean(run.prompt), "dim"),
  ];
  const waiting = pendingApproval(model.trace!);
  const right: Line = waiting && isLive(run.status)
    ? [seg(` ${env.glyphs.status.waiting} ${cut(clean(waiting.summary), 36)} waits: press a `, "waiting")]
    : [
      seg(` ${clean(shortRunId(run.runId))} `, "dim"),
      seg(`${tookText(runTookMs(run, env.nowMs))} `, isLive(run.status) ? "live" : "strong"),
    ];
  const rows = [spread(first, right, columns), totals(model, run, columns, env)];
  if (!hasStrip(model)) return rows;
  const step = stepOf(model.trace!, selectedSpan(model));
  return [
    ...rows,
    heatStrip(model.trace!, step, model.heat, bookmarksOf(model), columns, env.glyphs, env.nowMs),
  ];
}

function totals(model: LiveModel, run: Run, columns: number, env: Env): Line {
  const { totals } = run;
  const { usage } = totals;
  const parts: Line[] = [
    [seg("steps ", "dim"), seg(grouped(stepCount(model.trace!)), "strong")],
    [
      seg("tokens ", "dim"),
      seg(`${compact(usage.inputTokens)} in`, "strong"),
      seg(
        usage.cachedInputTokens > 0 && columns >= CACHED_FROM
          ? ` (${compact(usage.cachedInputTokens)} cached)`
          : "",
        "dim",
      ),
      seg(` ${compact(usage.outputTokens)} out`, "strong"),
    ],
    [seg("cost ", "dim"), seg(costOf(totals), "strong"), ...budget(model.trace!, env)],
    ...withHandOffs(model),
    [
      seg("calls ", "dim"),
      seg(String(totals.llmCalls), "strong"),
      seg(" tools ", "dim"),
      seg(String(totals.toolCalls), "strong"),
    ],
  ];
  const retries = retriesOf(totals);
  if (retries > 0) {
    parts.push([
      seg("retries ", "dim"),
      seg(String(retries), "warn"),
      seg(` ${duration(totals.retryWaitMs)} lost`, "dim"),
    ]);
  }
  if (hasFamily(model)) {
    const relatives = model.family!.tree.members.length;
    parts.push([seg("family ", "dim"), seg(grouped(relatives), "strong"), seg(" F", "key")]);
  }
  return [seg(" "), ...fitParts(parts, 3, columns - 2)];
}

function withHandOffs({ whole }: LiveModel): readonly Line[] {
  if (!whole || whole.runs < 2) return [];
  return [[seg(`${plural(whole.runs, "run")} `, "dim"), seg(costOf(whole), "strong")]];
}

function budget(trace: Trace, env: Env): Line {
  const { run } = trace;
  const usd = budgetUsdNow(trace);
  if (usd === undefined) return EMPTY;
  return [
    seg(" "),
    ...gauge(run.totals.costUsd / usd, GAUGE_COLUMNS, env.glyphs),
    seg(` of ${money(usd)}`, "dim"),
  ];
}

function treePane(model: LiveModel, env: Env, columns: number, rows: number): readonly Line[] {
  const trace = model.trace!;
  const inner = columns - BORDER;
  const layout = treeLayout(inner);
  const all = rowsOf(model);
  const { top } = model;
  const list = treeRowsIn(model, env);
  const index = selectedIndex(model, list);
  const lines: Line[] = [treeHead(layout)];
  all.slice(top, top + list.height).forEach((row, at) => {
    const drawn = fitLine(treeRow(row, trace, layout, env.glyphs, env.nowMs), inner);
    lines.push(
      top + at === index ? onGround(drawn, model.focus === "tree" ? "selected" : "marked") : drawn,
    );
  });
  if (all.length === 0) lines.push(line("  nothing recorded yet", "dim"));
  return pane(lines, columns, rows, env.glyphs, {
    title: "Spans",
    focused: model.focus === "tree",
    ...(model.failure !== NO_FAILURE
      ? { note: line("cannot refresh: ^r", "error") }
      : model.follow && isLive(trace.run.status)
      ? { note: line("following", "live") }
      : {}),
    foot: line(`${grouped(index + 1)} of ${grouped(Math.max(1, all.length))}`, "dim"),
    scroll: { top, total: all.length + 1 },
  });
}

function detailPane(model: LiveModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  return readerPane(model.reader, detailWindow(model, env), columns, rows, env.glyphs, {
    head: [spanFacts(model, env, inner), EMPTY],
    nothing: nothing(model, env),
    tabs: tabBar(model, inner),
    focused: model.focus === "detail",
  });
}

/** What was measured of the chosen span: always above its tabs. */
function spanFacts(model: LiveModel, env: Env, columns: number): Line {
  const span = selectedSpan(model);
  if (!span) return EMPTY;
  const parts: Line[] = [[
    seg(span.kind, kindTone(span.kind)),
    seg(` ${clean(span.responseModel ?? span.requestModel ?? "")}`, "dim"),
  ]];
  parts.push([
    seg(duration(model.trace ? tookMs(model.trace.run, span, env.nowMs) : spanTookMs(span, env.nowMs))),
  ]);
  if (span.timeToFirstChunkMs !== undefined) {
    parts.push([seg("first words ", "dim"), seg(duration(span.timeToFirstChunkMs))]);
  }
  if (span.usage) {
    parts.push([
      seg(grouped(span.usage.inputTokens)),
      seg(" in ", "dim"),
      seg(grouped(span.usage.outputTokens)),
      seg(" out", "dim"),
      ...(span.usage.reasoningTokens > 0
        ? [seg(` (${grouped(span.usage.reasoningTokens)} thinking)`, "dim")]
        : []),
    ]);
  }
  if (span.cost) parts.push([seg(span.cost.usd === null ? `cost ${UNKNOWN}` : money(span.cost.usd))]);
  const reasons = span.finishReasons?.join(", ");
  if (reasons) parts.push([seg(clean(reasons), "dim")]);
  return [seg(" "), ...fitParts(parts, 2, columns - 2)];
}

/** The open tab is always in view; its neighbours as far as they fit. */
function tabBar(model: LiveModel, columns: number): Line {
  const tabs = tabsOf(model.trace);
  const titles = tabs.map((tab) => ` ${TAB_TITLES[tab]} `);
  const all = titles.join("").length;
  const open = tabs.indexOf(openTab(model));
  let from = 0;
  while (all + 2 > columns && from < open) {
    const shown = titles.slice(from, open + 2).join("").length + 4;
    if (shown <= columns) break;
    from++;
  }
  const parts: Segment[] = from > 0 ? [seg("‹", "dim")] : [];
  for (let index = from; index < tabs.length; index++) {
    const last = index === tabs.length - 1;
    if (lineWidth(parts) + titles[index]!.length + (last ? 1 : 3) > columns) {
      parts.push(seg("›", "dim"));
      break;
    }
    parts.push(seg(titles[index]!, index === open ? "chip" : "dim"));
  }
  return parts;
}

function nothing(model: LiveModel, env: Env): Line {
  const span = selectedSpan(model);
  const texts: Readonly<Record<LiveModel["tab"], string>> = {
    receipt: "nothing was billed here",
    evals: "no scores",
    cache: "no model call",
    output: span && span.endTimeUs === undefined
      ? `waiting for the first words${env.glyphs.ellipsis}`
      : "no output",
    input: "no input was recorded for this span",
    args: "no tool call here",
    attempts: span?.kind === "agent" ? "no call was tried again" : "no attempts: this span made no request",
    memory: "no memory was kept up to here",
    raw: "no attributes",
  };
  return line(`  ${texts[openTab(model)]}`, "dim");
}
