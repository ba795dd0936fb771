import { pendingApprovals } from "../../../analysis/mod.ts";
import type { Run, Trace } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import { loading } from "../../contract/load.ts";
import type { Target } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { handOffOf, namesChild } from "./child.ts";
import { tabParts } from "../../trace/content.ts";
import { INITIAL, isLiveRun, type LiveModel, openTab, rowsOf, selectedSpan } from "./model.ts";
import type { LiveQueries } from "./queries.ts";
import { foldBranch, followed, inView } from "./selection.ts";

const load = loading<LiveQueries>();
const TRACE_INTERVAL_MS = 150;
const PARTIAL_INTERVAL_MS = 50;
const FINISHED_INTERVAL_MS = 1_000;
const FAMILY_INTERVAL_MS = 2_000;
const PARENTS_MAX = 20;

/** The run asked for; else one that was started meanwhile; else what was in view before. */
export function entered(before: LiveModel, target: Target | undefined, env: Env): Step<LiveModel> {
  const own = env.own.at(-1);
  const wanted = target ?? (own?.traceId === before.lastOwn ? undefined : own);
  const model: LiveModel = own ? { ...before, lastOwn: own.traceId } : before;
  if (!wanted) return model.traceId === undefined ? [model, []] : loadAgain(model);
  if (wanted.traceId === model.traceId) return loadAgain(model);
  return opened(model, wanted, []);
}

/** Another run, from its beginning; what the person chose to see stays. */
export function opened(
  model: LiveModel,
  { traceId, runId }: Target,
  parents: LiveModel["parents"],
): Step<LiveModel> {
  const { tab, heat, zoom, split, focus, bookmarks, tickets } = model;
  const reader = { ...INITIAL.reader, isWrapped: model.reader.isWrapped };
  const kept = {
    ...{ tab, heat, zoom, split, reader, focus: zoom ? focus : INITIAL.focus, bookmarks, tickets },
    ...(model.lastOwn === undefined ? {} : { lastOwn: model.lastOwn }),
  };
  return loadAgain({ ...INITIAL, ...kept, traceId, runId, parents, state: "loading" });
}

/** Another run, from which Esc leads back here. */
export function openedFromHere(model: LiveModel, run: Target): Step<LiveModel> {
  const here = {
    traceId: model.traceId!,
    runId: model.runId,
    ...(model.selectedId === undefined ? {} : { spanId: model.selectedId }),
  };
  return opened(model, run, [...model.parents, here].slice(-PARENTS_MAX));
}

/** Into the run that the selected call handed its work to; without one, into the branch. */
export function openedChild(model: LiveModel, env: Env): Step<LiveModel> {
  const handOff = handOffOf(model);
  return handOff ? load([model, []], "child", handOff) : [foldBranch(model, "into", env), []];
}

export function withChild(model: LiveModel, run: Run | undefined): Step<LiveModel> {
  if (run) return openedFromHere(model, run);
  if (!namesChild(selectedSpan(model))) return [{ ...model, focus: "detail" }, []];
  return [model, [notice("warn", "The run of this hand-off is not in the store")]];
}

/** Reads everything again, at once. */
export function loadAgain(model: LiveModel): Step<LiveModel> {
  return loadRun(model, {});
}

/** Reads again what may have changed; each part keeps its distance. */
export function loadChanges(model: LiveModel): Step<LiveModel> {
  return loadRun(model, {
    trace: isLiveRun(model) || !model.trace ? TRACE_INTERVAL_MS : FINISHED_INTERVAL_MS,
    partials: PARTIAL_INTERVAL_MS,
    family: FAMILY_INTERVAL_MS,
    whole: isLiveRun(model) ? FINISHED_INTERVAL_MS : FAMILY_INTERVAL_MS,
  });
}

function loadRun(
  model: LiveModel,
  intervalMs: {
    readonly trace?: number;
    readonly partials?: number;
    readonly family?: number;
    readonly whole?: number;
  },
): Step<LiveModel> {
  if (model.traceId === undefined) return [model, []];
  const { traceId, runId } = model;
  let step = load([model, []], "trace", { traceId }, intervalMs.trace);
  step = load(step, "family", { runId }, intervalMs.family);
  step = load(step, "whole", { runId }, intervalMs.whole);
  if (model.trace && !isLiveRun(model)) return step;
  return load(step, "partials", { traceId }, intervalMs.partials);
}

/** The run as it is now; `undefined`: it is not in the store. */
export function withTrace(model: LiveModel, trace: Trace | undefined, env: Env): LiveModel {
  const { approval, trace: known, restored, ...rest } = model;
  if (!trace) {
    const { typing: _, ...closed } = rest;
    return {
      ...closed,
      relatives: false,
      state: known || restored || model.state === "gone" ? "gone" : "waiting",
    };
  }
  const isOpen = pendingApprovals(trace).some(({ spanId }) => spanId === approval?.spanId);
  const next: LiveModel = {
    ...rest,
    trace,
    runId: trace.run.runId,
    state: "ready",
    failure: NO_FAILURE,
    ...(approval && (isOpen || approval.reason) ? { approval } : {}),
  };
  const shown: LiveModel = known ? next : { ...next, tab: firstTab(next, trace) };
  return inView(model.follow ? followed(shown) : shown, env);
}

/** The tab that was open on another run, where this one has something in it and no error to tell first. */
function firstTab(model: LiveModel, trace: Trace): LiveModel["tab"] {
  const root = rowsOf(model)[0]?.span;
  if (!root || trace.run.error) return "output";
  const tab = openTab(model);
  return tabParts(tab, trace, root, undefined).length > 0 ? tab : "output";
}

const CACHE_INTERVAL_MS = 1_000;

/** Asks what its prompts had from a cache while that is in view, and again when the run has changed. */
export function withCacheAsked(step: Step<LiveModel>): Step<LiveModel> {
  const [model, effects] = step;
  const { trace, runId, cache, cacheAskedOf } = model;
  if (openTab(model) !== "cache" || !trace || cacheAskedOf === trace) return step;
  const interval = cache === undefined && cacheAskedOf === undefined ? undefined : CACHE_INTERVAL_MS;
  return load([{ ...model, cacheAskedOf: trace }, effects], "cache", { runId }, interval);
}
