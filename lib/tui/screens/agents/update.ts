import type { Run } from "../../../core/mod.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { loading } from "../../contract/load.ts";
import { type Actions, updateOf } from "../../contract/handlers.ts";
import type { Msg } from "../../contract/message.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY_FIELD } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { readerHandlers } from "../../reader/actions.ts";
import { afterMotion, afterWheel, foldedAt, fresh, isSearching, unsearched } from "../../reader/reader.ts";
import {
  afterMotion as afterListMotion,
  keptInView,
  LIST_START,
  type Motion,
  rowAt,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { isInside, paneAt } from "../../widgets/panes.ts";
import { aboutWindow } from "./about.ts";
import { agentRows, agentsLayout, type AgentsModel, chosenAgent, chosenRun, runRows } from "./model.ts";
import type { AgentsQueries } from "./queries.ts";

const load = loading<AgentsQueries>();
const RUNS_INTERVAL_MS = 1_000;
/** Border and filter. */
const LIST_HEAD_ROWS = 2;
/** The border. */
const RUNS_HEAD_ROWS = 1;

const PANES = ["agents", "runs", "about"] as const;

const READER = readerHandlers<AgentsModel>({
  reader: (model) => model.reader,
  with: (model, reader) => ({ ...model, reader }),
  window: aboutWindow,
});

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
  ...READER.actions,
  focus: (model, env) => [inView({ ...model, focus: neighbour(PANES, model.focus, 1) }, env), []],
  fold: (model, env) => {
    const reader = foldedAt(model.reader, (it) => aboutWindow({ ...model, reader: it }, env));
    return [{ ...model, reader }, []];
  },
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  filter: (model) => [{ ...model, filtering: true, focus: "agents" }, []],
  filter_done: (model) => [{ ...model, filtering: false }, []],
  filter_cancel: unfiltered,
  reload: (model) => loadAgents({ ...model, state: "loading" }),
  back: (model, env) => {
    if (isSearching(model.reader)) return [{ ...model, reader: unsearched(model.reader) }, []];
    if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
    if (model.focus !== "agents") return [{ ...model, focus: "agents" }, []];
    return model.filter.text === "" ? [model, [{ type: "leave" }]] : unfiltered(model, env);
  },
  half_down: (model, env, count) => halfPage(model, { action: "half_down", count }, env),
  half_up: (model, env, count) => halfPage(model, { action: "half_up", count }, env),
};

const handled = updateOf<AgentsModel, AgentsQueries>({
  entered: (model, { name }) =>
    loadAgents(name === undefined ? model : { ...model, named: name, filter: EMPTY_FIELD }),
  edited: loadAgents,
  storeChanged: (model) => loadRuns(model, RUNS_INTERVAL_MS),
  resized: (model, env) => [inView(model, env), []],
  actions: () => ACTIONS,
  moved,
  sought: (model, hits, env) => [READER.sought(model, hits, env), []],
  typed: (model, change, env) => {
    if (model.reader.typing) return [READER.typed(model, change, env), []];
    const filter = change(model.filter);
    return filter ? chosenAnew(model, { ...model, filter, list: fromTop(model) }, env) : [model, []];
  },
  wheeled: (model, lines, { x, y }, env) => {
    const pane = paneAt(agentsLayout(model, env), ["list", "about", "runs"], x, y);
    if (pane === "about") {
      return [{ ...model, reader: afterWheel(model.reader, lines, aboutWindow(model, env)) }, []];
    }
    const [next, effects] = moved(
      { ...model, focus: pane === "runs" ? "runs" : pane === "list" ? "agents" : model.focus },
      wheelMotion(lines),
      env,
    );
    return [{ ...next, focus: model.focus }, effects];
  },
  clicked: (model, { x, y }, env) => {
    const { list, about, runs } = agentsLayout(model, env);
    if (isInside(about, x, y)) return [{ ...model, focus: "about", filtering: false }, []];
    if (runs && isInside(runs, x, y)) {
      const rows = runRows(model, env);
      const at = rowAt(model.runList, rows, y - runs.y - RUNS_HEAD_ROWS);
      const runList = at === undefined ? model.runList : withSelected(model.runList, rows, at);
      return [{ ...model, focus: "runs", filtering: false, runList }, []];
    }
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

export function updateAgents(model: AgentsModel, msg: Msg<AgentsQueries>, env: Env): Step<AgentsModel> {
  return READER.seeking(handled(model, msg, env), env);
}

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
  return { ...model, reader: afterMotion(model.reader, motion, aboutWindow(model, env)) };
}

/** Of the description while the agents have the focus. */
function halfPage(model: AgentsModel, motion: Motion, env: Env): Step<AgentsModel> {
  return model.focus === "runs" ? moved(model, motion, env) : [described(model, motion, env), []];
}

function moved(model: AgentsModel, motion: Motion, env: Env): Step<AgentsModel> {
  if (model.focus === "about") return [described(model, motion, env), []];
  if (model.focus === "runs") {
    return [{ ...model, runList: afterListMotion(model.runList, runRows(model, env), motion) }, []];
  }
  return chosenAnew(
    model,
    { ...model, list: afterListMotion(model.list, agentRows(model, env), motion) },
    env,
  );
}

/** Asks for the runs when another agent is chosen now. */
function chosenAnew(before: AgentsModel, model: AgentsModel, env: Env): Step<AgentsModel> {
  const seen = inView(model, env);
  if (chosenAgent(before)?.path === chosenAgent(seen)?.path) return [seen, []];
  return loadRuns({ ...seen, reader: fresh(seen.reader), runList: LIST_START });
}

function inView(model: AgentsModel, env: Env): AgentsModel {
  return {
    ...model,
    list: keptInView(model.list, agentRows(model, env)),
    runList: keptInView(model.runList, runRows(model, env)),
  };
}
