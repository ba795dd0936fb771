import { notice } from "../../contract/effects.ts";
import type { FieldChange } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY_FIELD, fieldOf } from "../../draw/text_field.ts";
import { search } from "./detail.ts";
import type { LiveModel } from "./model.ts";

export const BUDGET_USD_MAX = 1_000_000;
const NEEDLE_LENGTH_MAX = 200;

export function typing(model: LiveModel, what: "search" | "budget"): LiveModel {
  const field = what === "search" ? fieldOf(model.needle) : EMPTY_FIELD;
  return { ...model, ...(what === "search" ? { focus: "detail" as const } : {}), typing: { what, field } };
}

export function typed(model: LiveModel, change: FieldChange): LiveModel {
  const field = model.typing && change(model.typing.field);
  return field ? { ...model, typing: { ...model.typing!, field } } : model;
}

export function submitted(model: LiveModel, env: Env): Step<LiveModel> {
  const { typing: open, ...closed } = model;
  if (!open) return [model, []];
  const text = open.field.text.trim();
  if (open.what === "search") {
    const next: LiveModel = { ...closed, needle: text.slice(0, NEEDLE_LENGTH_MAX) };
    return text === "" ? [next, []] : search(next, 1, env, true);
  }
  const usd = /^\$?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})$/.test(text) ? Number(text.replace("$", "")) : NaN;
  if (!(usd > 0 && usd <= BUDGET_USD_MAX) || model.traceId === undefined) {
    const problem = `Cannot set the budget: not an amount in USD: got "${text.slice(0, 40)}". Try: 0.05`;
    return [model, [notice("warn", problem)]];
  }
  return [closed, [{
    type: "control",
    traceId: model.traceId,
    action: "budget",
    argument: { usd },
    done: `Asked the run to stop at $${usd}`,
  }]];
}
