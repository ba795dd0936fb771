import { sentenceOf } from "../../../core/mod.ts";
import type { Msg } from "../../contract/message.ts";
import { asking } from "../../contract/ask.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { clamp, moved, movedTo, withTop } from "../../draw/scroll.ts";
import { edit, EMPTY_FIELD, insert } from "../../draw/text_field.ts";
import { aboutLines } from "./about.ts";
import {
  aboutHeight,
  agentsLayout,
  type AgentsModel,
  chosenAgent,
  chosenIndex,
  chosenRun,
  listHeight,
  runsOfChosen,
  shownAgents,
} from "./model.ts";
import type { AgentsQueries } from "./queries.ts";

const ask = asking<AgentsQueries>();
const RUNS_INTERVAL_MS = 1_000;
const LIST_HEAD_ROWS = 2;

export function updateAgents(model: AgentsModel, msg: Msg<AgentsQueries>, env: Env): Step<AgentsModel> {
  switch (msg.type) {
    case "enter": {
      const named = msg.name === undefined ? model : { ...model, named: msg.name, filter: EMPTY_FIELD };
      return askAgents(named);
    }
    case "edited":
      return askAgents(model);
    case "store_changed":
      return askRuns(model, RUNS_INTERVAL_MS);
    case "resized":
      return [inView(model, env), []];
    case "action":
      return act(model, msg.action, msg.count, env);
    case "text":
    case "edit": {
      const filter = msg.type === "text" ? insert(model.filter, msg.text) : edit(model.filter, msg.key);
      return filter ? chosenAnew(model, { ...model, filter, top: 0 }, env) : [model, []];
    }
    case "wheel":
      return move(model, msg.lines > 0 ? "down" : "up", Math.abs(msg.lines), env);
    case "click":
      return clicked(model, msg.x, msg.y, env);
    case "answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      if (msg.slot === "runs") return [withRuns(model, msg.answer), []];
      return withAgents({ ...model, agents: msg.answer, state: "ready", failure: NO_FAILURE }, env);
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      return msg.slot === "agents"
        ? [{ ...model, state: "failed", failure: msg.failure }, []]
        : [model, [{ type: "notice", level: "error", text: sentenceOf(msg.failure) }]];
    default:
      return [model, []];
  }
}

function withAgents(model: AgentsModel, env: Env): Step<AgentsModel> {
  const { named, ...rest } = model;
  const agent = named === undefined ? undefined : model.agents.find((entry) => entry.name === named);
  return askRuns(inView(agent ? { ...rest, chosen: agent.path } : rest, env));
}

function withRuns(model: AgentsModel, list: NonNullable<AgentsModel["runs"]>["list"]): AgentsModel {
  const agent = chosenAgent(model);
  if (!agent) return model;
  const selected = chosenRun(model);
  const at = selected ? list.findIndex((run) => run.traceId === selected.traceId) : -1;
  return { ...model, runs: { agent: agent.name, list }, runIndex: Math.max(0, at) };
}

function askAgents(model: AgentsModel): Step<AgentsModel> {
  return ask([model, []], "agents", undefined);
}

function askRuns(model: AgentsModel, minIntervalMs?: number): Step<AgentsModel> {
  const agent = chosenAgent(model);
  if (!agent) return [model, []];
  return ask([model, []], "runs", { agent: agent.name }, minIntervalMs);
}

function act(model: AgentsModel, action: string, count: number | undefined, env: Env): Step<AgentsModel> {
  const agent = chosenAgent(model);
  switch (action) {
    case "open": {
      const run = model.focus === "runs" ? chosenRun(model) : undefined;
      if (run) return [model, [{ type: "go", screen: "live", target: run }]];
      return [
        model,
        agent && model.focus === "agents" ? [{ type: "go", screen: "launch", name: agent.name }] : [],
      ];
    }
    case "edit":
      return [model, agent ? [{ type: "open_file", path: agent.path }] : []];
    case "copy":
      return [model, agent ? [{ type: "copy", text: agent.path }] : []];
    case "focus":
      return [inView({ ...model, focus: model.focus === "agents" ? "runs" : "agents" }, env), []];
    case "zoom":
      return [inView({ ...model, zoom: !model.zoom }, env), []];
    case "filter":
      return [{ ...model, filtering: true, focus: "agents" }, []];
    case "filter_done":
      return [{ ...model, filtering: false }, []];
    case "filter_cancel":
      return chosenAnew(model, { ...model, filtering: false, filter: EMPTY_FIELD }, env);
    case "reload":
      return askAgents({ ...model, state: "loading" });
    case "back":
      if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
      if (model.focus === "runs") return [{ ...model, focus: "agents" }, []];
      return model.filter.text === ""
        ? [model, [{ type: "leave" }]]
        : act(model, "filter_cancel", undefined, env);
    case "half_down":
    case "half_up":
      return [model.focus === "agents" ? scrolled(model, action, count, env) : model, []];
    default:
      return move(model, action, count, env);
  }
}

/** Reads on in the description. */
function scrolled(model: AgentsModel, action: string, count: number | undefined, env: Env): AgentsModel {
  const height = aboutHeight(model, env);
  const columns = agentsLayout(model, env).about?.columns ?? env.size.columns;
  const last = Math.max(0, aboutLines(model, env, columns).length - height);
  const top = moved(action, clamp(model.detailTop, 0, last), count, height, last + 1);
  return top === undefined ? model : { ...model, detailTop: top };
}

function move(model: AgentsModel, action: string, count: number | undefined, env: Env): Step<AgentsModel> {
  if (model.focus === "runs") {
    const total = runsOfChosen(model)?.length ?? 0;
    const index = moved(action, model.runIndex, count, listHeight(model, env), total);
    return [index === undefined ? model : { ...model, runIndex: index }, []];
  }
  const agent = movedTo(shownAgents(model), chosenIndex(model), action, count, listHeight(model, env));
  return agent ? chosenAnew(model, { ...model, chosen: agent.path }, env) : [model, []];
}

/** Asks for the runs when another agent is chosen now. */
function chosenAnew(before: AgentsModel, model: AgentsModel, env: Env): Step<AgentsModel> {
  const seen = inView(model, env);
  if (chosenAgent(before)?.path === chosenAgent(seen)?.path) return [seen, []];
  return askRuns({ ...seen, detailTop: 0, runIndex: 0 });
}

function clicked(model: AgentsModel, x: number, y: number, env: Env): Step<AgentsModel> {
  const { list } = agentsLayout(model, env);
  if (!list || x >= list.columns || y >= list.rows) return [model, []];
  const agent = shownAgents(model)[model.top + y - LIST_HEAD_ROWS];
  const focused: AgentsModel = { ...model, focus: "agents", filtering: false };
  return agent && y >= LIST_HEAD_ROWS
    ? chosenAnew(model, { ...focused, chosen: agent.path }, env)
    : [focused, []];
}

function inView(model: AgentsModel, env: Env): AgentsModel {
  return withTop(model, chosenIndex(model), listHeight(model, env), shownAgents(model).length);
}
