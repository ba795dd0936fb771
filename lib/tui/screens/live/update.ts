import { NO_FAILURE } from "../../draw/trouble.ts";
import { pendingApproval } from "../../../analysis/mod.ts";
import { type Run, sentenceOf, type Trace } from "../../../core/mod.ts";
import type { Msg, Target } from "../../contract/message.ts";
import { loading } from "../../contract/load.ts";
import type { AnswerMsg } from "../../contract/queries.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { moved } from "../../draw/scroll.ts";
import { edit, insert } from "../../draw/text_field.ts";
import { tabsOf } from "../../trace/content.ts";
import { handOffOf, namesChild } from "./child.ts";
import { copied, foldRow, inEditor, scroll, search, wheelDetail } from "./detail.ts";
import { INITIAL, isLiveRun, liveLayout, type LiveModel, openTab, rowsOf, selectedSpan } from "./model.ts";
import { compareEffects, endOfReplay, replayEffects } from "./again.ts";
import { bookmarked, nextHeat, scrubbed, toBookmark } from "./scrub.ts";
import { familyWith } from "../../widgets/family.ts";
import { actInFamily, openedFamily } from "./family.ts";
import { choose, foldBranch, followed, FRESH, inView, move } from "./selection.ts";
import type { LiveQueries } from "./queries.ts";
import { submitted, typed, typing } from "./typing.ts";

const load = loading<LiveQueries>();
const TRACE_INTERVAL_MS = 150;
const PARTIAL_INTERVAL_MS = 50;
const FINISHED_INTERVAL_MS = 1_000;
const FAMILY_INTERVAL_MS = 2_000;
const TICK_MS = 120;
const HEAD_ROWS = 2;
const PARENTS_MAX = 20;

export function updateLive(model: LiveModel, msg: Msg<LiveQueries>, env: Env): Step<LiveModel> {
  switch (msg.type) {
    case "enter":
      return entered(model, msg.target, env);
    case "store_changed":
      return refresh(model, {
        trace: isLiveRun(model) || !model.trace ? TRACE_INTERVAL_MS : FINISHED_INTERVAL_MS,
        partials: PARTIAL_INTERVAL_MS,
        family: FAMILY_INTERVAL_MS,
      });
    case "resized":
      return [inView(model, env), []];
    case "action":
      return act(model, msg.action, msg.count, env);
    case "text":
      return [typed(model, (field) => insert(field, msg.text)), []];
    case "edit":
      return [typed(model, (field) => edit(field, msg.key)), []];
    case "wheel":
      return wheel(model, msg.x, msg.y, msg.lines, env);
    case "click":
      return [clicked(model, msg.x, msg.y, env), []];
    case "answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      return answered(model, msg, env);
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot] || msg.slot === "family") return [model, []];
      return model.trace
        ? [{ ...model, failure: msg.failure }, [{
          type: "notice",
          level: "error",
          text: sentenceOf(msg.failure),
        }]]
        : [{ ...model, state: "failed", failure: msg.failure }, []];
    default:
      return [model, []];
  }
}

function answered(model: LiveModel, msg: AnswerMsg<LiveQueries>, env: Env): Step<LiveModel> {
  switch (msg.slot) {
    case "trace":
      return [withTrace(model, msg.answer, env), endOfReplay(model, msg.answer)];
    case "partials":
      return [{ ...model, partials: msg.answer }, []];
    case "child":
      return openedChild(model, msg.answer);
    case "family":
      // The list knows its height when it is opened.
      return [{ ...model, family: familyWith(msg.answer, model.family, model.runId, 1) }, []];
  }
}

/** The run asked for; else one that was started meanwhile; else what was in view before. */
function entered(before: LiveModel, target: Target | undefined, env: Env): Step<LiveModel> {
  const own = env.own.at(-1);
  const wanted = target ?? (own?.traceId === before.lastOwn ? undefined : own);
  const model: LiveModel = own ? { ...before, lastOwn: own.traceId } : before;
  if (!wanted) return model.traceId === undefined ? [model, []] : refresh(model, {});
  if (wanted.traceId === model.traceId) return refresh(model, {});
  return opened(model, wanted, []);
}

/** Another run, from its beginning; what the person chose to see stays. */
function opened(
  model: LiveModel,
  { traceId, runId }: Target,
  parents: LiveModel["parents"],
): Step<LiveModel> {
  const { tab, heat, zoom, focus, bookmarks, tickets } = model;
  const kept = {
    ...{ tab, heat, zoom, focus: zoom ? focus : INITIAL.focus, bookmarks, tickets },
    ...(model.lastOwn === undefined ? {} : { lastOwn: model.lastOwn }),
  };
  return refresh({ ...INITIAL, ...kept, traceId, runId, parents, state: "loading" }, {});
}

function openedChild(model: LiveModel, run: Run | undefined): Step<LiveModel> {
  if (!run) {
    if (!namesChild(selectedSpan(model))) return [{ ...model, focus: "detail" }, []];
    return [model, [{ type: "notice", level: "warn", text: "The run of this hand-off is not in the store" }]];
  }
  return openedFromHere(model, run);
}

/** Another run, from which Esc leads back here. */
function openedFromHere(model: LiveModel, run: Target): Step<LiveModel> {
  const here = {
    traceId: model.traceId!,
    runId: model.runId,
    ...(model.selectedId === undefined ? {} : { spanId: model.selectedId }),
  };
  return opened(model, run, [...model.parents, here].slice(-PARENTS_MAX));
}

function refresh(
  model: LiveModel,
  interval: { trace?: number; partials?: number; family?: number },
): Step<LiveModel> {
  if (model.traceId === undefined) return [model, []];
  const { traceId, runId } = model;
  let step = load([model, []], "trace", { traceId }, interval.trace);
  step = load(step, "family", { runId }, interval.family);
  if (model.trace && !isLiveRun(model)) return step;
  return load(step, "partials", { traceId }, interval.partials);
}

function withTrace(model: LiveModel, trace: Trace | undefined, env: Env): LiveModel {
  const { approval, trace: known, restored, ...rest } = model;
  if (!trace) {
    const { typing: _, ...closed } = rest;
    return {
      ...closed,
      relatives: false,
      state: known || restored || model.state === "gone" ? "gone" : "waiting",
    };
  }
  const waiting = pendingApproval(trace);
  const next: LiveModel = {
    ...rest,
    trace,
    runId: trace.run.runId,
    state: "ready",
    failure: NO_FAILURE,
    ...(approval && waiting?.spanId === approval.spanId ? { approval } : {}),
  };
  return inView(model.follow ? followed(next) : next, env);
}

function act(model: LiveModel, action: string, count: number | undefined, env: Env): Step<LiveModel> {
  if (model.approval) return answerApproval(model, model.approval, action, env);
  if (model.relatives) return actInFamily(model, action, count, env, openedFromHere);
  switch (action) {
    case "back":
      return back(model);
    case "launch":
      return [model, [{ type: "go", screen: "launch" }]];
    case "compare":
      return [model, compareEffects(model, env.marked)];
    case "replay":
    case "fork":
      return [model, replayEffects(model, action === "fork")];
    case "reload":
      return refresh(model, {});
    case "submit":
      return submitted(model, env);
    case "cancel": {
      const { typing: _, ...closed } = model;
      return [closed, []];
    }
    case "focus":
      return [inView({ ...model, focus: model.focus === "tree" ? "detail" : "tree" }, env), []];
    case "zoom":
      return [inView({ ...model, zoom: !model.zoom }, env), []];
    case "pause":
    case "stop":
    case "resume":
      return control(model, action);
    case "approve": {
      const waiting = model.trace && pendingApproval(model.trace);
      return [waiting ? { ...model, approval: { spanId: waiting.spanId, top: 0 } } : model, []];
    }
    case "family":
      return openedFamily(model, env);
    case "copy":
      return [model, copied(model)];
    case "editor":
      return [model, inEditor(model, env)];
    case "copy_command":
      return [model, [{ type: "copy", text: `agentop show ${model.runId.replace(/[^\w.-]/g, "")}` }]];
    case "into":
      return into(model, env);
    case "next_hit":
    case "previous_hit":
      return search(model, action === "next_hit" ? 1 : -1, env);
    default:
      return [adjusted(model, action, count, env), []];
  }
}

/** What only changes the view. */
function adjusted(model: LiveModel, action: string, count: number | undefined, env: Env): LiveModel {
  switch (action) {
    case "tab_left":
    case "tab_right": {
      const tabs = tabsOf(model.trace);
      const step = action === "tab_left" ? tabs.length - 1 : 1;
      return { ...model, tab: tabs[(tabs.indexOf(openTab(model)) + step) % tabs.length]!, ...FRESH };
    }
    case "step_on":
      return scrubbed(model, count ?? 1, env);
    case "step_back":
      return scrubbed(model, -(count ?? 1), env);
    case "heat":
      return nextHeat(model);
    case "bookmark":
      return bookmarked(model);
    case "to_bookmark":
      return toBookmark(model, env);
    case "search":
    case "budget":
      return typing(model, action);
    case "out":
      return model.focus === "detail" ? { ...model, focus: "tree" } : foldBranch(model, action, env);
    case "fold":
      return model.focus === "detail" ? foldRow(model, env) : foldBranch(model, action, env);
    default:
      return model.focus === "detail" ? scroll(model, action, count, env) : move(model, action, count, env);
  }
}

/** Into the branch, the text, or the run that the call handed its work to. */
function into(model: LiveModel, env: Env): Step<LiveModel> {
  if (model.focus === "detail") return [foldRow(model, env), []];
  const handOff = handOffOf(model);
  return handOff ? load([model, []], "child", handOff) : [foldBranch(model, "into", env), []];
}

function back(model: LiveModel): Step<LiveModel> {
  if (model.needle !== "") return [{ ...model, needle: "" }, []];
  if (model.zoom) return [{ ...model, zoom: false }, []];
  if (model.focus === "detail") return [{ ...model, focus: "tree" }, []];
  const parent = model.parents.at(-1);
  if (!parent) return [model, [{ type: "leave" }]];
  const [next, effects] = opened(model, parent, model.parents.slice(0, -1));
  return [
    parent.spanId === undefined ? next : { ...next, selectedId: parent.spanId, follow: false },
    effects,
  ];
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

function wheel(model: LiveModel, x: number, y: number, lines: number, env: Env): Step<LiveModel> {
  if (model.approval || model.typing || model.relatives) return [model, []];
  const { detail } = liveLayout(model, env);
  const inDetail = detail && x >= detail.x && x < detail.x + detail.columns && y >= detail.y;
  return [
    inDetail ? wheelDetail(model, lines, env) : move(model, lines > 0 ? "down" : "up", Math.abs(lines), env),
    [],
  ];
}

function clicked(model: LiveModel, x: number, y: number, env: Env): LiveModel {
  if (model.approval || model.relatives) return model;
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
