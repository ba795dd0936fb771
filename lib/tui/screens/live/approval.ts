import { pendingApproval } from "../../../analysis/mod.ts";
import { notice } from "../../contract/effects.ts";
import type { Action, Actions } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { moved } from "../../draw/scroll.ts";
import type { Motion } from "../../widgets/list.ts";
import { shownArguments } from "./dialogs.ts";
import type { LiveModel } from "./model.ts";

/** In the question whether a tool may run. */
export const APPROVAL_ACTIONS: Actions<LiveModel> = {
  yes: answered("approve", {}, "Allowed once"),
  always: answered("approve", { always: true }, "Allowed for this run"),
  no: answered("deny", {}, "Refused; the model is told"),
  later: (model) => [closed(model), []],
};

/** Asks about the tool call that waits. */
export function openedApproval(model: LiveModel): Step<LiveModel> {
  const waiting = model.trace && pendingApproval(model.trace);
  return [waiting ? { ...model, approval: { spanId: waiting.spanId, top: 0, seen: 0 } } : model, []];
}

/** Scrolls the arguments. */
export function movedInApproval(model: LiveModel, { action, count }: Motion, env: Env): LiveModel {
  const { approval } = model;
  if (!approval) return model;
  const top = moved(action, approval.top, count, env.size.rows, Number.MAX_SAFE_INTEGER);
  if (top === undefined) return model;
  const waiting = model.trace && pendingApproval(model.trace);
  const { doc, height } = waiting ? shownArguments(waiting, env) : { doc: undefined, height: 0 };
  const within = Math.min(top, Math.max(0, (doc?.rows ?? 0) - height));
  // A jump over rows has not shown them.
  const seen = within <= approval.seen + height ? Math.max(approval.seen, within) : approval.seen;
  return { ...model, approval: { ...approval, top: within, seen } };
}

function answered(
  action: "approve" | "deny",
  argument: { readonly always?: true },
  done: string,
): Action<LiveModel> {
  return (model, env) => {
    const { approval, traceId } = model;
    if (!approval || traceId === undefined) return [closed(model), []];
    const { spanId } = approval;
    const unseen = action === "approve" ? shownFurther(model, env) : undefined;
    if (unseen) return [unseen, [notice("info", "Read on: it can be allowed once all of it was shown")]];
    return [closed(model), [{ type: "control", traceId, action, argument: { spanId, ...argument }, done }]];
  };
}

/** The next rows of the arguments, while not all of them were in view. */
function shownFurther(model: LiveModel, env: Env): LiveModel | undefined {
  const waiting = model.trace && pendingApproval(model.trace);
  if (!waiting || waiting.spanId !== model.approval?.spanId) return undefined;
  const { doc, height } = shownArguments(waiting, env);
  const { approval } = model;
  const bottom = doc.rows - height;
  if (bottom <= approval.seen) return undefined;
  const top = Math.min(bottom, approval.seen + height);
  return { ...model, approval: { ...approval, top, seen: Math.max(approval.seen, top) } };
}

function closed(model: LiveModel): LiveModel {
  const { approval: _, ...rest } = model;
  return rest;
}
