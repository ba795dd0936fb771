import { isResumable, limitRaisedBy, sentenceOf, shortRunId } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import { type Action, type Actions, type Place, updateOf } from "../../contract/handlers.ts";
import type { Effect, Msg } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { isSearching, unsearched } from "../../reader/reader.ts";
import { tabsOf } from "../../trace/content.ts";
import { familyWith } from "../../widgets/family.ts";
import { type Motion, rowAt, wheelMotion } from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { isInside } from "../../widgets/panes.ts";
import { stepped } from "../../widgets/split.ts";
import { compareEffects, endOfReplay, notebookEffects, replayEffects, scoreEffects } from "./again.ts";
import {
  APPROVAL_ACTIONS,
  editedArguments,
  movedInApproval,
  openedApproval,
  typedReason,
  withChange,
  withEditable,
  withEdited,
} from "./approval.ts";
import { copied, foldRow, movedInTab, openedElsewhere, TAB_READER, wheeledInTab } from "./detail.ts";
import { FAMILY_ACTIONS, movedInFamily, openedFamily } from "./family.ts";
import { isLiveRun, liveDragged, liveLayout, type LiveModel, openTab, treeRowsIn } from "./model.ts";
import {
  entered,
  loadAgain,
  loadChanges,
  opened,
  openedChild,
  withCacheAsked,
  withChild,
  withTrace,
} from "./open_run.ts";
import type { LiveQueries } from "./queries.ts";
import { bookmarked, nextHeat, scrubbed, toBookmark } from "./scrub.ts";
import { begun, choose, foldBranch, inView, movedInTree } from "./selection.ts";
import { brokenOff, notOperated, raising, submitted, typed, typing, withOperated } from "./typing.ts";

const TICK_MS = 120;
/** Border and head of the tree. */
const TREE_HEAD_ROWS = 2;

const resumed = control("resume", "Asked the run to go on");

const ACTIONS: Actions<LiveModel> = {
  back,
  launch: (model) => [model, [{ type: "go", screen: "launch" }]],
  compare: (model, env) => [model, compareEffects(model, env.marked)],
  replay: (model) => [model, replayEffects(model, false)],
  fork: (model) => [model, replayEffects(model, true)],
  reload: loadAgain,
  focus: (model, env) => [inView({ ...model, focus: model.focus === "tree" ? "detail" : "tree" }, env), []],
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  pause: control("pause", "Asked the run to pause before its next step"),
  stop: (model) => [model, askToStop(model)],
  stop_run: control("stop", "Asked the run to stop"),
  resume: (model, env) => {
    const { trace, traceId } = model;
    if (!trace || traceId === undefined || !isResumable(trace.run)) return resumed(model, env);
    const raised = limitRaisedBy(trace.run.error?.remedy);
    return raised ? [raising(model, raised), []] : [model, [{ type: "revive", traceId }]];
  },
  approve: openedApproval,
  family: openedFamily,
  copy: (model) => [model, copied(model)],
  notebook: (model) => [model, notebookEffects(model)],
  score: (model) => [model, scoreEffects(model)],
  copy_command: (model) => [
    model,
    [{ type: "copy", text: `agentop show ${model.runId.replace(/[^\w.-]/g, "")}` }],
  ],
  editor: (model, env) => [model, openedElsewhere(model, env)],
  into: (model, env) => (model.focus === "detail" ? [foldRow(model, env), []] : openedChild(model, env)),
  out: (model, env) => [
    model.focus === "detail" ? { ...model, focus: "tree" } : foldBranch(model, "out", env),
    [],
  ],
  fold: (model, env) => [model.focus === "detail" ? foldRow(model, env) : foldBranch(model, "fold", env), []],
  tab_left: (model) => [besideTab(model, -1), []],
  tab_right: (model) => [besideTab(model, 1), []],
  step_on: (model, env, count = 1) => [scrubbed(model, count, env), []],
  step_back: (model, env, count = 1) => [scrubbed(model, -count, env), []],
  heat: (model) => [nextHeat(model), []],
  bookmark: (model) => [bookmarked(model), []],
  to_bookmark: (model, env) => [toBookmark(model, env), []],
  budget: (model) => [typing(model, "budget"), []],
  tell: (model) => [typing(model, "tell"), []],
  set: (model) => [typing(model, "set"), []],
  cancel_call: brokenOff,
  submit: submitted,
  cancel: (model) => {
    const { typing: _, ...closed } = model;
    return [closed, []];
  },
  ...TAB_READER.actions,
  pane_more: (model, env, count) => [inView({ ...model, split: stepped(model.split, 1, count) }, env), []],
  pane_less: (model, env, count) => [inView({ ...model, split: stepped(model.split, -1, count) }, env), []],
};

const handled = updateOf<LiveModel, LiveQueries>({
  entered: (model, { target }, env) => entered(model, target, env),
  storeChanged: loadChanges,
  resized: (model, env) => [inView(model, env), []],
  actions: (model) => (model.approval ? APPROVAL_ACTIONS : model.relatives ? FAMILY_ACTIONS : ACTIONS),
  moved: (model, motion, env) => [moved(model, motion, env), []],
  typed: (model, change, env) => {
    if (model.reader.typing) return [TAB_READER.typed(model, change, env), []];
    return [model.approval ? typedReason(model, change) : typed(model, change), []];
  },
  sought: (model, hits, env) => [TAB_READER.sought(model, hits, env), []],
  edited: editedArguments,
  dragged: (model, place, env) => [inView(liveDragged(model, place, env), env), []],
  wheeled: (model, lines, place, env) => [wheeled(model, lines, place, env), []],
  clicked: (model, place, env) => [clicked(model, place, env), []],
  answered: {
    operated: withOperated,
    trace: (model, trace, env) => [withTrace(model, trace, env), endOfReplay(model, trace)],
    partials: (model, partials) => [{ ...model, partials }, []],
    child: withChild,
    // The list knows its height when it is opened.
    family: (model, tree) => [{ ...model, family: familyWith(tree, model.family, model.runId, 1) }, []],
    whole: (model, whole) => [{ ...model, whole }, []],
    cache: (model, cache) => [{ ...model, cache }, []],
    change: withChange,
    editable: withEditable,
    readBack: withEdited,
  },
  failed: {
    operated: notOperated,
    trace: unread,
    partials: unread,
    child: unread,
    family: (model) => [model, []],
    whole: (model) => [model, []],
  },
});

export function updateLive(model: LiveModel, msg: Msg<LiveQueries>, env: Env): Step<LiveModel> {
  return TAB_READER.seeking(withCacheAsked(handled(model, msg, env)), env);
}

/** What was read before stays in view. */
function unread(model: LiveModel, failure: LiveModel["failure"]): Step<LiveModel> {
  return model.trace
    ? [{ ...model, failure }, [notice("error", sentenceOf(failure))]]
    : [{ ...model, state: "failed", failure }, []];
}

function back(model: LiveModel): Step<LiveModel> {
  if (isSearching(model.reader)) return [{ ...model, reader: unsearched(model.reader) }, []];
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

function control(action: "pause" | "stop" | "resume", done: string): Action<LiveModel> {
  return (model) => {
    const { trace, traceId } = model;
    return [model, trace && traceId !== undefined ? [{ type: "control", traceId, action, done }] : []];
  };
}

function askToStop({ trace }: LiveModel): readonly Effect[] {
  if (!trace) return [];
  const { runId, agent } = trace.run;
  return [{
    type: "confirm",
    question: {
      title: "Stop this run?",
      lines: [`${shortRunId(runId)}  ${agent}`],
      yes: "stop it; R goes on with it",
      action: "stop_run",
    },
  }];
}

function besideTab(model: LiveModel, step: 1 | -1): LiveModel {
  return begun({ ...model, tab: neighbour(tabsOf(model.trace), openTab(model), step) });
}

function moved(model: LiveModel, motion: Motion, env: Env): LiveModel {
  if (model.approval) return movedInApproval(model, motion, env);
  if (model.relatives) return movedInFamily(model, motion, env);
  return model.focus === "detail" ? movedInTab(model, motion, env) : movedInTree(model, motion, env);
}

function wheeled(model: LiveModel, lines: number, { x, y }: Place, env: Env): LiveModel {
  if (model.approval || model.typing || model.relatives) return model;
  return isInside(liveLayout(model, env).detail, x, y)
    ? wheeledInTab(model, lines, env)
    : movedInTree(model, wheelMotion(lines), env);
}

function clicked(model: LiveModel, { x, y }: Place, env: Env): LiveModel {
  if (model.approval || model.relatives) return model;
  const { tree, detail } = liveLayout(model, env);
  if (isInside(detail, x, y)) return { ...model, focus: "detail" };
  if (!tree || !isInside(tree, x, y)) return model;
  const focused: LiveModel = { ...model, focus: "tree" };
  const rows = treeRowsIn(model, env);
  const row = rowAt(model, rows, y - tree.y - TREE_HEAD_ROWS);
  const spanId = row === undefined ? undefined : rows.idAt(row);
  return spanId === undefined ? focused : choose(focused, spanId, env);
}

/** How long ago a run began is said in seconds at first. */
const AGE_TICK_MS = 1_000;

export function liveTickMs(model: LiveModel): number | undefined {
  return isLiveRun(model) ? TICK_MS : model.trace ? AGE_TICK_MS : undefined;
}
