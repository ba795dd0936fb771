import type { RaisedLimit, Span } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import type { FieldChange } from "../../contract/handlers.ts";
import type { Step } from "../../contract/screen.ts";
import { EMPTY_FIELD, fieldOf } from "../../draw/text_field.ts";
import type { LiveModel } from "./model.ts";

export const BUDGET_USD_MAX = 1_000_000;

export function typing(model: LiveModel, what: "budget" | "tell" | "set"): LiveModel {
  return { ...model, typing: { what, field: EMPTY_FIELD } };
}

/** The limit that stopped the run, at what lets it go on. */
export function raising(model: LiveModel, { limit, value }: RaisedLimit): LiveModel {
  return { ...model, typing: { what: "limit", field: fieldOf(String(value)), limit } };
}

export function typed(model: LiveModel, change: FieldChange): LiveModel {
  const field = model.typing && change(model.typing.field);
  return field ? { ...model, typing: { ...model.typing!, field } } : model;
}

export function submitted(model: LiveModel): Step<LiveModel> {
  const { typing: open, ...closed } = model;
  if (!open) return [model, []];
  const text = open.field.text.trim();
  if (open.what === "limit") return revived(model, closed, text);
  if (open.what === "tell" || open.what === "set") return operated(model, closed, open.what, text);
  const usd = /^\$?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})$/.test(text) ? Number(text.replace("$", "")) : NaN;
  if (!(usd > 0 && usd <= BUDGET_USD_MAX) || model.traceId === undefined) {
    const problem = `Cannot set the budget: not an amount in USD: got "${text.slice(0, 40)}". Try: 0.05`;
    return [model, [notice("warn", problem)]];
  }
  return [closed, [{
    type: "operate",
    traceId: model.traceId,
    operation: { set: { budgetUsd: String(usd) } },
  }]];
}

function operated(model: LiveModel, closed: LiveModel, what: "tell" | "set", text: string): Step<LiveModel> {
  const { traceId } = model;
  if (text === "" || traceId === undefined) return [closed, []];
  if (what === "tell") return [closed, [{ type: "operate", traceId, operation: { tell: text } }]];
  const pairs = text.split(/\s+/).map((word): readonly [string, string] => {
    const at = word.indexOf("=");
    return [word.slice(0, Math.max(0, at)), word.slice(at + 1)];
  });
  const wrong = pairs.find(([key]) => key === "");
  if (wrong) {
    const problem = `Cannot set "${wrong[1].slice(0, 40)}": it is not KEY=VALUE. Try: maxSteps=30`;
    return [model, [notice("warn", problem)]];
  }
  return [closed, [{ type: "operate", traceId, operation: { set: Object.fromEntries(pairs) } }]];
}

/** The tool call that is selected, while it is at work. */
export function callAtWork({ trace, selectedId }: LiveModel): Span | undefined {
  const span = selectedId === undefined ? undefined : trace?.spans.get(selectedId);
  return span?.kind === "tool" && span.status === "unset" ? span : undefined;
}

function revived(model: LiveModel, closed: LiveModel, text: string): Step<LiveModel> {
  const { traceId, typing: open } = model;
  const value = /^\d{1,12}(?:\.\d{1,12})?$|^\.\d{1,12}$/.test(text) ? Number(text) : NaN;
  const isWhole = open?.limit === "maxSteps" || open?.limit === "maxRepeats";
  if (!(value > 0) || isWhole && !Number.isInteger(value) || traceId === undefined || !open?.limit) {
    const problem = `Cannot go on under that limit: not a ${isWhole ? "whole " : ""}number: got "${
      text.slice(0, 40)
    }"`;
    return [model, [notice("warn", problem)]];
  }
  return [closed, [{ type: "revive", traceId, limits: { [open.limit]: value } }]];
}
