import { type Explanation, type RaisedLimit, sentenceOf, type Span } from "../../../core/mod.ts";
import type { RunOperation } from "../../../app/mod.ts";
import { pendingApprovals } from "../../../analysis/mod.ts";
import { loading } from "../../contract/load.ts";
import { notice } from "../../contract/effects.ts";
import type { FieldChange } from "../../contract/handlers.ts";
import type { Step } from "../../contract/screen.ts";
import { EMPTY_FIELD, fieldOf } from "../../draw/text_field.ts";
import type { LiveModel } from "./model.ts";
import type { LiveQueries } from "./queries.ts";

const load = loading<LiveQueries>();

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
  return sent(model, { set: { budgetUsd: String(usd) } });
}

/** What is typed stays until the run has taken it: what it refuses is there to be put right. */
function sent(model: LiveModel, operation: RunOperation): Step<LiveModel> {
  const { typing: open, traceId } = model;
  if (!open || open.isSent || traceId === undefined) return [model, []];
  return load([{ ...model, typing: { ...open, isSent: true } }, []], "operated", { traceId, operation });
}

export function withOperated(model: LiveModel, said: string): Step<LiveModel> {
  const { typing, ...closed } = model;
  return [typing?.isSent ? closed : model, [notice("info", said)]];
}

export function notOperated(model: LiveModel, failure: Explanation): Step<LiveModel> {
  const { isSent: _, ...open } = model.typing ?? {};
  const next = model.typing ? { ...model, typing: open as NonNullable<LiveModel["typing"]> } : model;
  return [next, [notice("error", sentenceOf(failure))]];
}

function operated(model: LiveModel, closed: LiveModel, what: "tell" | "set", text: string): Step<LiveModel> {
  const { traceId } = model;
  if (text === "" || traceId === undefined) return [closed, []];
  if (what === "tell") return sent(model, { tell: text });
  const pairs = text.split(/\s+/).map((word): readonly [string, string] => {
    const at = word.indexOf("=");
    return [word.slice(0, Math.max(0, at)), word.slice(at + 1)];
  });
  const wrong = pairs.find(([key]) => key === "");
  if (wrong) {
    const problem = `Cannot set "${wrong[1].slice(0, 40)}": it is not KEY=VALUE. Try: maxSteps=30`;
    return [model, [notice("warn", problem)]];
  }
  return sent(model, { set: Object.fromEntries(pairs) });
}

/** The tool calls at work; those that wait for approval are not. */
export function callsAtWork({ trace }: LiveModel): readonly Span[] {
  if (!trace) return [];
  const waiting = new Set(pendingApprovals(trace).map(({ spanId }) => trace.spans.get(spanId)?.parentSpanId));
  return [...trace.spans.values()].filter((span) =>
    span.kind === "tool" && span.status === "unset" && !waiting.has(span.spanId)
  );
}

/** The call that is selected, or else the only one at work, wherever the person is. */
export function brokenOff(model: LiveModel): Step<LiveModel> {
  const { traceId, selectedId } = model;
  const calls = callsAtWork(model);
  const span = calls.find(({ spanId }) => spanId === selectedId) ??
    (calls.length === 1 ? calls[0] : undefined);
  if (span && traceId !== undefined) {
    return [model, [{ type: "operate", traceId, operation: { cancel: span.spanId } }]];
  }
  if (calls.length === 0) return [model, []];
  const names = calls.map(({ name }) => name.replace("execute_tool ", "")).join(", ").slice(0, 80);
  return [model, [notice("info", `${calls.length} tools are at work: ${names}. Choose one, then press X`)]];
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
