import { pendingApproval } from "../../../analysis/mod.ts";
import type { Action, Actions } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { moved } from "../../draw/scroll.ts";
import type { Motion } from "../../widgets/list.ts";
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
  return [waiting ? { ...model, approval: { spanId: waiting.spanId, top: 0 } } : model, []];
}

/** Scrolls the arguments. */
export function movedInApproval(model: LiveModel, { action, count }: Motion, env: Env): LiveModel {
  const { approval } = model;
  if (!approval) return model;
  const top = moved(action, approval.top, count, env.size.rows, Number.MAX_SAFE_INTEGER);
  return top === undefined ? model : { ...model, approval: { ...approval, top } };
}

function answered(
  action: "approve" | "deny",
  argument: { readonly always?: true },
  done: string,
): Action<LiveModel> {
  return (model) => {
    const { approval, traceId } = model;
    if (!approval || traceId === undefined) return [closed(model), []];
    const { spanId } = approval;
    return [closed(model), [{ type: "control", traceId, action, argument: { spanId, ...argument }, done }]];
  };
}

function closed(model: LiveModel): LiveModel {
  const { approval: _, ...rest } = model;
  return rest;
}
