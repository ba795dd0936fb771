import type { Explanation, Run } from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import type { AgentsQueries } from "./queries.ts";

export interface AgentsModel {
  readonly agents: readonly AgentEntry[];
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  readonly filter: TextField;
  readonly filtering: boolean;
  /** Path of the chosen file. */
  readonly chosen?: string;
  readonly top: number;
  readonly focus: "agents" | "runs";
  readonly zoom: boolean;
  readonly detailTop: number;
  readonly runs?: { readonly agent: string; readonly list: readonly Run[] };
  readonly runIndex: number;
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
  top: 0,
  focus: "agents",
  zoom: false,
  detailTop: 0,
  runIndex: 0,
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

export function chosenIndex(model: AgentsModel): number {
  return Math.max(0, shownAgents(model).findIndex((agent) => agent.path === model.chosen));
}

export function chosenAgent(model: AgentsModel): AgentEntry | undefined {
  return shownAgents(model)[chosenIndex(model)];
}

/** Runs of the chosen agent, as far as they are known. */
export function runsOfChosen(model: AgentsModel): readonly Run[] | undefined {
  const agent = chosenAgent(model);
  return agent && model.runs?.agent === agent.name ? model.runs.list : undefined;
}

export function chosenRun(model: AgentsModel): Run | undefined {
  return runsOfChosen(model)?.[model.runIndex];
}

interface Area {
  readonly columns: number;
  readonly rows: number;
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
  if (model.zoom || columns < 60) {
    const whole = { columns, rows };
    if (model.focus === "agents") {
      return model.zoom
        ? { about: whole, runsBeside: false, stacked: false }
        : { list: whole, runsBeside: false, stacked: false };
    }
    return { runs: whole, runsBeside: false, stacked: false };
  }
  if (columns < 100) {
    const above = Math.max(5, Math.floor(rows * 0.36));
    const below = rows - above;
    const runs = model.focus === "runs" ? Math.max(6, Math.floor(below * 0.5)) : 0;
    return {
      list: { columns, rows: above },
      about: { columns, rows: below - runs },
      ...(runs > 0 ? { runs: { columns, rows: runs } } : {}),
      runsBeside: false,
      stacked: true,
    };
  }
  const left = Math.floor(columns * (columns < 140 ? 0.42 : 0.3));
  const right = columns - left;
  if (columns < 140) {
    const runs = Math.max(7, Math.floor(rows * 0.3));
    return {
      list: { columns: left, rows },
      about: { columns: right, rows: rows - runs },
      runs: { columns: right, rows: runs },
      runsBeside: false,
      stacked: false,
    };
  }
  const runs = Math.max(44, Math.floor(columns * 0.33));
  return {
    list: { columns: left, rows },
    about: { columns: right - runs, rows },
    runs: { columns: runs, rows },
    runsBeside: true,
    stacked: false,
  };
}

export function listHeight(model: AgentsModel, env: Env): number {
  return Math.max(1, (agentsLayout(model, env).list?.rows ?? env.size.rows) - BORDER - 1);
}

export function aboutHeight(model: AgentsModel, env: Env): number {
  return Math.max(1, (agentsLayout(model, env).about?.rows ?? env.size.rows) - BORDER);
}
