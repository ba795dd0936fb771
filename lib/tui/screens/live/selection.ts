import { activeSpan } from "../../../analysis/mod.ts";
import { isLive } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { fresh } from "../../reader/reader.ts";
import { afterMotion, keptInView, type Motion, selectedIndex } from "../../widgets/list.ts";
import { isLiveRun, type LiveModel, rowsOf, treeRowsIn } from "./model.ts";

/** What a new selection starts with: the text from its beginning, or its end while it grows. */
export function begun(model: LiveModel): LiveModel {
  return { ...model, reader: fresh(model.reader) };
}

export function inView(model: LiveModel, env: Env): LiveModel {
  return keptInView(model, treeRowsIn(model, env));
}

/** The selection goes to what the run is doing; to the answer when it has ended. */
export function followed(model: LiveModel): LiveModel {
  const trace = model.trace!;
  const target = isLive(trace.run.status) ? activeSpan(trace) : undefined;
  const root = rowsOf(model)[0]?.span;
  const id = (target ?? root)?.spanId;
  if (id === undefined || id === model.selectedId) return model;
  return begun({ ...model, selectedId: id });
}

export function choose(model: LiveModel, spanId: string, env: Env): LiveModel {
  return inView(begun({ ...model, selectedId: spanId, follow: false }), env);
}

/** A motion in the tree. At the end of a live run the selection goes along with it again. */
export function movedInTree(model: LiveModel, motion: Motion, env: Env): LiveModel {
  const next = afterMotion(model, treeRowsIn(model, env), motion);
  if (next === model) return model;
  const isFollowing = motion.action === "bottom" && motion.count === undefined && isLiveRun(model);
  const chosen = begun({ ...next, follow: isFollowing });
  return isFollowing ? inView(followed(chosen), env) : chosen;
}

/** Opens and closes branches of the tree. */
export function foldBranch(model: LiveModel, action: "into" | "out" | "fold", env: Env): LiveModel {
  const row = rowsOf(model)[selectedIndex(model, treeRowsIn(model, env))];
  if (!row) return model;
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
