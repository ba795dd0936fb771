import { stepOf, stepsOf } from "../../../analysis/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { clamp } from "../../draw/scroll.ts";
import { HEATS } from "../../trace/heat.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { BOOKMARKS_MAX, bookmarksOf, isLiveRun, type LiveModel, rowsOf, selectedSpan } from "./model.ts";
import { choose, followed, inView } from "./selection.ts";

/** `steps` steps on (or back): the selection goes there, so that every tab shows that moment. */
export function scrubbed(model: LiveModel, steps: number, env: Env): LiveModel {
  const { trace } = model;
  if (!trace) return model;
  const all = stepsOf(trace);
  const current = stepOf(trace, selectedSpan(model));
  const at = current ? all.findLastIndex(({ step }) => step <= current.step) : steps > 0 ? -1 : all.length;
  if (at + steps >= all.length && at === all.length - 1 && isLiveRun(model)) {
    return inView(followed({ ...model, follow: true }), env);
  }
  const target = all[clamp(at + steps, 0, all.length - 1)];
  return target ? shown(model, target.spanId, env) : model;
}

/** Chosen, with the branches above it open. */
function shown(model: LiveModel, spanId: string, env: Env): LiveModel {
  const collapsed = new Set(model.collapsed);
  let id = model.trace?.spans.get(spanId)?.parentSpanId;
  for (let hops = 0; id !== undefined && hops < 64; hops++) {
    collapsed.delete(id);
    id = model.trace!.spans.get(id)?.parentSpanId;
  }
  const open = collapsed.size === model.collapsed.size ? model : { ...model, collapsed };
  return choose(open, spanId, env);
}

export function nextHeat(model: LiveModel): LiveModel {
  return { ...model, heat: neighbour(HEATS, model.heat, 1) };
}

/** Marks the step of the selection, or takes the mark away. */
export function bookmarked(model: LiveModel): LiveModel {
  const step = model.trace && stepOf(model.trace, selectedSpan(model))?.step;
  if (step === undefined) return model;
  const before = bookmarksOf(model);
  const after = before.includes(step)
    ? before.filter((each) => each !== step)
    : [...before, step].slice(-BOOKMARKS_MAX);
  const bookmarks = new Map(model.bookmarks);
  bookmarks.delete(model.runId);
  if (after.length > 0) bookmarks.set(model.runId, after);
  return { ...model, bookmarks };
}

/** To the next bookmark, around the end. */
export function toBookmark(model: LiveModel, env: Env): LiveModel {
  const { trace } = model;
  if (!trace || rowsOf(model).length === 0) return model;
  const now = stepOf(trace, selectedSpan(model))?.step ?? 0;
  const bookmarks = bookmarksOf(model);
  const marked = stepsOf(trace).filter((span) => bookmarks.includes(span.step));
  const target = marked.find((span) => span.step > now) ?? marked[0];
  return target ? shown(model, target.spanId, env) : model;
}
