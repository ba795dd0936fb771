import type { Trace } from "../../../core/mod.ts";
import type { Effect, Msg, Target } from "../../app/message.ts";
import type { Env, Step } from "../../app/screen.ts";
import { edit, fieldOf, insert, type TextField } from "../../draw/text_field.ts";
import type { ReplayRequest } from "../../ports.ts";
import { FIELDS, INITIAL, MODES, problemOf, type ReplayModel, requestOf } from "./model.ts";
import { stepText } from "./step_text.ts";

/** Longer texts are not for an editor in between. */
const EDIT_MAX_CHARS = 500_000;

export function updateReplay(model: ReplayModel, msg: Msg, env: Env): Step<ReplayModel> {
  switch (msg.type) {
    case "enter":
      return msg.target ? opened(model, msg.target, msg.replay ?? {}) : [model, []];
    case "action":
      return act(model, msg.action);
    case "text":
      return [typed(model, (field) => insert(field, msg.text)), []];
    case "edit":
      return [typed(model, (field) => edit(field, msg.key)), []];
    case "answer":
      if (msg.ticket !== model.ticket || msg.answer.kind !== "trace") return [model, []];
      return withTrace(model, msg.answer.trace, env);
    case "no_answer":
      if (msg.ticket !== model.ticket) return [model, []];
      return [{ ...model, state: "failed", failure: msg.message }, []];
    case "edited":
      return edited(model, msg.text);
    case "launched":
      // Back to where the person came from, so that Esc on the new run leads there.
      return [{ ...model, starting: false }, [{ type: "leave" }, {
        type: "go",
        screen: "live",
        target: msg.run,
      }]];
    case "launch_failed":
      return [{ ...model, starting: false }, [
        { type: "notice", level: "error", text: msg.message },
        ...(model.fork ? [{ type: "leave" } as const] : []),
      ]];
    default:
      return [model, []];
  }
}

function opened(
  model: ReplayModel,
  target: Target,
  { step, fork }: { readonly step?: number; readonly fork?: boolean },
): Step<ReplayModel> {
  const fresh: ReplayModel = {
    ...INITIAL,
    ticket: model.ticket,
    target,
    state: "loading",
    ...(fork ? { fork: { step: step ?? 0 } } : {}),
    fields: { ...INITIAL.fields, from: fieldOf(step === undefined || fork ? "" : String(step)) },
  };
  return load(fresh, target);
}

function load(model: ReplayModel, { traceId }: Target): Step<ReplayModel> {
  const ticket = model.ticket + 1;
  return [{ ...model, ticket }, [{ type: "load", slot: "trace", ticket, query: { kind: "trace", traceId } }]];
}

function withTrace(model: ReplayModel, trace: Trace | undefined, env: Env): Step<ReplayModel> {
  if (!trace) return [{ ...model, state: "failed", failure: "This run is not in the store" }, []];
  const problem = problemOf(trace);
  if (problem !== undefined) return [{ ...model, state: "failed", failure: problem }, []];
  const ready: ReplayModel = { ...model, trace, state: "ready", failure: "" };
  if (!model.fork) return [ready, []];
  const refuse = (text: string): Step<ReplayModel> => [ready, [
    { type: "notice", level: "warn", text },
    { type: "leave" },
  ]];
  const text = stepText(trace, model.fork.step);
  if (!env.hasEditor) return refuse("No editor is set up. Try: set EDITOR");
  if (text === undefined) return refuse(`This run has no step ${model.fork.step}`);
  if (text.length > EDIT_MAX_CHARS) {
    return refuse(
      `Cannot edit step ${model.fork.step}: got ${text.length} characters. Try: agentop replay --edit`,
    );
  }
  return [{ ...ready, fork: { ...model.fork, text } }, [{ type: "editor", text }]];
}

function edited(model: ReplayModel, text: string | undefined): Step<ReplayModel> {
  const { fork, trace } = model;
  if (!fork || !trace || fork.text === undefined) return [model, []];
  if (text === undefined || text === fork.text) {
    return [model, [{ type: "notice", level: "info", text: "Nothing changed" }, { type: "leave" }]];
  }
  return start(model, trace, {
    runId: trace.run.runId,
    mode: "hybrid",
    edit: { step: fork.step, text },
  });
}

function start(model: ReplayModel, trace: Trace, request: ReplayRequest): Step<ReplayModel> {
  const { agent, prompt } = trace.run;
  const effect: Effect = { type: "replay", request, about: { agent, prompt } };
  return [{ ...model, starting: true }, [effect]];
}

function act(model: ReplayModel, action: string): Step<ReplayModel> {
  const turned = <T>(list: readonly T[], now: T, step: 1 | -1): T =>
    list[(list.indexOf(now) + step + list.length) % list.length]!;
  switch (action) {
    case "back":
      return [model, [{ type: "leave" }]];
    case "reload":
      return model.target ? load(model, model.target) : [model, []];
    case "next":
      return [{ ...model, focus: turned(FIELDS, model.focus, 1) }, []];
    case "previous":
      return [{ ...model, focus: turned(FIELDS, model.focus, -1) }, []];
    case "mode_next":
      return [{ ...model, mode: turned(MODES, model.mode, 1) }, []];
    case "mode_before":
      return [{ ...model, mode: turned(MODES, model.mode, -1) }, []];
    case "start": {
      if (!model.trace || model.starting) return [model, []];
      const checked = requestOf(model, model.trace);
      if ("request" in checked) return start(model, model.trace, checked.request);
      return [{ ...model, focus: checked.focus }, [{ type: "notice", level: "warn", text: checked.problem }]];
    }
    default:
      return [model, []];
  }
}

function typed(
  model: ReplayModel,
  change: (field: TextField) => TextField | undefined,
): ReplayModel {
  if (model.focus === "mode") return model;
  const field = change(model.fields[model.focus]);
  return field ? { ...model, fields: { ...model.fields, [model.focus]: field } } : model;
}
