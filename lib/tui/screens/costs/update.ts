import { type CostRow, type RunFilter, sentenceOf } from "../../../core/mod.ts";
import { formatRunQuery } from "../../../analysis/mod.ts";
import type { Effect, Msg } from "../../contract/message.ts";
import { asking } from "../../contract/ask.ts";
import type { AnswerMsg } from "../../contract/queries.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { moved, movedTo, withTop } from "../../draw/scroll.ts";
import { edit, EMPTY_FIELD, insert } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  budgetRows,
  costKeyOf,
  costsLayout,
  type CostsModel,
  filterOf,
  fittingModels,
  keysOf,
  rowCount,
  selectedIndex,
  shownRows,
  SINCES,
  tableHeight,
  TABS,
} from "./model.ts";
import type { CostsQueries } from "./queries.ts";

const ask = asking<CostsQueries>();
const REFRESH_INTERVAL_MS = 2_000;
const NO_GROUP = "(none)";
const DAY_US = 86_400_000_000;
const TABLE_HEAD_ROWS = 2;
export const MODEL_NAME_LENGTH_MAX = 200;

export function updateCosts(model: CostsModel, msg: Msg<CostsQueries>, env: Env): Step<CostsModel> {
  switch (msg.type) {
    case "enter":
      return load(model, env);
    case "store_changed":
      return load(model, env, REFRESH_INTERVAL_MS);
    case "resized":
      return [inView(model, env), []];
    case "action":
      return act(model, msg.action, msg.count, env);
    case "text":
    case "edit": {
      const { choosing } = model;
      const field = choosing &&
        (msg.type === "text" ? insert(choosing.field, msg.text) : edit(choosing.field, msg.key));
      return [field ? { ...model, choosing: { field, index: 0 } } : model, []];
    }
    case "wheel":
      return [move(model, msg.lines > 0 ? "down" : "up", Math.abs(msg.lines), env), []];
    case "click":
      return [clicked(model, msg.x, msg.y, env), []];
    case "answer":
      return msg.ticket === model.tickets[msg.slot] ? answered(model, msg, env) : [model, []];
    case "no_answer":
      if (msg.ticket !== model.tickets[msg.slot]) return [model, []];
      return msg.slot === mainSlot(model)
        ? [{ ...model, state: "failed", failure: msg.failure }, []]
        : [model, [{ type: "notice", level: "error", text: sentenceOf(msg.failure) }]];
    default:
      return [model, []];
  }
}

function load(model: CostsModel, env: Env, minIntervalMs?: number): Step<CostsModel> {
  const filter = filterOf(model.since, env.nowMs);
  let step: Step<CostsModel> = [model, []];
  if (model.tab !== "budget") {
    step = ask(step, "rows", { by: costKeyOf(model.tab), filter }, minIntervalMs);
  }
  step = ask(step, "days", { filter }, minIntervalMs);
  return ask(step, "runs", { filter }, minIntervalMs);
}

function answered(
  model: CostsModel,
  msg: AnswerMsg<CostsQueries>,
  env: Env,
): Step<CostsModel> {
  switch (msg.slot) {
    case "rows": {
      const rows = msg.answer.filter(wasUsed);
      return reprice(inView({ ...model, rows, ...answeredState(model, msg.slot) }, env));
    }
    case "days":
      return [{ ...model, days: msg.answer.filter(wasUsed) }, []];
    case "runs":
      return [inView({ ...model, runs: msg.answer, ...answeredState(model, msg.slot) }, env), []];
    case "prices": {
      const { keys } = model.priced ?? { keys: [] };
      const usd = new Map(keys.map((key, index) => [key, msg.answer.usd[index] ?? null]));
      return [{ ...model, whatIf: { model: msg.answer.model, usd } }, []];
    }
    case "models":
      return [{ ...model, models: [...new Set([...model.models, ...msg.answer])] }, []];
  }
}

/** The table stands or falls with this question; the charts beside it do not. */
function mainSlot(model: CostsModel): string {
  return model.tab === "budget" ? "runs" : "rows";
}

function answeredState(model: CostsModel, slot: string): Partial<Pick<CostsModel, "state" | "failure">> {
  return slot === mainSlot(model) ? { state: "ready", failure: NO_FAILURE } : {};
}

/** Imported spans may carry a usage of nothing. */
function wasUsed({ llmCalls, usage, costUsd, unknownCostCalls }: CostRow): boolean {
  return llmCalls + usage.inputTokens + usage.outputTokens + costUsd + unknownCostCalls > 0;
}

/** Asks what the shown tokens would cost with the chosen prices. */
function reprice(model: CostsModel, name = model.whatIf?.model): Step<CostsModel> {
  if (name === undefined) return [model, []];
  const priced = { model: name, keys: model.rows.map((row) => row.key) };
  const usages = model.rows.map((row) => row.usage);
  return ask([{ ...model, priced }, []], "prices", { model: name, usages });
}

function act(model: CostsModel, action: string, count: number | undefined, env: Env): Step<CostsModel> {
  if (model.choosing) return choosing(model, action);
  switch (action) {
    case "tab_left":
    case "tab_right": {
      const step = action === "tab_left" ? TABS.length - 1 : 1;
      const { selected: _, whatIf, ...rest } = model;
      const tab = TABS[(TABS.indexOf(model.tab) + step) % TABS.length]!;
      const kept = whatIf ? { whatIf: { model: whatIf.model, usd: new Map<string, number | null>() } } : {};
      return load({ ...rest, ...kept, tab, rows: [], top: 0, state: "loading" }, env);
    }
    case "since":
    case "since_back": {
      const step = action === "since" ? 1 : SINCES.length - 1;
      return load({ ...model, since: SINCES[(SINCES.indexOf(model.since) + step) % SINCES.length]! }, env);
    }
    case "what_if": {
      const seen = new Set([
        ...model.models,
        ...(model.tab === "model" ? model.rows.map((row) => row.key) : []),
      ]);
      const open: CostsModel = { ...model, models: [...seen], choosing: { field: EMPTY_FIELD, index: 0 } };
      return ask([open, []], "models", undefined);
    }
    case "zoom":
      return [inView({ ...model, zoom: !model.zoom }, env), []];
    case "reload":
      return load({ ...model, state: "loading" }, env);
    case "copy":
      return [model, [{ type: "copy", text: tableText(model) }]];
    case "open":
      return [model, opened(model, env)];
    case "back": {
      const { whatIf, priced: _, ...rest } = model;
      if (whatIf) return [rest, []];
      return model.zoom ? [inView({ ...model, zoom: false }, env), []] : [model, [{ type: "leave" }]];
    }
    default:
      return [move(model, action, count, env), []];
  }
}

function choosing(model: CostsModel, action: string): Step<CostsModel> {
  const { choosing: open, ...closed } = model;
  const fits = fittingModels(model);
  switch (action) {
    case "cancel":
      return [closed, []];
    case "choose": {
      const name = fits[open!.index] ?? open!.field.text.trim().slice(0, MODEL_NAME_LENGTH_MAX);
      return name === "" ? [closed, []] : reprice(closed, name);
    }
    default: {
      const index = moved(action, open!.index, undefined, 10, fits.length);
      return [index === undefined ? model : { ...model, choosing: { ...open!, index } }, []];
    }
  }
}

/** To the runs behind the row. */
function opened(model: CostsModel, env: Env): readonly Effect[] {
  const key = keysOf(model)[selectedIndex(model)];
  if (key === undefined) return [];
  if (model.tab === "budget") {
    const row = budgetRows(model).find(({ run }) => run.traceId === key)!;
    return [{ type: "go", screen: "live", target: { traceId: key, runId: row.run.runId } }];
  }
  const since = filterOf(model.since, env.nowMs);
  const dayUs = Date.parse(key) * 1000;
  const filters: Readonly<Record<Exclude<CostsModel["tab"], "budget">, RunFilter>> = {
    model: { ...since, model: key },
    agent: { ...since, agent: key },
    day: { sinceUs: dayUs, untilUs: dayUs + DAY_US },
    group: key === NO_GROUP ? since : { ...since, group: key },
    user: { ...since, user: key },
  };
  const search = formatRunQuery(filters[model.tab]);
  return [
    { type: "go", screen: "runs", search },
    ...(model.tab === "group" && key === NO_GROUP
      ? [
        {
          type: "notice",
          level: "info",
          text: "Runs of all groups: there is no filter for runs without one",
        } as const,
      ]
      : []),
  ];
}

function tableText(model: CostsModel): string {
  const clean = (text: string) => text.replace(/[\t\r\n]/g, " ");
  if (model.tab === "budget") {
    const rows = budgetRows(model).map(({ run, budgetUsd }) =>
      [run.runId, clean(run.agent), run.totals.costUsd, budgetUsd].join("\t")
    );
    return ["run\tagent\tcostUsd\tbudgetUsd", ...rows].join("\n");
  }
  const rows = shownRows(model).map((row) =>
    [
      clean(row.key),
      row.runs,
      row.llmCalls,
      row.usage.inputTokens,
      row.usage.cachedInputTokens,
      row.usage.outputTokens,
      row.costUsd,
      row.unknownCostCalls,
      ...(model.whatIf ? [model.whatIf.usd.get(row.key) ?? "unknown"] : []),
    ].join("\t")
  );
  const heads = ["runs", "calls", "input", "cached", "output", "costUsd", "unknownCostCalls"];
  return [
    [model.tab, ...heads, ...(model.whatIf ? [`with ${clean(model.whatIf.model)}`] : [])].join("\t"),
    ...rows,
  ].join("\n");
}

function move(model: CostsModel, action: string, count: number | undefined, env: Env): CostsModel {
  if (model.choosing) return model;
  const key = movedTo(keysOf(model), selectedIndex(model), action, count, tableHeight(model, env));
  return key === undefined ? model : inView({ ...model, selected: key }, env);
}

function clicked(model: CostsModel, x: number, y: number, env: Env): CostsModel {
  const { table } = costsLayout(model, env);
  const row = y - table.y - TABLE_HEAD_ROWS;
  if (model.choosing || x >= table.columns || row < 0 || row >= tableHeight(model, env)) return model;
  const key = keysOf(model)[model.top + row];
  return key === undefined ? model : inView({ ...model, selected: key }, env);
}

function inView(model: CostsModel, env: Env): CostsModel {
  return withTop(model, selectedIndex(model), tableHeight(model, env), rowCount(model));
}
