import { NO_EDITOR, notice } from "../../contract/effects.ts";
import type { Trace } from "../../../core/mod.ts";
import type { ReplayRequest } from "../../../app/mod.ts";
import { loading } from "../../contract/load.ts";
import { type Actions, type FieldChange, type Place, updateOf } from "../../contract/handlers.ts";
import type { Effect, Target } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { fieldOf } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { walkedOn } from "../../widgets/model_names.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { hitForm } from "./layout.ts";
import {
  editedStep,
  FIELDS,
  fittingModels,
  INITIAL,
  isTyped,
  MODES,
  POLICIES,
  problemOf,
  recordedText,
  type ReplayModel,
  requestOf,
  toolsOf,
} from "./model.ts";
import type { ReplayQueries } from "./queries.ts";
import { stepText } from "./step_text.ts";

const load = loading<ReplayQueries>();

/** Longer texts are not for an editor in between. */
const EDIT_MAX_CHARS = 500_000;

const ACTIONS: Actions<ReplayModel> = {
  back: (model) => [model, [{ type: "leave" }]],
  reload: (model) => (model.target ? loadTrace(model, model.target) : [model, []]),
  next: (model) => [{ ...model, focus: neighbour(FIELDS, model.focus, 1) }, []],
  previous: (model) => [{ ...model, focus: neighbour(FIELDS, model.focus, -1) }, []],
  model_next: (model) => [walked(model, 1), []],
  model_before: (model) => [walked(model, -1), []],
  choice_next: (model) => [turned(model, 1), []],
  choice_before: (model) => [turned(model, -1), []],
  tool_next: (model) => [toTool(model, 1), []],
  tool_before: (model) => [toTool(model, -1), []],
  tool_switch: (model) => [switched(model), []],
  editor: inEditor,
  start: (model) => {
    if (!model.trace || model.starting) return [model, []];
    const checked = requestOf(model, model.trace);
    if ("request" in checked) return started(model, model.trace, checked.request);
    return [{ ...model, focus: checked.focus }, [notice("warn", checked.problem)]];
  },
};

export const updateReplay = updateOf<ReplayModel, ReplayQueries>({
  entered: (model, { target, replay = {} }) => (target ? opened(model, target, replay) : [model, []]),
  actions: () => ACTIONS,
  typed: (model, change) => [typed(model, change), []],
  clicked: (model, place, env) => [clicked(model, place, env), []],
  wheeled: (model, lines) => [model.focus === "model" ? walked(model, lines > 0 ? 1 : -1) : model, []],
  answered: {
    trace: withTrace,
    models: (model, models) => [{ ...model, models }, []],
  },
  failed: {
    trace: (model, failure) => [{ ...model, state: "failed", failure }, []],
    models: (model) => [{ ...model, models: [] }, []],
  },
  edited: withEdited,
  // Back to where the person came from, so that Esc on the new run leads there.
  launched: (model, run) => [
    { ...model, starting: false },
    [{ type: "leave" }, { type: "go", screen: "live", target: run }],
  ],
  launchFailed: (model, message) => [{ ...model, starting: false }, [
    notice("error", message),
    ...(model.fork ? [{ type: "leave" } as const] : []),
  ]],
});

function opened(
  model: ReplayModel,
  target: Target,
  { step, fork }: { readonly step?: number; readonly fork?: boolean },
): Step<ReplayModel> {
  const fresh: ReplayModel = {
    ...INITIAL,
    tickets: model.tickets,
    target,
    state: "loading",
    ...(fork ? { fork: { step: step ?? 0 } } : {}),
    fields: { ...INITIAL.fields, from: fieldOf(step === undefined || fork ? "" : String(step)) },
  };
  return loadTrace(fresh, target);
}

function loadTrace(model: ReplayModel, { traceId }: Target): Step<ReplayModel> {
  return load([model, []], "trace", { traceId });
}

function withTrace(model: ReplayModel, trace: Trace | undefined, env: Env): Step<ReplayModel> {
  if (!trace) {
    return [{ ...model, state: "failed", failure: { message: "This run is not in the store" } }, []];
  }
  const problem = problemOf(trace);
  if (problem !== undefined) return [{ ...model, state: "failed", failure: problem }, []];
  const ready: ReplayModel = { ...model, trace, state: "ready", failure: NO_FAILURE };
  if (!model.fork) return load([ready, []], "models", { usage: trace.run.totals.usage });
  const { fork } = model;
  const edit = editorEffect(fork.step, stepText(trace, fork.step), env);
  if (edit.type !== "editor") return [ready, [edit, { type: "leave" }]];
  return [{ ...ready, fork: { ...fork, text: edit.text } }, [edit]];
}

function withEdited(model: ReplayModel, text: string | undefined): Step<ReplayModel> {
  const { fork, trace } = model;
  if (!fork) return [withSaved(model, text), []];
  if (!trace || fork.text === undefined) return [model, []];
  if (text === undefined || text === fork.text) {
    return [model, [notice("info", "Nothing changed"), { type: "leave" }]];
  }
  return started(model, trace, {
    runId: trace.run.runId,
    mode: "hybrid",
    edit: { step: fork.step, text },
  });
}

function started(model: ReplayModel, trace: Trace, request: ReplayRequest): Step<ReplayModel> {
  const { agent } = trace.run;
  const prompt = request.edit?.step === 0 ? request.edit.text : trace.run.prompt;
  const effect: Effect = { type: "replay", request, about: { agent, prompt } };
  return [{ ...model, starting: true }, [effect]];
}

function typed(model: ReplayModel, change: FieldChange): ReplayModel {
  const { focus, walk: _, ...rest } = model;
  if (!isTyped(focus)) return model;
  const field = change(model.fields[focus]);
  if (!field) return model;
  const next: ReplayModel = { ...rest, focus, fields: { ...model.fields, [focus]: field } };
  const { edit, ...unedited } = next;
  // An edit belongs to its step.
  return edit && edit.step !== editedStep(next) ? unedited : next;
}

/** Another mode, or another policy, whichever has the focus. */
function turned(model: ReplayModel, step: 1 | -1): ReplayModel {
  return model.focus === "mode"
    ? { ...model, mode: neighbour(MODES, model.mode, step) }
    : { ...model, policy: neighbour(POLICIES, model.policy, step) };
}

function toTool(model: ReplayModel, step: 1 | -1): ReplayModel {
  const { length } = toolsOf(model.trace);
  return length === 0 ? model : { ...model, toolAt: (model.toolAt + step + length) % length };
}

/** Down or up the models that fit; above the first is what was typed. */
function walked(model: ReplayModel, steps: number): ReplayModel {
  const { walk = { typed: model.fields.model.text, index: -1 }, ...rest } = model;
  const { walk: next, field } = walkedOn(fittingModels(model), walk, steps);
  return { ...rest, fields: { ...model.fields, model: field }, ...(next ? { walk: next } : {}) };
}

/** To the field under the pointer, or takes the item of the list below. */
function clicked(model: ReplayModel, { x, y }: Place, env: Env): ReplayModel {
  const hit = model.trace && !model.fork ? hitForm(env.size, model, x, y) : undefined;
  if (hit === undefined) return model;
  if (typeof hit === "string") return { ...model, focus: hit };
  if (model.focus === "tools") {
    return hit.item < toolsOf(model.trace).length ? switched({ ...model, toolAt: hit.item }) : model;
  }
  if (model.focus !== "model" || hit.item >= fittingModels(model).length) return model;
  return walked(model, hit.item - (model.walk?.index ?? -1));
}

function switched(model: ReplayModel): ReplayModel {
  const name = toolsOf(model.trace)[model.toolAt];
  if (name === undefined) return model;
  const off = new Set(model.off);
  if (!off.delete(name)) off.add(name);
  return { ...model, off };
}

/** The instructions, or what the step says, in the person's editor. */
function inEditor(model: ReplayModel, env: Env): Step<ReplayModel> {
  const { trace, focus, edit, fields } = model;
  if (!trace) return [model, []];
  if (focus !== "instructions") {
    const step = editedStep(model);
    return [model, [editorEffect(step, edit?.step === step ? edit.text : stepText(trace, step), env)]];
  }
  const text = fields.instructions.text || (recordedText(trace, "instructions") ?? "");
  return [model, [env.hasEditor ? { type: "editor", text } : NO_EDITOR]];
}

/** Opens what a step says in the person's editor, or says why not. */
function editorEffect(step: number, text: string | undefined, env: Env): Effect {
  if (!env.hasEditor) return NO_EDITOR;
  if (text === undefined) return notice("warn", `This run has no step ${step}`);
  return text.length > EDIT_MAX_CHARS ? notice("warn", tooLong(step, text)) : { type: "editor", text };
}

/** What was saved, in the field it was opened for. */
function withSaved(model: ReplayModel, text: string | undefined): ReplayModel {
  if (text === undefined || !model.trace) return model;
  if (model.focus === "instructions") return withInstructions(model, text, model.trace);
  const step = editedStep(model);
  const { edit: _, ...rest } = model;
  return text === stepText(model.trace, step) ? rest : { ...rest, edit: { step, text } };
}

function tooLong(step: number, { length }: string): string {
  return `Cannot edit step ${step}: got ${length} characters. Try: agentop replay --edit`;
}

/** Instructions that are as recorded are no change. */
function withInstructions(model: ReplayModel, text: string, trace: Trace): ReplayModel {
  const saved = text.replace(/\n$/, "");
  const isRecorded = saved === recordedText(trace, "instructions")?.replace(/\n$/, "");
  return { ...model, fields: { ...model.fields, instructions: fieldOf(isRecorded ? "" : saved) } };
}
