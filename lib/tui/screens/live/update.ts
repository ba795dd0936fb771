import { isLive, type Trace } from "../../../core/mod.ts";
import type { Effect, Msg, Query, Target } from "../../app/message.ts";
import type { Env, Step } from "../../app/screen.ts";
import { clamp, keepInView, moved } from "../../draw/scroll.ts";
import { cleanLines } from "../../terminal/text.ts";
import { tabBlocks, TABS } from "../../trace/content.ts";
import { activeSpan, pendingApproval } from "../../trace/span_tree.ts";
import {
  detailHeight,
  detailLines,
  detailTop,
  INITIAL,
  isLiveRun,
  liveLayout,
  type LiveModel,
  rowsOf,
  selectedIndex,
  selectedSpan,
  type Slot,
  treeHeight,
} from "./model.ts";

const TRACE_INTERVAL_MS = 150;
const PARTIAL_INTERVAL_MS = 50;
const FINISHED_INTERVAL_MS = 1_000;
const TICK_MS = 120;
const COPY_LENGTH_MAX = 1_000_000;
const HEAD_ROWS = 2;

export function updateLive(model: LiveModel, msg: Msg, env: Env): Step<LiveModel> {
  switch (msg.type) {
    case "enter":
      return entered(model, msg.target, env);
    case "store_changed":
      return refresh(model, {
        trace: isLiveRun(model) || !model.trace ? TRACE_INTERVAL_MS : FINISHED_INTERVAL_MS,
        partials: PARTIAL_INTERVAL_MS,
      });
    case "resized":
      return [inView(model, env), []];
    case "action":
      return act(model, msg.action, msg.count, env);
    case "wheel":
      return wheel(model, msg.x, msg.y, msg.lines, env);
    case "click":
      return [clicked(model, msg.x, msg.y, env), []];
    case "answer":
      if (msg.ticket !== model.tickets[msg.slot as Slot]) return [model, []];
      if (msg.answer.kind === "partials") return [{ ...model, partials: msg.answer.partials }, []];
      return msg.answer.kind === "trace" ? [withTrace(model, msg.answer.trace, env), []] : [model, []];
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot as Slot]) return [model, []];
      return model.trace
        ? [model, [{ type: "notice", level: "error", text: msg.message }]]
        : [{ ...model, state: "failed", failure: msg.message }, []];
    default:
      return [model, []];
  }
}

function entered(model: LiveModel, target: Target | undefined, env: Env): Step<LiveModel> {
  const wanted = target ?? (model.traceId === undefined ? env.own.at(-1) : undefined);
  if (!wanted) return model.traceId === undefined ? [model, []] : refresh(model, {});
  if (wanted.traceId === model.traceId) return refresh(model, {});
  return refresh({
    ...INITIAL,
    tab: model.tab,
    tickets: model.tickets,
    traceId: wanted.traceId,
    runId: wanted.runId,
    state: "loading",
  }, {});
}

function refresh(model: LiveModel, interval: { trace?: number; partials?: number }): Step<LiveModel> {
  if (model.traceId === undefined) return [model, []];
  const query: Query = { kind: "trace", traceId: model.traceId };
  const step = ask([model, []], "trace", query, interval.trace);
  if (model.trace && !isLiveRun(model)) return step;
  return ask(step, "partials", { kind: "partials", traceId: model.traceId }, interval.partials);
}

function ask(
  [model, effects]: Step<LiveModel>,
  slot: Slot,
  query: Query,
  minIntervalMs?: number,
): Step<LiveModel> {
  const ticket = model.tickets[slot] + 1;
  const effect: Effect = {
    type: "load",
    slot,
    ticket,
    query,
    ...(minIntervalMs === undefined ? {} : { minIntervalMs }),
  };
  return [{ ...model, tickets: { ...model.tickets, [slot]: ticket } }, [...effects, effect]];
}

function withTrace(model: LiveModel, trace: Trace | undefined, env: Env): LiveModel {
  if (!trace) return { ...model, state: "waiting" };
  const { approval, ...rest } = model;
  const waiting = pendingApproval(trace);
  const next: LiveModel = {
    ...rest,
    trace,
    runId: trace.run.runId,
    state: "ready",
    failure: "",
    ...(approval && waiting?.spanId === approval.spanId ? { approval } : {}),
  };
  return inView(model.follow ? followed(next) : next, env);
}

/** The selection goes to what the run is doing; to the answer when it has ended. */
function followed(model: LiveModel): LiveModel {
  const trace = model.trace!;
  const target = isLive(trace.run.status) ? activeSpan(trace) : undefined;
  const root = rowsOf(model)[0]?.span;
  const id = (target ?? root)?.spanId;
  if (id === undefined || id === model.selectedId) return model;
  return { ...model, selectedId: id, detailTop: 0, tail: true };
}

function inView(model: LiveModel, env: Env): LiveModel {
  const rows = rowsOf(model);
  const treeTop = keepInView(model.treeTop, selectedIndex(model), treeHeight(model, env), rows.length);
  return treeTop === model.treeTop ? model : { ...model, treeTop };
}

function act(model: LiveModel, action: string, count: number | undefined, env: Env): Step<LiveModel> {
  if (model.approval) return answerApproval(model, model.approval, action, env);
  switch (action) {
    case "back":
      return back(model);
    case "launch":
      return [model, [{ type: "go", screen: "launch" }]];
    case "focus":
      return [inView({ ...model, focus: model.focus === "tree" ? "detail" : "tree" }, env), []];
    case "zoom":
      return [inView({ ...model, zoom: !model.zoom }, env), []];
    case "tab_left":
    case "tab_right": {
      const step = action === "tab_left" ? TABS.length - 1 : 1;
      const tab = TABS[(TABS.indexOf(model.tab) + step) % TABS.length]!;
      return [{ ...model, tab, detailTop: 0, tail: true }, []];
    }
    case "pause":
    case "stop":
    case "resume":
      return control(model, action);
    case "approve": {
      const waiting = model.trace && pendingApproval(model.trace);
      return [waiting ? { ...model, approval: { spanId: waiting.spanId, top: 0 } } : model, []];
    }
    case "copy":
      return [model, copied(model)];
    case "into":
    case "out":
    case "fold":
      return [fold(model, action, env), []];
    default:
      return [
        model.focus === "detail" ? scroll(model, action, count, env) : move(model, action, count, env),
        [],
      ];
  }
}

function back(model: LiveModel): Step<LiveModel> {
  if (model.zoom) return [{ ...model, zoom: false }, []];
  if (model.focus === "detail") return [{ ...model, focus: "tree" }, []];
  return [model, [{ type: "leave" }]];
}

function control(model: LiveModel, action: "pause" | "stop" | "resume"): Step<LiveModel> {
  const { trace, traceId } = model;
  if (!trace || traceId === undefined) return [model, []];
  if (action === "resume" && trace.run.status === "interrupted") {
    return [model, [{ type: "revive", traceId }]];
  }
  const done = action === "pause"
    ? "Asked the run to pause before its next step"
    : action === "stop"
    ? "Asked the run to stop"
    : "Asked the run to go on";
  return [model, [{ type: "control", traceId, action, done }]];
}

function answerApproval(
  model: LiveModel,
  approval: NonNullable<LiveModel["approval"]>,
  action: string,
  env: Env,
): Step<LiveModel> {
  const { approval: _, ...closed } = model;
  const { spanId } = approval;
  switch (action) {
    case "yes":
    case "always":
    case "no": {
      const decision = action === "no" ? "deny" : "approve";
      return [closed, [{
        type: "control",
        traceId: model.traceId!,
        action: decision,
        argument: { spanId, ...(action === "always" ? { always: true } : {}) },
        done: action === "no"
          ? "Refused; the model is told"
          : action === "always"
          ? "Allowed for this run"
          : "Allowed once",
      }]];
    }
    case "later":
      return [closed, []];
    default: {
      const top = moved(action, approval.top, undefined, env.size.rows, Number.MAX_SAFE_INTEGER);
      return [top === undefined ? model : { ...model, approval: { spanId, top } }, []];
    }
  }
}

/** The whole text of the tab, without colours and line breaks of ours. */
function copied(model: LiveModel): readonly Effect[] {
  const span = selectedSpan(model);
  if (!span || !model.trace) return [];
  const partial = model.partials.find((item) => item.spanId === span.spanId);
  const text = tabBlocks(model.tab, model.trace, span, partial).map((block) =>
    cleanLines(block.text).join("\n")
  ).join("\n");
  return [{ type: "copy", text: text.slice(0, COPY_LENGTH_MAX) }];
}

function fold(model: LiveModel, action: "into" | "out" | "fold", env: Env): LiveModel {
  const row = rowsOf(model)[selectedIndex(model)];
  if (!row) return model;
  if (model.focus === "detail") return action === "out" ? { ...model, focus: "tree" } : model;
  const id = row.span.spanId;
  const toggle = (open: boolean): LiveModel => {
    const collapsed = new Set(model.collapsed);
    if (open) collapsed.delete(id);
    else collapsed.add(id);
    return inView({ ...model, collapsed }, env);
  };
  if (action === "fold") return row.hasChildren ? toggle(!row.isOpen) : model;
  if (action === "into") return row.hasChildren && !row.isOpen ? toggle(true) : { ...model, focus: "detail" };
  if (row.hasChildren && row.isOpen) return toggle(false);
  const parent = row.span.parentSpanId;
  return parent !== undefined && model.trace!.spans.has(parent) ? choose(model, parent, env) : model;
}

function choose(model: LiveModel, spanId: string, env: Env): LiveModel {
  return inView({ ...model, selectedId: spanId, follow: false, detailTop: 0, tail: true }, env);
}

function move(model: LiveModel, action: string, count: number | undefined, env: Env): LiveModel {
  const rows = rowsOf(model);
  const index = moved(action, selectedIndex(model), count, treeHeight(model, env), rows.length);
  const span = index === undefined ? undefined : rows[index]?.span;
  if (!span) return model;
  const next = choose(model, span.spanId, env);
  if (action !== "bottom" || count !== undefined || !isLiveRun(model)) return next;
  return inView(followed({ ...next, follow: true }), env);
}

function scroll(model: LiveModel, action: string, count: number | undefined, env: Env): LiveModel {
  const total = detailLines(model, env).length;
  const height = detailHeight(model, env);
  const last = Math.max(0, total - height);
  const top = moved(action, detailTop(model, env, total), count, height, last + 1);
  return top === undefined ? model : scrolledTo(model, top, total, last);
}

function scrolledTo(model: LiveModel, top: number, total: number, last: number): LiveModel {
  const at = clamp(top, 0, last);
  const tail = at >= last;
  return { ...model, detailTop: at, tail, seenLines: tail ? total : model.tail ? total : model.seenLines };
}

function wheel(model: LiveModel, x: number, y: number, lines: number, env: Env): Step<LiveModel> {
  if (model.approval) return [model, []];
  const { detail } = liveLayout(model, env);
  const inDetail = detail && x >= detail.x && x < detail.x + detail.columns && y >= detail.y;
  if (inDetail) {
    const total = detailLines(model, env).length;
    const last = Math.max(0, total - detailHeight(model, env));
    return [scrolledTo(model, detailTop(model, env, total) + lines, total, last), []];
  }
  return [move(model, lines > 0 ? "down" : "up", Math.abs(lines), env), []];
}

function clicked(model: LiveModel, x: number, y: number, env: Env): LiveModel {
  if (model.approval) return model;
  const { tree, detail } = liveLayout(model, env);
  if (tree && x >= tree.x && x < tree.x + tree.columns && y >= tree.y && y < tree.y + tree.rows) {
    const span = rowsOf(model)[model.treeTop + y - tree.y - HEAD_ROWS]?.span;
    return span && y >= tree.y + HEAD_ROWS
      ? choose({ ...model, focus: "tree" }, span.spanId, env)
      : { ...model, focus: "tree" };
  }
  return detail && y >= detail.y ? { ...model, focus: "detail" } : model;
}

export function liveTickMs(model: LiveModel): number | undefined {
  return isLiveRun(model) ? TICK_MS : undefined;
}
