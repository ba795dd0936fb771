import { approvalArgument, type ApprovalScope, type GivenAnswer, scopeValue } from "../../../core/mod.ts";
import { NO_EDITOR, notice } from "../../contract/effects.ts";
import type { Action, Actions, FieldChange } from "../../contract/handlers.ts";
import { loading } from "../../contract/load.ts";
import type { Effect } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { moved } from "../../draw/scroll.ts";
import { EMPTY_FIELD } from "../../draw/text_field.ts";
import type { Motion } from "../../widgets/list.ts";
import {
  askedArguments,
  askedFile,
  askedQuestion,
  askedTargets,
  openQuestions,
  shownArguments,
} from "./asked.ts";
import type { LiveModel } from "./model.ts";
import type { LiveQueries } from "./queries.ts";

const load = loading<LiveQueries>();
const BY = "workbench";

/** In the question whether a tool may run. */
export const APPROVAL_ACTIONS: Actions<LiveModel> = {
  yes: allowed(),
  always: allowed("tool"),
  always_path: allowed("path"),
  always_host: allowed("host"),
  no: (model) => refused(model),
  refuse: (model) => [asking(model, { reason: EMPTY_FIELD }), []],
  submit: (model) => refused(model, model.approval?.reason?.text),
  cancel: (model) => {
    if (!model.approval) return [model, []];
    const { reason: _, ...approval } = model.approval;
    return [{ ...model, approval }, []];
  },
  edit_arguments: (model, env) => {
    const question = askedQuestion(model);
    if (!question) return [model, []];
    if (!env.hasEditor) return [model, [NO_EDITOR]];
    return load([asking(model, { isEditing: true }), []], "editable", {
      given: askedArguments(model, question),
    });
  },
  next_question: (model) => {
    const open = openQuestions(model);
    const at = open.findIndex(({ spanId }) => spanId === model.approval?.spanId);
    const next = open[(at + 1) % Math.max(1, open.length)];
    return next ? asked(model, next.spanId) : [model, []];
  },
  later: (model) => [closed(model), []],
};

/** Asks about the tool call that waits. */
export function openedApproval(model: LiveModel): Step<LiveModel> {
  const [waiting] = openQuestions(model);
  return waiting ? asked(model, waiting.spanId) : [model, []];
}

/** From the beginning of its arguments; what they change in a file is read. */
function asked(
  model: LiveModel,
  spanId: string,
  edited?: Record<string, unknown>,
): Step<LiveModel> {
  const next: LiveModel = {
    ...model,
    approval: { spanId, top: 0, seen: 0, ...(edited === undefined ? {} : { edited }) },
  };
  const question = askedQuestion(next);
  const target = question && askedFile(next, question);
  return target ? load([next, []], "change", { spanId, target }) : [next, []];
}

/** The change that was read: the dialog begins anew, as it says something else now. */
export function withChange(
  model: LiveModel,
  { spanId, change }: {
    readonly spanId: string;
    readonly change: NonNullable<LiveModel["approval"]>["change"];
  },
): Step<LiveModel> {
  if (model.approval?.spanId !== spanId || change === undefined) return [model, []];
  return [asking(model, { change, top: 0, seen: 0 }), []];
}

/** The arguments as text; nobody wants them any more once the dialog is about something else. */
export function withEditable(model: LiveModel, text: string): Step<LiveModel> {
  return [model, model.approval?.isEditing ? [{ type: "editor", text }] : []];
}

/** What the person saved in the editor. */
export function editedArguments(model: LiveModel, text: string | undefined): Step<LiveModel> {
  if (!model.approval?.isEditing) return [model, []];
  if (text === undefined) return [asking(model, { isEditing: false }), []];
  return load([model, []], "readBack", { text });
}

export function withEdited(model: LiveModel, edited: Record<string, unknown>): Step<LiveModel> {
  return model.approval?.isEditing ? asked(model, model.approval.spanId, edited) : [model, []];
}

export function typedReason(model: LiveModel, change: FieldChange): LiveModel {
  const reason = model.approval?.reason && change(model.approval.reason);
  return reason ? asking(model, { reason }) : model;
}

function asking(model: LiveModel, change: Partial<NonNullable<LiveModel["approval"]>>): LiveModel {
  return model.approval ? { ...model, approval: { ...model.approval, ...change } } : model;
}

/** Scrolls the arguments. */
export function movedInApproval(model: LiveModel, { action, count }: Motion, env: Env): LiveModel {
  const { approval } = model;
  if (!approval) return model;
  const top = moved(action, approval.top, count, env.size.rows, Number.MAX_SAFE_INTEGER);
  if (top === undefined) return model;
  const waiting = askedQuestion(model);
  const { doc, height } = waiting ? shownArguments(model, waiting, env) : { doc: undefined, height: 0 };
  const within = Math.min(top, Math.max(0, (doc?.rows ?? 0) - height));
  // A jump over rows has not shown them.
  const seen = within <= approval.seen + height ? Math.max(approval.seen, within) : approval.seen;
  return asking(model, { top: within, seen });
}

function allowed(always?: ApprovalScope): Action<LiveModel> {
  return (model, env) => {
    const question = askedQuestion(model);
    if (!question || !model.approval) return [closed(model), []];
    const { edited, change, isEditing } = model.approval;
    if (isEditing) {
      return [model, [notice("info", "What was edited is not in use yet: e edits again, esc leaves it")]];
    }
    const targets = askedTargets(model, question);
    if (always !== undefined && (edited || scopeValue(always, targets) === undefined)) return [model, []];
    if (askedFile(model, question) && !change) {
      return [model, [notice("info", "What is in the file is being read: then it can be allowed")]];
    }
    const unseen = shownFurther(model, env);
    if (unseen) return [unseen, [notice("info", "Read on: it can be allowed once all of it was shown")]];
    const done = edited
      ? "Allowed with your arguments; the model is told"
      : always === undefined
      ? "Allowed once"
      : `Allowed for this run: ${always === "tool" ? question.tool : scopeValue(always, targets)}`;
    return said(model, "approve", done, {
      ...(always === undefined ? {} : { always }),
      ...(edited === undefined ? {} : { arguments: edited }),
    });
  };
}

function refused(model: LiveModel, reason?: string): Step<LiveModel> {
  return said(model, "deny", "Refused; the model is told", reason === undefined ? {} : { reason });
}

/** Tells the run. Another question that waits is not put in this one's place: a key held down must not answer it unseen. */
function said(
  model: LiveModel,
  action: "approve" | "deny",
  done: string,
  answer: Omit<GivenAnswer, "by">,
): Step<LiveModel> {
  const { traceId } = model;
  const spanId = askedQuestion(model)?.spanId;
  if (spanId === undefined || traceId === undefined) return [closed(model), []];
  const argument = approvalArgument(spanId, { by: BY, ...answer });
  const next = { ...closed(model), answered: [...(model.answered ?? []), spanId] };
  const more = answer.always === "tool" ? 0 : openQuestions(next).length;
  const effect: Effect = {
    type: "control",
    traceId,
    action,
    argument,
    done: more === 0 ? done : `${done}; ${more} more: a`,
  };
  return [next, [effect]];
}

/** The next rows of the arguments, while not all of them were in view. */
function shownFurther(model: LiveModel, env: Env): LiveModel | undefined {
  const waiting = askedQuestion(model);
  if (!waiting || !model.approval) return undefined;
  const { doc, height } = shownArguments(model, waiting, env);
  const { seen } = model.approval;
  const bottom = doc.rows - height;
  if (bottom <= seen) return undefined;
  const top = Math.min(bottom, seen + height);
  return asking(model, { top, seen: Math.max(seen, top) });
}

function closed(model: LiveModel): LiveModel {
  const { approval: _, ...rest } = model;
  return rest;
}
