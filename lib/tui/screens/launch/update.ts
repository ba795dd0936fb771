import { NO_EDITOR, notice } from "../../contract/effects.ts";
import type { LaunchedRun, LaunchRequest } from "../../../app/mod.ts";
import { loading } from "../../contract/load.ts";
import { type Actions, type FieldChange, updateOf } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY_FIELD, fieldOf } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  afterMotion,
  keptInView,
  LIST_START,
  type ListRows,
  type Motion,
  rowAt,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { walkedOn } from "../../widgets/model_names.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { agentHeight, hitLaunch, modelHeight } from "./layout.ts";
import {
  agentRows,
  chosenAgent,
  fittingModels,
  type Focus,
  FORM_FIELDS,
  HISTORY_MAX,
  type LaunchModel,
  modelsTop,
  requestOf,
} from "./model.ts";
import type { LaunchQueries } from "./queries.ts";

const load = loading<LaunchQueries>();
const FOCUS_ORDER: readonly Focus[] = ["agents", ...FORM_FIELDS];

const ACTIONS: Actions<LaunchModel> = {
  filter: (model) => [{ ...model, filtering: true }, []],
  filter_clear: (model, env) => [unfiltered(model, env), []],
  choose: (model, env) => {
    const agent = chosenAgent(model);
    return [agent ? unfiltered({ ...model, list: at(agent.path), focus: "prompt" }, env) : model, []];
  },
  next: (model) => [focused(model, neighbour(FOCUS_ORDER, model.focus, 1)), []],
  previous: (model) => [focused(model, neighbour(FOCUS_ORDER, model.focus, -1)), []],
  to_agents: (model) => [focused(model, "agents"), []],
  back: (model, env) =>
    model.filter.text === "" ? [model, [{ type: "leave" }]] : [unfiltered(model, env), []],
  start: (model) => start(model, true),
  start_stay: (model) => start(model, false),
  start_trusting: (model) => answeredTrust(model, true),
  start_asking: (model) => answeredTrust(model, false),
  not_started: (model) => [unasked(model), []],
  model_next: (model) => [walked(model, 1), []],
  model_before: (model) => [walked(model, -1), []],
  older: (model) => [recalled(model, "older"), []],
  newer: (model) => [recalled(model, "newer"), []],
  editor: (model, env) => [
    model,
    env.hasEditor ? [{ type: "editor", text: model.fields.prompt.text }] : [NO_EDITOR],
  ],
  reload: (model) => loadAgents({ ...model, state: "loading" }),
};

export const updateLaunch = updateOf<LaunchModel, LaunchQueries>({
  entered: (model, { name }) =>
    loadAgents(
      name === undefined
        // Always in the same field: what is typed blindly must not end up in another.
        ? { ...focused(model, "agents"), filter: EMPTY_FIELD, filtering: false }
        : { ...model, filter: EMPTY_FIELD, filtering: false, named: name },
    ),
  actions: () => ACTIONS,
  moved: (model, motion, env) => [model.question ? model : moved(model, motion, env), []],
  typed: (model, change, env) => [model.question ? model : typed(model, change, env), []],
  wheeled: (model, lines, _, env) => [
    model.focus === "model" ? walked(model, lines > 0 ? 1 : -1) : moved(model, wheelMotion(lines), env),
    [],
  ],
  clicked: (model, { x, y }, env) => {
    if (model.question) return [model, []];
    const hit = hitLaunch(env.size, model.focus, x, y);
    if (hit === undefined) return [model, []];
    if (typeof hit === "string") return [{ ...model, focus: hit, filtering: false }, []];
    if (model.focus === "model") return [modelAt(model, hit.row + 1, env), []];
    const focused: LaunchModel = { ...model, focus: "agents", filtering: false };
    const rows = rowsIn(model, env);
    const row = rowAt(model.list, rows, hit.row);
    return [row === undefined ? focused : { ...focused, list: withSelected(model.list, rows, row) }, []];
  },
  answered: {
    agents: (model, agents, env) => [
      inView(named({ ...model, agents, state: "ready", failure: NO_FAILURE }), env),
      [],
    ],
    models: (model, models) => [{ ...model, models }, []],
  },
  failed: {
    agents: (model, failure) => [{ ...model, state: "failed", failure }, []],
    models: (model) => [{ ...model, models: [] }, []],
  },
  launched,
  launchFailed: (model, message) => [
    { ...model, starting: false },
    [notice("error", message)],
  ],
  edited: (model, text) => [
    text === undefined
      ? model
      : { ...model, focus: "prompt", fields: { ...model.fields, prompt: fieldOf(text.trimEnd()) } },
    [],
  ],
});

/** Chooses the agent that the screen was opened for, now that the agents are known. */
function named(model: LaunchModel): LaunchModel {
  const { named: name, ...rest } = model;
  const agent = model.agents.find((entry) => entry.name === name);
  return agent ? { ...rest, list: at(agent.path), focus: "prompt" } : rest;
}

/** In the list with this file chosen. */
function at(path: string): LaunchModel["list"] {
  return { ...LIST_START, selectedId: path };
}

function loadAgents(model: LaunchModel): Step<LaunchModel> {
  return load(load([model, []], "agents", undefined), "models", undefined);
}

/** The model in this row of those in view. */
function modelAt(model: LaunchModel, row: number, env: Env): LaunchModel {
  const index = modelsTop(model, modelHeight(env.size)) + row;
  const typed = model.walk?.typed ?? model.fields.model.text;
  return row < 0 ? model : walked({ ...model, walk: { typed, index: -1 } }, index + 1);
}

/** Down or up the models that fit; above the first is what was typed. */
function walked(model: LaunchModel, steps: number): LaunchModel {
  const { walk = { typed: model.fields.model.text, index: -1 }, ...rest } = model;
  const { walk: next, field } = walkedOn(fittingModels(model), walk, steps);
  return { ...rest, fields: { ...model.fields, model: field }, ...(next ? { walk: next } : {}) };
}

function unfiltered(model: LaunchModel, env: Env): LaunchModel {
  return inView({ ...model, filtering: false, filter: EMPTY_FIELD }, env);
}

function focused(model: LaunchModel, focus: Focus): LaunchModel {
  const { historyAt: _, walk: __, ...rest } = model;
  return { ...rest, focus };
}

function start(model: LaunchModel, watch: boolean): Step<LaunchModel> {
  const checked = requestOf(model);
  if ("problem" in checked) {
    return [{ ...model, focus: checked.focus }, [notice("warn", checked.problem)]];
  }
  if (model.starting) return [model, []];
  if (chosenAgent(model)?.isUntrusted) return [{ ...model, question: { watch } }, []];
  return [{ ...model, starting: true }, [{ type: "launch", request: checked.request, watch }]];
}

function unasked(model: LaunchModel): LaunchModel {
  const { question: _, ...rest } = model;
  return rest;
}

function answeredTrust(model: LaunchModel, trust: boolean): Step<LaunchModel> {
  const checked = requestOf(model);
  const { question } = model;
  if (!question || "problem" in checked) return [unasked(model), []];
  const request: LaunchRequest = { ...checked.request, ...(trust ? { trust } : {}) };
  const next = { ...unasked(model), starting: true };
  const [started, loads] = trust ? loadAgents(next) : [next, []];
  return [started, [...loads, { type: "launch", request, watch: question.watch }]];
}

function launched(
  model: LaunchModel,
  run: LaunchedRun,
  { request, watch }: { readonly request: LaunchRequest; readonly watch: boolean },
): Step<LaunchModel> {
  const { historyAt: _, ...rest } = model;
  const history = [...model.history.filter((prompt) => prompt !== request.prompt), request.prompt].slice(
    -HISTORY_MAX,
  );
  const next: LaunchModel = {
    ...rest,
    starting: false,
    history,
    fields: { ...model.fields, prompt: EMPTY_FIELD },
    focus: "prompt",
  };
  return [
    next,
    watch
      ? [{ type: "go", screen: "live", target: run }]
      : [notice("info", "Started. 3 shows it; write the next prompt here")],
  ];
}

function recalled(model: LaunchModel, action: "older" | "newer"): LaunchModel {
  const { history } = model;
  const at = (model.historyAt ?? history.length) + (action === "older" ? -1 : 1);
  if (at < 0) return model;
  const { historyAt: _, ...rest } = model;
  if (at >= history.length) return { ...rest, fields: { ...model.fields, prompt: EMPTY_FIELD } };
  return { ...rest, historyAt: at, fields: { ...model.fields, prompt: fieldOf(history[at]!) } };
}

function typed(model: LaunchModel, change: FieldChange, env: Env): LaunchModel {
  if (model.focus === "agents") {
    const filter = change(model.filter);
    if (!filter) return model;
    // Other letters: the best of what fits now; the same: what was chosen.
    const list = filter.text === model.filter.text ? { ...model.list, top: 0 } : LIST_START;
    return inView({ ...model, filter, list }, env);
  }
  const field = change(model.fields[model.focus], { multiline: model.focus === "prompt" });
  const { walk: _, ...rest } = model;
  return field ? { ...rest, fields: { ...model.fields, [model.focus]: field } } : model;
}

function rowsIn(model: LaunchModel, env: Env): ListRows {
  return agentRows(model, agentHeight(env.size));
}

function moved(model: LaunchModel, motion: Motion, env: Env): LaunchModel {
  return { ...model, list: afterMotion(model.list, rowsIn(model, env), motion) };
}

function inView(model: LaunchModel, env: Env): LaunchModel {
  return { ...model, list: keptInView(model.list, rowsIn(model, env)) };
}
