import { asking } from "../../contract/ask.ts";
import type { Msg } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { movedTo, withTop } from "../../draw/scroll.ts";
import { edit, EMPTY_FIELD, fieldOf, insert, type TextField } from "../../draw/text_field.ts";
import type { LaunchRequest } from "../../../app/mod.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  chosenAgent,
  chosenIndex,
  type Focus,
  FORM_FIELDS,
  HISTORY_MAX,
  type LaunchModel,
  requestOf,
  shownAgents,
} from "./model.ts";
import { agentHeight, hitLaunch } from "./layout.ts";
import type { LaunchQueries } from "./queries.ts";

const ask = asking<LaunchQueries>();
const FOCUS_ORDER: readonly Focus[] = ["agents", ...FORM_FIELDS];

export function updateLaunch(model: LaunchModel, msg: Msg<LaunchQueries>, env: Env): Step<LaunchModel> {
  switch (msg.type) {
    case "enter":
      return load(
        msg.name === undefined ? model : { ...model, filter: EMPTY_FIELD, filtering: false, named: msg.name },
      );
    case "action":
      return act(model, msg.action, msg.count, env);
    case "text":
      return [typed(model, (field, multiline) => insert(field, msg.text, { multiline }), env), []];
    case "edit":
      return [typed(model, (field, multiline) => edit(field, msg.key, { multiline }), env), []];
    case "wheel":
      return [move(model, msg.lines > 0 ? "down" : "up", Math.abs(msg.lines), env), []];
    case "click": {
      const hit = hitLaunch(env.size, model, msg.x, msg.y);
      if (hit === undefined) return [model, []];
      if (typeof hit === "string") return [{ ...model, focus: hit, filtering: false }, []];
      const agent = shownAgents(model)[hit.row];
      return [{ ...model, focus: "agents", filtering: false, ...(agent ? { chosen: agent.path } : {}) }, []];
    }
    case "answer":
      if (msg.ticket !== model.tickets.agents) return [model, []];
      return [inView(named({ ...model, agents: msg.answer, state: "ready", failure: NO_FAILURE }), env), []];
    case "no_answer":
      if (msg.ticket !== model.tickets.agents) return [model, []];
      return [{ ...model, state: "failed", failure: msg.failure }, []];
    case "launched":
      return launched(model, msg.request, msg.run, msg.watch);
    case "launch_failed":
      return [{ ...model, starting: false }, [{ type: "notice", level: "error", text: msg.message }]];
    case "edited":
      return msg.text === undefined ? [model, []] : [
        { ...model, focus: "prompt", fields: { ...model.fields, prompt: fieldOf(msg.text.trimEnd()) } },
        [],
      ];
    default:
      return [model, []];
  }
}

/** Chooses the agent that the screen was opened for, now that the agents are known. */
function named(model: LaunchModel): LaunchModel {
  const { named: name, ...rest } = model;
  const agent = model.agents.find((entry) => entry.name === name);
  return agent ? { ...rest, chosen: agent.path, focus: "prompt" } : rest;
}

function load(model: LaunchModel): Step<LaunchModel> {
  return ask([model, []], "agents", undefined);
}

function act(model: LaunchModel, action: string, count: number | undefined, env: Env): Step<LaunchModel> {
  switch (action) {
    case "filter":
      return [{ ...model, filtering: true }, []];
    case "filter_clear":
      return [inView({ ...model, filtering: false, filter: EMPTY_FIELD }, env), []];
    case "choose": {
      const agent = chosenAgent(model);
      return agent
        ? [
          inView(
            { ...model, filter: EMPTY_FIELD, filtering: false, chosen: agent.path, focus: "prompt" },
            env,
          ),
          [],
        ]
        : [model, []];
    }
    case "next":
    case "previous": {
      const step = action === "next" ? 1 : FOCUS_ORDER.length - 1;
      return [
        focused(model, FOCUS_ORDER[(FOCUS_ORDER.indexOf(model.focus) + step) % FOCUS_ORDER.length]!),
        [],
      ];
    }
    case "to_agents":
      return [focused(model, "agents"), []];
    case "back":
      return model.filter.text === ""
        ? [model, [{ type: "leave" }]]
        : act(model, "filter_clear", undefined, env);
    case "start":
    case "start_stay":
      return start(model, action === "start");
    case "older":
    case "newer":
      return [recalled(model, action), []];
    case "editor":
      return env.hasEditor
        ? [model, [{ type: "editor", text: model.fields.prompt.text }]]
        : [model, [{ type: "notice", level: "warn", text: "No editor is set up. Try: set EDITOR" }]];
    case "reload":
      return load({ ...model, state: "loading" });
    default:
      return [move(model, action, count, env), []];
  }
}

function focused(model: LaunchModel, focus: Focus): LaunchModel {
  const { historyAt: _, ...rest } = model;
  return { ...rest, focus };
}

function start(model: LaunchModel, watch: boolean): Step<LaunchModel> {
  const checked = requestOf(model);
  if ("problem" in checked) {
    return [{ ...model, focus: checked.focus }, [{ type: "notice", level: "warn", text: checked.problem }]];
  }
  if (model.starting) return [model, []];
  return [{ ...model, starting: true }, [{ type: "launch", request: checked.request, watch }]];
}

function launched(
  model: LaunchModel,
  request: LaunchRequest,
  run: { traceId: string; runId: string },
  watch: boolean,
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
      : [{ type: "notice", level: "info", text: "Started. 3 watches it; write the next prompt here" }],
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

function typed(
  model: LaunchModel,
  change: (field: TextField, multiline: boolean) => TextField | undefined,
  env: Env,
): LaunchModel {
  if (model.focus === "agents") {
    const filter = change(model.filter, false);
    if (!filter) return model;
    const { chosen: _, ...rest } = model;
    return inView({ ...(filter.text === model.filter.text ? model : rest), filter, top: 0 }, env);
  }
  const field = change(model.fields[model.focus], model.focus === "prompt");
  return field ? { ...model, fields: { ...model.fields, [model.focus]: field } } : model;
}

function move(model: LaunchModel, action: string, count: number | undefined, env: Env): LaunchModel {
  const agent = movedTo(shownAgents(model), chosenIndex(model), action, count, agentHeight(env.size));
  return agent ? inView({ ...model, chosen: agent.path }, env) : model;
}

function inView(model: LaunchModel, env: Env): LaunchModel {
  return withTop(model, chosenIndex(model), agentHeight(env.size), shownAgents(model).length);
}
