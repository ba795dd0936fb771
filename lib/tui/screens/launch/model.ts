import { NO_FAILURE } from "../../draw/trouble.ts";
import { type Explanation, sentenceOf } from "../../../core/mod.ts";
import type { Mode } from "../../contract/keys.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { AgentEntry, LaunchRequest } from "../../../app/mod.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import { fuzzyFilter } from "../../draw/fuzzy.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedItem } from "../../widgets/list.ts";
import { fitting, type ModelWalk } from "../../widgets/model_names.ts";
import type { LaunchQueries, ModelName } from "./queries.ts";

/** The fields of the form, in the order of Tab. */
export const FORM_FIELDS = ["prompt", "model", "temperature", "maxTokens", "group", "budget"] as const;
export type FormField = (typeof FORM_FIELDS)[number];
export type Focus = "agents" | FormField;

export interface LaunchModel {
  readonly agents: readonly AgentEntry[];
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  readonly filter: TextField;
  readonly filtering: boolean;
  /** The agent files, by path. */
  readonly list: ListPlace;
  /** The agent that was asked for before the agents were read. */
  readonly named?: string;
  readonly focus: Focus;
  readonly fields: Readonly<Record<FormField, TextField>>;
  /** Absent until they are read. */
  readonly models?: readonly ModelName[];
  readonly walk?: ModelWalk;
  /** Prompts sent before, newest last, and where the person is in them. */
  readonly history: readonly string[];
  readonly historyAt?: number;
  /** The agent wants its tools to run unasked, and nobody trusts it: asked before the start, which is watched or not. */
  readonly question?: { readonly watch: boolean };
  /** A start was asked for and not answered yet. */
  readonly starting: boolean;
  readonly tickets: Tickets<LaunchQueries>;
}

export const HISTORY_MAX = 50;

export const INITIAL: LaunchModel = {
  agents: [],
  state: "loading",
  failure: NO_FAILURE,
  filter: EMPTY_FIELD,
  filtering: false,
  list: LIST_START,
  focus: "agents",
  fields: {
    prompt: EMPTY_FIELD,
    model: EMPTY_FIELD,
    temperature: EMPTY_FIELD,
    maxTokens: EMPTY_FIELD,
    group: EMPTY_FIELD,
    budget: EMPTY_FIELD,
  },
  history: [],
  starting: false,
  tickets: { agents: 0, models: 0 },
};

/** In the list letters look for an agent; while they do, every printable key is text. */
export function modeOfLaunch(model: LaunchModel): Mode {
  if (model.question) return "dialog";
  if (model.focus !== "agents") return "form";
  return model.filtering || model.filter.text !== "" ? "filter" : "pick";
}

/** Those that fit what is typed into the model's field. */
export function fittingModels({ models = [], walk, fields }: LaunchModel): readonly ModelName[] {
  return fitting(models, walk?.typed ?? fields.model.text);
}

/** The first of them in view, of so many rows. */
export function modelsTop(model: LaunchModel, height: number): number {
  const at = model.walk?.index ?? 0;
  return Math.max(0, Math.min(at - (height >> 1), fittingModels(model).length - height));
}

export function shownAgents(model: LaunchModel): readonly AgentEntry[] {
  return fuzzyFilter(model.agents, model.filter.text, (agent) => `${agent.name} ${agent.model}`);
}

export function agentRows(model: LaunchModel, height: number): ListRows {
  return listRows(shownAgents(model), (agent) => agent.path, height);
}

export function chosenAgent(model: LaunchModel): AgentEntry | undefined {
  return selectedItem(shownAgents(model), (agent) => agent.path, model.list);
}

export type Checked =
  | { readonly request: LaunchRequest }
  | { readonly problem: string; readonly focus: Focus };

/** The form as a request, or what is missing and where. */
export function requestOf(model: LaunchModel): Checked {
  const agent = chosenAgent(model);
  const text = (field: FormField) => model.fields[field].text.trim();
  if (!agent) return { problem: "Choose an agent first", focus: "agents" };
  if (agent.error !== undefined) {
    return {
      problem: sentenceOf({ message: `Cannot launch ${agent.name}: ${agent.error}`, remedy: agent.remedy }),
      focus: "agents",
    };
  }
  if (text("prompt") === "") return { problem: "Write a prompt first", focus: "prompt" };
  const wrong =
    numberProblem("temperature", text("temperature"), (value) => value >= 0 && value <= 1.5, "0 to 1.5") ??
      numberProblem(
        "maxTokens",
        text("maxTokens"),
        (value) => Number.isInteger(value) && value > 0,
        "a whole number above 0",
      ) ??
      numberProblem(
        "budget",
        text("budget").replace(/^\$/, ""),
        (value) => value > 0,
        "US dollars, e.g. 0.05",
      );
  if (wrong) return wrong;
  const overrides: Record<string, string> = {};
  for (const field of ["model", "temperature", "maxTokens"] as const) {
    if (text(field) !== "") overrides[field] = text(field);
  }
  return {
    request: {
      agent: agent.path,
      prompt: model.fields.prompt.text,
      ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
      ...(text("group") === "" ? {} : { group: text("group") }),
      ...(text("budget") === "" ? {} : { budgetUsd: Number(text("budget").replace(/^\$/, "")) }),
    },
  };
}

function numberProblem(
  field: FormField,
  text: string,
  fits: (value: number) => boolean,
  want: string,
): Checked | undefined {
  if (text === "" || (Number.isFinite(Number(text)) && fits(Number(text)))) return undefined;
  return { problem: `Cannot use ${field}: got "${text.slice(0, 40)}". Try: ${want}`, focus: field };
}
