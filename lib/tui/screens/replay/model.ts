import { isLive, shortRunId, type Trace } from "../../../core/mod.ts";
import type { Target } from "../../app/message.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import type { ReplayRequest } from "../../ports.ts";
import { stepsOf } from "../../trace/steps.ts";

export const MODES = ["hybrid", "live", "recorded"] as const;
/** The fields of the form, in the order of Tab. */
export const FIELDS = ["mode", "model", "temperature", "from"] as const;
export type Field = (typeof FIELDS)[number];
export type TypedField = Exclude<Field, "mode">;

/** What to change before a run is run again. */
export interface ReplayModel {
  readonly target?: Target;
  readonly state: "none" | "loading" | "ready" | "failed";
  readonly failure: string;
  readonly trace?: Trace;
  readonly mode: ReplayRequest["mode"];
  readonly fields: Readonly<Record<TypedField, TextField>>;
  readonly focus: Field;
  /** The step whose text is edited, instead of a form; 0 is the prompt. */
  readonly fork?: { readonly step: number; readonly text?: string };
  /** A start was asked for and not answered yet. */
  readonly starting: boolean;
  readonly ticket: number;
}

export const INITIAL: ReplayModel = {
  state: "none",
  failure: "",
  mode: "hybrid",
  fields: { model: EMPTY_FIELD, temperature: EMPTY_FIELD, from: EMPTY_FIELD },
  focus: "model",
  starting: false,
  ticket: 0,
};

const TEMPERATURE_MAX = 2;

export type Checked =
  | { readonly request: ReplayRequest }
  | { readonly problem: string; readonly focus: Field };

/** Why a run cannot be run again, if so. */
export function problemOf({ run }: Trace): string | undefined {
  return isLive(run.status)
    ? `Cannot replay ${shortRunId(run.runId)}: it is ${run.status}, not finished. Try: ^r when it has ended`
    : undefined;
}

/** The form as a request, or what is wrong and where. */
export function requestOf(model: ReplayModel, trace: Trace): Checked {
  const text = (field: TypedField) => model.fields[field].text.trim();
  const wrong = (focus: TypedField, remedy: string): Checked => ({
    problem: `Cannot use ${focus}: got "${text(focus).slice(0, 40)}". Try: ${remedy}`,
    focus,
  });
  const temperature = Number(text("temperature"));
  if (!(temperature >= 0 && temperature <= TEMPERATURE_MAX)) {
    return wrong("temperature", `0 to ${TEMPERATURE_MAX}`);
  }
  const last = stepsOf(trace).at(-1)?.step ?? 0;
  const from = text("from") === "" ? undefined : Number(text("from"));
  if (from !== undefined && !(Number.isInteger(from) && from >= 1 && from <= last)) {
    return wrong("from", last > 1 ? `a step, 1 to ${last}` : "no step");
  }
  const overrides: Record<string, string> = {};
  for (const field of ["model", "temperature"] as const) {
    if (text(field) !== "") overrides[field] = text(field);
  }
  return {
    request: {
      runId: trace.run.runId,
      mode: model.mode,
      ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
      ...(from === undefined ? {} : { fromStep: from }),
    },
  };
}
