import type { Explanation, Run } from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { type Reader, READER_START } from "../../reader/reader.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedItem } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import type { AgentsQueries } from "./queries.ts";

export interface AgentsModel {
  readonly agents: readonly AgentEntry[];
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  readonly filter: TextField;
  readonly filtering: boolean;
  /** The files, by path. */
  readonly list: ListPlace;
  readonly focus: "agents" | "about" | "runs";
  readonly zoom: boolean;
  /** Where the person is in what the file says. */
  readonly reader: Reader;
  readonly runs?: { readonly agent: string; readonly list: readonly Run[] };
  /** The runs, by trace id. */
  readonly runList: ListPlace;
  /** An agent to choose once the files are read. */
  readonly named?: string;
  readonly tickets: Tickets<AgentsQueries>;
}

export const INITIAL: AgentsModel = {
  agents: [],
  state: "loading",
  failure: NO_FAILURE,
  filter: EMPTY_FIELD,
  filtering: false,
  list: LIST_START,
  focus: "agents",
  zoom: false,
  reader: READER_START,
  runList: LIST_START,
  tickets: { agents: 0, runs: 0 },
};

export function shownAgents(model: AgentsModel): readonly AgentEntry[] {
  const wanted = model.filter.text.trim().toLowerCase();
  if (wanted === "") return model.agents;
  return model.agents.filter((agent) =>
    `${agent.name} ${agent.model} ${agent.tools.join(" ")} ${agent.error === undefined ? "" : "broken error"}`
      .toLowerCase().includes(wanted)
  );
}

export function agentRows(model: AgentsModel, env: Env): ListRows {
  return listRows(shownAgents(model), (agent) => agent.path, listHeight(model, env));
}

export function chosenAgent(model: AgentsModel): AgentEntry | undefined {
  return selectedItem(shownAgents(model), (agent) => agent.path, model.list);
}

/** Runs of the chosen agent, as far as they are known. */
export function runsOfChosen(model: AgentsModel): readonly Run[] | undefined {
  const agent = chosenAgent(model);
  return agent && model.runs?.agent === agent.name ? model.runs.list : undefined;
}

export function runRows(model: AgentsModel, env: Env): ListRows {
  return listRows(runsOfChosen(model) ?? [], (run) => run.traceId, runsHeight(model, env));
}

export function chosenRun(model: AgentsModel): Run | undefined {
  return selectedItem(runsOfChosen(model) ?? [], (run) => run.traceId, model.runList);
}

export interface AgentsLayout {
  readonly list?: Area;
  readonly about?: Area;
  /** Beside the description where there is room, otherwise below it. */
  readonly runs?: Area;
  readonly runsBeside: boolean;
  readonly stacked: boolean;
}

export function agentsLayout(model: AgentsModel, env: Env): AgentsLayout {
  const { columns, rows } = env.size;
  const whole: Area = { x: 0, y: 0, columns, rows };
  if (model.zoom || columns < 60) {
    const pane = model.focus === "runs" ? "runs" : model.zoom || model.focus === "about" ? "about" : "list";
    return { [pane]: whole, runsBeside: false, stacked: false };
  }
  if (columns < 100) {
    const above = Math.max(5, Math.floor(rows * 0.36));
    const below = rows - above;
    const runs = model.focus === "runs" ? Math.max(6, Math.floor(below * 0.5)) : 0;
    return {
      list: { ...whole, rows: above },
      about: { ...whole, y: above, rows: below - runs },
      ...(runs > 0 ? { runs: { ...whole, y: rows - runs, rows: runs } } : {}),
      runsBeside: false,
      stacked: true,
    };
  }
  const left = Math.floor(columns * (columns < 140 ? 0.42 : 0.3));
  const list: Area = { ...whole, columns: left };
  const right: Area = { ...whole, x: left, columns: columns - left };
  if (columns < 140) {
    const runs = Math.max(7, Math.floor(rows * 0.3));
    return {
      list,
      about: { ...right, rows: rows - runs },
      runs: { ...right, y: rows - runs, rows: runs },
      runsBeside: false,
      stacked: false,
    };
  }
  const runs = Math.max(44, Math.floor(columns * 0.33));
  return {
    list,
    about: { ...right, columns: right.columns - runs },
    runs: { ...right, x: columns - runs, columns: runs },
    runsBeside: true,
    stacked: false,
  };
}

export function listHeight(model: AgentsModel, env: Env): number {
  return Math.max(1, (agentsLayout(model, env).list?.rows ?? env.size.rows) - BORDER - 1);
}

function runsHeight(model: AgentsModel, env: Env): number {
  return Math.max(1, (agentsLayout(model, env).runs?.rows ?? env.size.rows) - BORDER);
}

export function aboutHeight(model: AgentsModel, env: Env): number {
  return Math.max(1, (agentsLayout(model, env).about?.rows ?? env.size.rows) - BORDER);
}
