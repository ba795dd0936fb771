import { notice } from "../../contract/effects.ts";
import type { Actions, FieldChange } from "../../contract/handlers.ts";
import { loading } from "../../contract/load.ts";
import type { Step } from "../../contract/screen.ts";
import { EMPTY_FIELD } from "../../draw/text_field.ts";
import { chosenExperiment, type EvalsModel, isRunning } from "./model.ts";
import type { EvalsQueries } from "./queries.ts";

const load = loading<EvalsQueries>();

/** How many cases of the chosen experiment run at a time, changed while it runs. */
export const CONCURRENCY_ACTIONS: Actions<EvalsModel> = {
  set: (model) => {
    const chosen = chosenExperiment(model);
    if (!chosen || !isRunning(chosen)) return [model, []];
    return [{ ...model, setting: { experimentId: chosen.experimentId, field: EMPTY_FIELD } }, []];
  },
  set_done: (model) => {
    const { setting } = model;
    if (!setting || setting.field.text.trim() === "") return [withoutSetting(model), []];
    const { experimentId, field } = setting;
    return load([model, []], "set", { experimentId, concurrency: field.text });
  },
  set_cancel: (model) => [withoutSetting(model), []],
};

export function typedConcurrency(model: EvalsModel, change: FieldChange): EvalsModel {
  const field = model.setting && change(model.setting.field);
  return field ? { ...model, setting: { ...model.setting!, field } } : model;
}

/** It holds: the field is done with. What was refused stays, to be put right. */
export function withConcurrency(model: EvalsModel, said: string): Step<EvalsModel> {
  return [withoutSetting(model), [notice("info", said)]];
}

function withoutSetting(model: EvalsModel): EvalsModel {
  const { setting: _, ...rest } = model;
  return rest;
}
