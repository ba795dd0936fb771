import type { Run } from "../../../core/mod.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { loading } from "../../contract/load.ts";
import { type Actions, updateOf } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY_FIELD } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  afterMotion,
  keptInView,
  LIST_START,
  type Motion,
  rowAt,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { isInside } from "../../widgets/panes.ts";
import { readOn } from "../../widgets/reader.ts";
import { aboutLines } from "./about.ts";
import {
  aboutHeight,
  agentRows,
  agentsLayout,
  type AgentsModel,
  chosenAgent,
  chosenRun,
  runRows,
} from "./model.ts";
import type { AgentsQueries } from "./queries.ts";

const load = loading<AgentsQueries>();
const RUNS_INTERVAL_MS = 1_000;
/** Border and filter. */
const LIST_HEAD_ROWS = 2;

const ACTIONS: Actions<AgentsModel> = {
  open: (model) => {
    const run = model.focus === "runs" ? chosenRun(model) : undefined;
    if (run) return [model, [{ type: "go", screen: "live", target: run }]];
    const agent = model.focus === "agents" ? chosenAgent(model) : undefined;
    if (agent?.error !== undefined) return edited(model);
    return [model, agent ? [{ type: "go", screen: "launch", name: agent.name }] : []];
  },
  edit: edited,
  copy: (model) => {
    const agent = chosenAgent(model);
    return [model, agent ? [{ type: "copy", text: agent.path }] : []];
  },
  focus: (model, env) => [inView({ ...model, focus: model.focus === "agents" ? "runs" : "agents" }, env), []],
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  filter: (model) => [{ ...model, filtering: true, focus: "agents" }, []],
  filter_done: (model) => [{ ...model, filtering: false }, []],
  filter_cancel: unfiltered,
  reload: (model) => loadAgents({ ...model, state: "loading" }),
  back: (model, env) => {
    if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
    if (model.focus === "runs") return [{ ...model, focus: "agents" }, []];
    return model.filter.text === "" ? [model, [{ type: "leave" }]] : unfiltered(model, env);
  },
  half_down: (model, env, count) => [described(model, { action: "half_down", count }, env), []],
  half_up: (model, env, count) => [described(model, { action: "half_up", count }, env), []],
};

export const updateAgents = updateOf<AgentsModel, AgentsQueries>({
  entered: (model, { name }) =>
    loadAgents(name === undefined ? model : { ...model, named: name, filter: EMPTY_FIELD }),
  edited: loadAgents,
  storeChanged: (model) => loadRuns(model, RUNS_INTERVAL_MS),
  resized: (model, env) => [inView(model, env), []],
  actions: () => ACTIONS,
  moved,
  typed: (model, change, env) => {
    const filter = change(model.filter);
    return filter ? chosenAnew(model, { ...model, filter, list: fromTop(model) }, env) : [model, []];
  },
  wheeled: (model, lines, _, env) => moved(model, wheelMotion(lines), env),
  clicked: (model, { x, y }, env) => {
    const { list } = agentsLayout(model, env);
    if (!list || !isInside(list, x, y)) return [model, []];
    const focused: AgentsModel = { ...model, focus: "agents", filtering: false };
    const rows = agentRows(model, env);
    const row = rowAt(model.list, rows, y - list.y - LIST_HEAD_ROWS);
    if (row === undefined) return [focused, []];
    return chosenAnew(model, { ...focused, list: withSelected(model.list, rows, row) }, env);
  },
  answered: {
    agents: (model, agents, env) =>
      withAgents({ ...model, agents, state: "ready", failure: NO_FAILURE }, agents, env),
    runs: (model, runs, env) => [withRuns(model, runs, env), []],
  },
  failed: {
    agents: (model, failure) => [{ ...model, state: "failed", failure }, []],
  },
});

/** At the line of what is wrong with it. */
function edited(model: AgentsModel): Step<AgentsModel> {
  const agent = chosenAgent(model);
  if (!agent) return [model, []];
  return [model, [{
    type: "open_file",
    path: agent.path,
    ...(agent.line === undefined ? {} : { line: agent.line }),
  }]];
}

function withAgents(model: AgentsModel, agents: readonly AgentEntry[], env: Env): Step<AgentsModel> {
  const { named, ...rest } = model;
  const agent = named === undefined ? undefined : agents.find((entry) => entry.name === named);
  const list = agent ? { ...rest.list, selectedId: agent.path } : rest.list;
  return loadRuns(inView({ ...rest, list }, env));
}

function withRuns(model: AgentsModel, list: readonly Run[], env: Env): AgentsModel {
  const agent = chosenAgent(model);
  if (!agent) return model;
  const next: AgentsModel = { ...model, runs: { agent: agent.name, list } };
  return { ...next, runList: keptInView(next.runList, runRows(next, env)) };
}

function loadAgents(model: AgentsModel): Step<AgentsModel> {
  return load([model, []], "agents", undefined);
}

function loadRuns(model: AgentsModel, minIntervalMs?: number): Step<AgentsModel> {
  const agent = chosenAgent(model);
  if (!agent) return [model, []];
  return load([model, []], "runs", { agent: agent.name }, minIntervalMs);
}

/** What is chosen stays while it fits the filter; otherwise the first that does is. */
function fromTop({ list }: AgentsModel): AgentsModel["list"] {
  return { ...LIST_START, selectedId: list.selectedId };
}

function unfiltered(model: AgentsModel, env: Env): Step<AgentsModel> {
  return chosenAnew(model, { ...model, filtering: false, filter: EMPTY_FIELD }, env);
}

/** Reads on in the description. */
function described(model: AgentsModel, motion: Motion, env: Env): AgentsModel {
  if (model.focus !== "agents") return model;
  const columns = agentsLayout(model, env).about?.columns ?? env.size.columns;
  const { length } = aboutLines(model, env, columns);
  return { ...model, detailTop: readOn(model.detailTop, motion, length, aboutHeight(model, env)) };
}

function moved(model: AgentsModel, motion: Motion, env: Env): Step<AgentsModel> {
  if (model.focus === "runs") {
    return [{ ...model, runList: afterMotion(model.runList, runRows(model, env), motion) }, []];
  }
  return chosenAnew(model, { ...model, list: afterMotion(model.list, agentRows(model, env), motion) }, env);
}

/** Asks for the runs when another agent is chosen now. */
function chosenAnew(before: AgentsModel, model: AgentsModel, env: Env): Step<AgentsModel> {
  const seen = inView(model, env);
  if (chosenAgent(before)?.path === chosenAgent(seen)?.path) return [seen, []];
  return loadRuns({ ...seen, detailTop: 0, runList: LIST_START });
}

function inView(model: AgentsModel, env: Env): AgentsModel {
  return {
    ...model,
    list: keptInView(model.list, agentRows(model, env)),
    runList: keptInView(model.runList, runRows(model, env)),
  };
}
