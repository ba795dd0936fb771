import { isLive, type Run, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../app/screen.ts";
import { gauge } from "../../draw/charts.ts";
import { compact, duration, grouped, kindTone, money, statusTone, statusWord } from "../../draw/format.ts";
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
import { clean, cut, fit } from "../../terminal/text.ts";
import { blockLines, jsonBlocks, TAB_TITLES, TABS } from "../../trace/content.ts";
import { treeHead, treeLayout, treeRow } from "../../trace/span_row.ts";
import { pendingApproval } from "../../trace/span_tree.ts";
import {
  detailHeight,
  detailLines,
  detailTop,
  isGrowing,
  liveLayout,
  type LiveModel,
  rowsOf,
  selectedIndex,
  selectedSpan,
  treeHeight,
} from "./model.ts";
import { factLines } from "./facts.ts";

const GAUGE_COLUMNS = 10;
const DIALOG_COLUMNS_MAX = 76;
const DIALOG_ARGUMENT_ROWS_MAX = 14;

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
          factLines(model.trace, env, layout.facts.columns - BORDER),
          layout.facts.columns,
          layout.facts.rows,
          env.glyphs,
          { title: "Run" },
        ),
      )
      : beside(tree, detail)
    : tree ?? detail ?? [];
  const frame = [...head, ...body];
  return model.approval ? withDialog(frame, model, env) : frame;
}

function notYet(model: LiveModel, env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const texts: Readonly<Record<LiveModel["state"], readonly Line[]>> = {
    none: [
      line("No run is open.", "strong"),
      EMPTY,
      [seg("1", "key"), seg("  choose one from the list", "dim")],
      [seg("l", "key"), seg("  launch an agent", "dim")],
    ],
    loading: [line(`Loading ${clean(shortRunId(model.runId))}${env.glyphs.ellipsis}`, "dim")],
    waiting: [
      line(`Starting ${clean(shortRunId(model.runId))}${env.glyphs.ellipsis}`, "strong"),
      EMPTY,
      line("The runner has not written anything yet.", "dim"),
    ],
    failed: [
      line("Cannot show this run.", "error"),
      EMPTY,
      line(clean(model.failure), "text"),
      line("esc goes back", "dim"),
    ],
    ready: [],
  };
  const content = texts[model.state];
  const wide = Math.min(columns, Math.max(...content.map(lineWidth), 0));
  const left = " ".repeat(Math.max(0, Math.floor((columns - wide) / 2)));
  const top = Math.max(0, Math.floor((rows - content.length) / 2) - 1);
  return [...Array.from({ length: top }, () => EMPTY), ...content.map((row): Line => [seg(left), ...row])];
}

/** Two rows on top: what the run is, and what it has used so far. */
function summary(model: LiveModel, env: Env): readonly Line[] {
  const { run } = model.trace!;
  const { columns } = env.size;
  const elapsedMs = ((run.endTimeUs ?? env.nowMs * 1000) - run.startTimeUs) / 1000;
  const first: Line = [
    seg(
      ` ${env.glyphs.status[run.status]} ${statusWord(run.status, run.error?.type)}  `,
      statusTone(run.status),
    ),
    seg(clean(run.agent), "strong"),
    seg(`  ${clean(run.model)}  `, "llm"),
    seg(clean(run.prompt), "dim"),
  ];
  const waiting = pendingApproval(model.trace!);
  const right: Line = waiting && isLive(run.status)
    ? [seg(` ${env.glyphs.status.waiting} ${cut(clean(waiting.summary), 36)} waits: press a `, "waiting")]
    : [
      seg(` ${clean(shortRunId(run.runId))} `, "dim"),
      seg(`${duration(elapsedMs)} `, isLive(run.status) ? "live" : "strong"),
    ];
  return [spread(first, right, columns), totals(run, columns, env)];
}

function totals(run: Run, columns: number, env: Env): Line {
  const { totals } = run;
  const { usage } = totals;
  const parts: Line[] = [
    [seg("steps ", "dim"), seg(String(totals.steps), "strong")],
    [
      seg("tokens ", "dim"),
      seg(`${compact(usage.inputTokens)} in`, "strong"),
      seg(usage.cachedInputTokens > 0 ? ` (${compact(usage.cachedInputTokens)} cached)` : "", "dim"),
      seg(` ${compact(usage.outputTokens)} out`, "strong"),
    ],
    [seg("cost ", "dim"), seg(money(totals.costUsd, totals.unknownCostCalls), "strong"), ...budget(run, env)],
    [
      seg("calls ", "dim"),
      seg(String(totals.llmCalls), "strong"),
      seg(" tools ", "dim"),
      seg(String(totals.toolCalls), "strong"),
    ],
  ];
  const retries = Math.max(0, totals.attempts - totals.llmCalls);
  if (retries > 0) {
    parts.push([
      seg("retries ", "dim"),
      seg(String(retries), "warn"),
      seg(` ${duration(totals.retryWaitMs)} lost`, "dim"),
    ]);
  }
  return [seg(" "), ...fitParts(parts, 3, columns - 2)];
}

function budget(run: Run, env: Env): Line {
  const usd = budgetUsd(run);
  if (usd === undefined) return EMPTY;
  return [
    seg(" "),
    ...gauge(run.totals.costUsd / usd, GAUGE_COLUMNS, env.glyphs),
    seg(` of ${money(usd)}`, "dim"),
  ];
}

/** The run's own limit, USD. */
export function budgetUsd(run: Run): number | undefined {
  const limits = run.config["limits"];
  const value = limits !== null && typeof limits === "object"
    ? (limits as Record<string, unknown>)["budgetUsd"]
    : undefined;
  return typeof value === "number" && value > 0 ? value : undefined;
}

function treePane(model: LiveModel, env: Env, columns: number, rows: number): readonly Line[] {
  const trace = model.trace!;
  const inner = columns - BORDER;
  const layout = treeLayout(inner);
  const all = rowsOf(model);
  const index = selectedIndex(model);
  const height = treeHeight(model, env);
  const lines: Line[] = [treeHead(layout)];
  all.slice(model.treeTop, model.treeTop + height).forEach((row, at) => {
    const drawn = fitLine(treeRow(row, trace, layout, env.glyphs, env.nowMs), inner);
    lines.push(
      model.treeTop + at === index ? onGround(drawn, model.focus === "tree" ? "selected" : "marked") : drawn,
    );
  });
  if (all.length === 0) lines.push(line("  nothing recorded yet", "dim"));
  return pane(lines, columns, rows, env.glyphs, {
    title: "Spans",
    focused: model.focus === "tree",
    ...(model.follow && isLive(trace.run.status) ? { note: line("following", "live") } : {}),
    foot: line(`${grouped(index + 1)} of ${grouped(Math.max(1, all.length))}`, "dim"),
    scroll: { top: model.treeTop, total: all.length + 1 },
  });
}

function detailPane(model: LiveModel, env: Env, columns: number, rows: number): readonly Line[] {
  const lines = detailLines(model, env);
  const height = detailHeight(model, env);
  const top = detailTop(model, env, lines.length);
  const content = lines.length > 0
    ? lines.slice(top, top + height).map((row): Line => [seg(" "), ...row])
    : [nothing(model, env)];
  const below = lines.length - top - height;
  const fresh = isGrowing(model) && !model.tail ? lines.length - model.seenLines : 0;
  const foot: Line = fresh > 0
    ? [seg(`${env.glyphs.down} ${grouped(fresh)} new`, "accent")]
    : below > 0
    ? line(`${env.glyphs.down} ${grouped(below)} more`, "dim")
    : EMPTY;
  return pane([spanFacts(model, env, columns - BORDER), EMPTY, ...content], columns, rows, env.glyphs, {
    tabs: tabBar(model, columns - BORDER),
    focused: model.focus === "detail",
    foot,
    scroll: { top, total: lines.length },
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
  parts.push([seg(duration(((span.endTimeUs ?? env.nowMs * 1000) - span.startTimeUs) / 1000))]);
  if (span.timeToFirstChunkMs !== undefined) {
    parts.push([seg("first words ", "dim"), seg(duration(span.timeToFirstChunkMs))]);
  }
  if (span.usage) {
    parts.push([
      seg(grouped(span.usage.inputTokens)),
      seg(" in ", "dim"),
      seg(grouped(span.usage.outputTokens)),
      seg(" out", "dim"),
    ]);
  }
  if (span.cost) parts.push([seg(span.cost.usd === null ? "cost unknown" : money(span.cost.usd))]);
  const reasons = span.finishReasons?.join(", ");
  if (reasons) parts.push([seg(clean(reasons), "dim")]);
  return [seg(" "), ...fitParts(parts, 2, columns - 2)];
}

/** The open tab is always in view; its neighbours as far as they fit. */
function tabBar(model: LiveModel, columns: number): Line {
  const titles = TABS.map((tab) => ` ${TAB_TITLES[tab]} `);
  const all = titles.join("").length;
  const open = TABS.indexOf(model.tab);
  const from = all + 2 <= columns ? 0 : Math.max(0, open - 1);
  const parts: Segment[] = from > 0 ? [seg("‹", "dim")] : [];
  for (let index = from; index < TABS.length; index++) {
    if (lineWidth(parts) + titles[index]!.length + 3 > columns) {
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
    output: span && span.endTimeUs === undefined
      ? `waiting for the first words${env.glyphs.ellipsis}`
      : "no output",
    input: "no input was recorded for this span",
    args: "no tool call here",
    attempts: "no attempts: this span made no request",
    memory: "no memory was kept up to here",
    raw: "no attributes",
  };
  return line(`  ${texts[model.tab]}`, "dim");
}

function withDialog(frame: readonly Line[], model: LiveModel, env: Env): readonly Line[] {
  const approval = model.trace && pendingApproval(model.trace);
  if (!approval) return frame;
  const columns = Math.min(DIALOG_COLUMNS_MAX, env.size.columns - 4);
  const inner = columns - BORDER - 4;
  const lines = blockLines(jsonBlocks(approval.arguments), inner);
  const height = Math.max(1, Math.min(lines.length, DIALOG_ARGUMENT_ROWS_MAX, env.size.rows - 10));
  const top = Math.min(model.approval!.top, Math.max(0, lines.length - height));
  const choice = (key: string, text: string): Line => [seg(`  ${fit(key, 5)}`, "key"), seg(text)];
  const content: Line[] = [
    EMPTY,
    [seg(" The agent wants to use ", "text"), seg(clean(approval.tool), "strong"), seg(":")],
    [seg(`   ${clean(approval.summary)}`, "tool")],
    EMPTY,
    ...lines.slice(top, top + height).map((row): Line => [seg("   ", "dim"), ...row]),
    lines.length > height
      ? line(`   ${env.glyphs.down} ${lines.length - top - height} more lines: j k scroll`, "dim")
      : EMPTY,
    choice("y", "yes, this once"),
    choice("A", "always in this run, for this tool"),
    choice("n", "no; the model is told"),
    choice("esc", "later"),
  ];
  const box = pane(
    content.map((row) => fitLine(row, columns - BORDER)),
    columns,
    content.length + BORDER,
    env.glyphs,
    {
      title: "Approve?",
      focused: true,
    },
  );
  const rows = Array.from({ length: env.size.rows }, (_, y) => fitLine(frame[y] ?? EMPTY, env.size.columns));
  return centered(rows, box, env.size.columns);
}
