import { NO_FAILURE } from "../../draw/trouble.ts";
import { configPart, stepsOf } from "../../../analysis/mod.ts";
import { type Explanation, isLive, isObject, shortRunId, type Trace } from "../../../core/mod.ts";
import type { Target } from "../../contract/message.ts";
import type { Tickets } from "../../contract/queries.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import { fitting, type ModelWalk } from "../../widgets/model_names.ts";
import type { ReplayRequest } from "../../../app/mod.ts";
import type { ModelChoice, ReplayQueries } from "./queries.ts";

export const MODES = ["hybrid", "live", "recorded"] as const;
/** For tool calls that are not on record. */
export const POLICIES = ["live", "ask", "recorded"] as const;
/** The fields of the form, in the order of Tab: what is changed, then how it is run. */
export const FIELDS = [
  "model",
  "temperature",
  "maxTokens",
  "seed",
  "instructions",
  "tools",
  "mode",
  "policy",
  "from",
] as const;
export type Field = (typeof FIELDS)[number];
const TYPED_FIELDS = ["model", "temperature", "maxTokens", "seed", "instructions", "from"] as const;
export type TypedField = (typeof TYPED_FIELDS)[number];
const OVERRIDES = ["model", "temperature", "maxTokens", "seed", "instructions"] as const;

/** What to change before a run is run again. */
export interface ReplayModel {
  readonly target?: Target;
  readonly state: "none" | "loading" | "ready" | "failed";
  readonly failure: Explanation;
  readonly trace?: Trace;
  readonly mode: ReplayRequest["mode"];
  readonly policy: (typeof POLICIES)[number];
  readonly fields: Readonly<Record<TypedField, TextField>>;
  /** Tools of the agent that are taken away. */
  readonly off: ReadonlySet<string>;
  /** What the step that the run begins from says instead; 0 is the prompt. */
  readonly edit?: { readonly step: number; readonly text: string };
  /** Place in the list of tools. */
  readonly toolAt: number;
  /** Models to choose from; absent until they are read. */
  readonly models?: readonly ModelChoice[];
  /** Walking down the models: what was typed before, and which of those that fit it. */
  readonly walk?: ModelWalk;
  readonly focus: Field;
  /** The step whose text is edited, instead of a form; 0 is the prompt. */
  readonly fork?: { readonly step: number; readonly text?: string };
  /** A start was asked for and not answered yet. */
  readonly starting: boolean;
  readonly tickets: Tickets<ReplayQueries>;
}

export const INITIAL: ReplayModel = {
  state: "none",
  failure: NO_FAILURE,
  mode: "hybrid",
  policy: "live",
  fields: Object.fromEntries(TYPED_FIELDS.map((name) => [name, EMPTY_FIELD])) as ReplayModel["fields"],
  off: new Set(),
  toolAt: 0,
  focus: "model",
  starting: false,
  tickets: { trace: 0, models: 0 },
};

const TEMPERATURE_MAX = 1.5;
/** A program takes no longer argument everywhere. */
const INSTRUCTIONS_MAX_CHARS = 60_000;
const MODEL_NAME_MAX_CHARS = 200;

export function isTyped(field: Field): field is TypedField {
  return (TYPED_FIELDS as readonly string[]).includes(field);
}

/** Why a run cannot be run again, if so. */
export function problemOf({ run }: Trace): Explanation | undefined {
  return isLive(run.status) || run.status === "queued"
    ? {
      message: `Cannot replay ${shortRunId(run.runId)}: it is ${run.status}, not finished`,
      remedy: "^r when it has ended",
    }
    : undefined;
}

/** The tools of the agent as it was recorded. */
export function toolsOf(trace: Trace | undefined): readonly string[] {
  const tools = trace?.run.config["tools"];
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool: unknown) => {
    const name = isObject(tool) ? tool["name"] : tool;
    return typeof name === "string" ? [name] : [];
  });
}

/** What a field stands at in the recording, as text; `undefined` where nothing was set. */
export function recordedText({ run }: Trace, field: TypedField): string | undefined {
  if (field === "model") return run.model;
  const { instructions } = run.config;
  if (field === "instructions") return typeof instructions === "string" ? instructions : undefined;
  const value = configPart(run, "parameters")[field];
  return typeof value === "number" || typeof value === "string" ? String(value) : undefined;
}

/** Models that fit what was typed, the likely ones first; all of them while nothing is. */
export function fittingModels({ models = [], walk, fields }: ReplayModel): readonly ModelChoice[] {
  return fitting(models, walk?.typed ?? fields.model.text);
}

/** The step that an edit is of: where the run begins again, or the prompt. */
export function editedStep({ fields }: ReplayModel): number {
  const text = fields.from.text.trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

export type Checked =
  | { readonly request: ReplayRequest }
  | { readonly problem: string; readonly focus: Field };

/** What the form changes, as `--set key=value` would. */
export function overridesOf(model: ReplayModel): Readonly<Record<string, string>> {
  const overrides: Record<string, string> = {};
  for (const field of OVERRIDES) {
    const { text } = model.fields[field];
    if (text.trim() !== "") overrides[field] = field === "instructions" ? text : text.trim();
  }
  for (const name of toolsOf(model.trace)) if (model.off.has(name)) overrides[`tools.${name}`] = "off";
  return overrides;
}

/** The form as a request, or what is wrong and where. */
export function requestOf(model: ReplayModel, trace: Trace): Checked {
  const text = (field: TypedField) => model.fields[field].text.trim();
  const wrong = (field: TypedField, remedy: string): Checked => ({
    problem: `Cannot use ${LABELS[field]}: got "${text(field).slice(0, 40)}". Try: ${remedy}`,
    focus: field,
  });
  const whole = (field: TypedField, min: number) => {
    const value = Number(text(field));
    return text(field) === "" || Number.isSafeInteger(value) && value >= min;
  };
  const temperature = Number(text("temperature"));
  if (!(temperature >= 0 && temperature <= TEMPERATURE_MAX)) {
    return wrong("temperature", `0 to ${TEMPERATURE_MAX}`);
  }
  if (!whole("maxTokens", 1)) return wrong("maxTokens", "a whole number above 0");
  if (!whole("seed", 0)) return wrong("seed", "a whole number, 0 or more");
  if (text("model").length > MODEL_NAME_MAX_CHARS) return wrong("model", "the name of a model");
  const { length } = text("instructions");
  if (length > INSTRUCTIONS_MAX_CHARS) {
    return {
      problem: `Cannot use instructions: got ${length} characters. Try: an agent file`,
      focus: "instructions",
    };
  }
  const last = stepsOf(trace).at(-1)?.step ?? 0;
  const from = text("from") === "" ? undefined : Number(text("from"));
  if (from !== undefined && !(Number.isInteger(from) && from >= 1 && from <= last)) {
    return wrong("from", last > 1 ? `a step, 1 to ${last}` : "no step");
  }
  const { edit } = model;
  const overrides = overridesOf(model);
  const [first] = Object.keys(overrides);
  if (model.mode === "recorded" && first !== undefined) {
    const problem = `Cannot change ${first} in a recorded replay: no model is asked. Try: mode hybrid`;
    return { problem, focus: "mode" };
  }
  return {
    request: {
      runId: trace.run.runId,
      mode: model.mode,
      ...(first === undefined ? {} : { overrides }),
      ...(model.policy === "live" || model.mode === "recorded" ? {} : { tools: model.policy }),
      ...(from === undefined ? {} : { fromStep: from }),
      ...(edit === undefined ? {} : { edit }),
    },
  };
}

export const LABELS: Readonly<Record<Field, string>> = {
  model: "model",
  temperature: "temperature",
  maxTokens: "max tokens",
  seed: "seed",
  instructions: "instructions",
  tools: "tools",
  mode: "mode",
  policy: "new calls",
  from: "from step",
};
