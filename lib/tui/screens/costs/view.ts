import { costTotal } from "../../../analysis/mod.ts";
import { type CostRow, limitText, totalTokens } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { shareBar } from "../../draw/bars.ts";
import {
  age,
  compact,
  costOf,
  damagedRowsNote,
  grouped,
  knownCost,
  money,
  plural,
  UNKNOWN,
  UNKNOWN_SIGN,
} from "../../../present/mod.ts";
import { EMPTY, fitLine, fitParts, type Line, line, seg, spread } from "../../draw/line.ts";
import { beside, BORDER, centered, pane } from "../../draw/pane.ts";
import { plotLines } from "../../draw/plot.ts";
import { fieldLine } from "../../draw/text_field.ts";
import type { Tone } from "../../draw/theme.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { clean, cut, fit, width, wrap } from "../../terminal/text.ts";
import {
  budgetRows,
  choiceRows,
  costRows,
  costsLayout,
  type CostsModel,
  fittingModels,
  isListTab,
  type ListTab,
  selectedKey,
  shownRows,
  SINCES,
  TABS,
  tightestLimit,
  todayRow,
} from "./model.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { budgetBox, sharedTable } from "./budget_box.ts";
import type { ModelPrice } from "./queries.ts";
import { promptTable, twiceTable } from "./lists.ts";
import { budgetTable, costTable, toneOf } from "./table.ts";

export function viewCosts(model: CostsModel, env: Env): readonly Line[] {
  if (model.state === "failed") {
    const keys = [["^r", "try again"], ["esc", "back"]] as const;
    return troubleLines("The store does not answer", model.failure, keys, env.size, env.glyphs);
  }
  const layout = costsLayout(model, env);
  const table = tablePane(model, env, layout.table.columns, layout.table.rows);
  const chart = layout.chart && chartPane(model, env, layout.chart.columns, layout.chart.rows);
  const right = layout.stacked ? [] : [
    ...(chart ?? []),
    ...(layout.about ? aboutPane(model, env, layout.about.columns, layout.about.rows) : []),
    ...(layout.budgets ? budgetPane(model, env, layout.budgets.columns, layout.budgets.rows) : []),
  ];
  const body = layout.stacked ? [...(chart ?? []), ...table] : beside(table, right);
  const frame = [kpiLine(model, env), tabLine(model, env), ...body];
  if (!model.choosing && !model.setting) return frame;
  const rows = Array.from({ length: env.size.rows }, (_, y) => fitLine(frame[y] ?? EMPTY, env.size.columns));
  return centered(rows, model.setting ? budgetBox(model, env) : choiceBox(model, env), env.size.columns);
}

const ENDPOINTS_SHOWN = 2;

function kpiLine(model: CostsModel, env: Env): Line {
  const sum = costTotal(model.days);
  const today = todayRow(model, env);
  const parts: Line[] = [
    [
      seg(`${model.since === "all" ? "ever" : `last ${model.since}`} `, "dim"),
      seg(costOf(sum), "strong"),
    ],
    ...(sum.damagedRows === undefined ? [] : [[seg(damagedRowsNote(sum.damagedRows), "error")]]),
    [seg("today ", "dim"), seg(today ? costOf(today) : money(0), "strong")],
    [seg("calls ", "dim"), seg(grouped(sum.llmCalls), "strong")],
    [
      seg("tokens ", "dim"),
      seg(`${compact(sum.usage.inputTokens)} in `, "strong"),
      seg(`${compact(sum.usage.outputTokens)} out`, "strong"),
    ],
    ...(sum.usage.cachedInputTokens > 0
      ? [[
        seg("cached ", "dim"),
        seg(`${Math.round((100 * sum.usage.cachedInputTokens) / sum.usage.inputTokens)}%`, "ok"),
      ]]
      : []),
    ...(sum.unknownCostCalls > 0
      ? [[
        seg(`${UNKNOWN_SIGN} ${plural(sum.unknownCostCalls, "call")} of unknown price`, "warn"),
        ...(sum.estimatedCostUsd === undefined
          ? []
          : [seg(`, about ${money(sum.estimatedCostUsd)}`, "warn")]),
      ]]
      : []),
  ];
  return [
    seg(" "),
    ...fitParts([...parts, ...forecastParts(model), ...limitParts(model, env)], 3, env.size.columns - 2),
  ];
}

/** What the month will come to, and between which figures in 95 of 100. */
function forecastParts({ forecast }: CostsModel): readonly Line[] {
  if (!forecast || forecast.monthEndUsd === null || !forecast.interval95Usd) return [];
  const [low, high] = forecast.interval95Usd;
  return [[
    seg("month's end ", "dim"),
    seg(`~${money(forecast.monthEndUsd)}`, "strong"),
    seg(` (${money(low)} to ${money(high)})`, "dim"),
  ]];
}

/** What was left of the limits of the servers called last, and how long ago: `api.mistral.ai/7db6ad12 57 of 60 requests …`. */
function limitParts(model: CostsModel, env: Env): readonly Line[] {
  return model.endpoints.slice(0, ENDPOINTS_SHOWN).flatMap((note): Line[] => {
    const limit = tightestLimit(note);
    if (!limit) return [];
    const { resetMs: _, ...lasting } = limit;
    const server = clean(note.address.replace(/^https?:\/\//, ""));
    const key = note.keyId === "" ? "" : ` key ${clean(note.keyId)}`;
    return [[
      seg(`${cut(server, 24)}${key} `, "dim"),
      seg(limitText(lasting), limit.remaining === 0 ? "warn" : "strong"),
      seg(` ${age(note.notedAtUs / 1000, env.nowMs)} ago`, "dim"),
    ]];
  });
}

function tabLine(model: CostsModel, env: Env): Line {
  const left: Line = [
    ...(env.size.columns < 90 ? [] : [seg(" by ", "dim")]),
    ...TABS.map((tab) => seg(` ${tab} `, tab === model.tab ? "chip" : "dim")),
  ];
  const right: Line = [
    seg("t ", "key"),
    ...SINCES.map((since) => seg(` ${since} `, since === model.since ? "chip" : "dim")),
    seg(" "),
  ];
  return spread(left, right, env.size.columns);
}

const TITLES: Readonly<Record<ListTab, string>> = {
  budget: "Budgets",
  prompts: "Dearest prompts",
  twice: "Paid more than once",
};

function tablePane(model: CostsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const list = costRows(model, env);
  const count = list.total;
  const { top } = model.list;
  const selected = selectedIndex(model.list, list);
  const content = count === 0
    ? [...(model.tab === "budget" ? sharedTable(model, env, inner) : []), EMPTY, ...emptyNote(model)]
    : model.tab === "budget"
    ? [
      ...sharedTable(model, env, inner),
      ...budgetTable(model, env, inner, { top, height: list.height, selected }),
    ]
    : model.tab === "prompts"
    ? promptTable(model, env, inner)
    : model.tab === "twice"
    ? twiceTable(model, env, inner)
    : costTable(model, env, inner);
  const note: Line = model.whatIf && !isListTab(model.tab)
    ? [
      seg("with the prices of ", "dim"),
      seg(cut(clean(model.whatIf.model), Math.max(4, inner - 40)), "accent"),
    ]
    : model.state === "loading" && count > 0
    ? line(`adding up${env.glyphs.ellipsis}`, "dim")
    : model.tab === "budget" && model.budgets.length > 0
    ? line(`days of ${env.timeZone}`, "dim")
    : EMPTY;
  return pane(content, columns, rows, env.glyphs, {
    title: TITLES[model.tab as ListTab] ?? `Cost by ${model.tab}`,
    focused: true,
    note,
    ...(count > 0 ? { foot: line(`${selected + 1} of ${grouped(count)}`, "dim") } : {}),
    scroll: { top, total: count + (isListTab(model.tab) ? 1 : 2) },
  });
}

function emptyNote(model: CostsModel): readonly Line[] {
  if (model.state === "loading") return [line("  Adding up…", "dim")];
  const what = model.tab === "budget"
    ? "No run had a budget of its own"
    : model.tab === "twice"
    ? "No request was paid twice"
    : "No model was called";
  const when = model.since === "all" ? "." : ` in the last ${model.since}.`;
  return [
    line(`  ${what}${when}`),
    EMPTY,
    ...(model.since === "all" ? [] : [[seg("  t", "key"), seg("  a longer time", "dim")]]),
    [seg("  2", "key"), seg("  launch an agent", "dim")],
  ];
}

/** The chart of `agentop cost --chart`, with what it says below. */
function chartPane({ chart }: CostsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const room = rows - BORDER;
  const finding = chart ? cut(clean(chart.finding), inner - 2) : `adding up${env.glyphs.ellipsis}`;
  const isRoomy = room >= 5;
  const plot = chart?.text
    ? plotLines(chart.text, { columns: inner - 1, rows: isRoomy ? room - 1 : room }, env.glyphs)
    : [EMPTY];
  return pane(
    [...(isRoomy || !chart?.text ? [line(` ${finding}`, "dim")] : []), ...plot],
    columns,
    rows,
    env.glyphs,
    {
      title: env.timeZone === "UTC" ? "Cost over time" : `Cost over time, ${env.timeZone}`,
    },
  );
}

/** Where the cost of the chosen row comes from. */
function aboutPane(model: CostsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const key = selectedKey(model);
  const row = isListTab(model.tab) ? undefined : shownRows(model).find((each) => each.key === key);
  const inner = columns - BORDER;
  if (!row) {
    const about = listedAbout(model);
    const lines = about ? wrap(clean(about.text), inner - 2).map((piece) => line(` ${piece}`)) : [];
    return pane(lines, columns, rows, env.glyphs, { title: about ? clean(about.agent) : "Tokens" });
  }
  const content = [EMPTY, ...tokenBars(row, model, env, inner), EMPTY, ...perUnit(row, inner)];
  if (row.unknownCostCalls > 0) {
    const text = `${grouped(row.unknownCostCalls)} of ${
      grouped(row.llmCalls)
    } calls have no known price: they are not in the sum.${
      row.estimatedCostUsd === undefined ? "" : ` They may have cost about ${money(row.estimatedCostUsd)}.`
    }`;
    content.push(EMPTY, ...wrap(text, inner - 2).map((piece) => line(` ${piece}`, "warn")));
  }
  if (model.whatIf) {
    const text =
      "What if: these tokens at today's prices of the other model; its own tokens would differ somewhat.";
    content.push(EMPTY, ...wrap(text, inner - 2).map((piece) => line(` ${piece}`, "dim")));
  }
  return pane(content, columns, rows, env.glyphs, { title: clean(row.key) });
}

/** What the chosen row of a list is about. */
function listedAbout(model: CostsModel): { readonly agent: string; readonly text: string } | undefined {
  const key = selectedKey(model);
  if (model.tab === "budget") {
    const run = budgetRows(model).find((each) => each.run.traceId === key)?.run;
    return run && { agent: run.agent, text: run.prompt };
  }
  if (model.tab === "prompts") {
    const found = model.prompts?.prompts.find((it) => JSON.stringify([it.agent, it.prompt]) === key);
    return found && { agent: found.agent, text: found.prompt };
  }
  const { twice } = model;
  if (!twice) return undefined;
  const saved = knownCost(twice.savedUsd, twice.unknownCostCalls);
  return {
    agent: "A cache of answers",
    text: `would have saved ${saved}: ${plural(twice.calls, "call")} of ${
      plural(twice.callsSeen, "model call")
    } asked what had been answered before, ${grouped(twice.repeats)} of them in repeats of experiments.${
      twice.isCut ? " Not all calls were looked at." : ""
    }`,
  };
}

function tokenBars(row: CostRow, model: CostsModel, env: Env, columns: number): readonly Line[] {
  const { usage } = row;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteInputTokens);
  const kinds: readonly (readonly [string, number, Tone])[] = [
    ["input", fresh, toneOf(model)],
    ["cached", usage.cachedInputTokens, "ok"],
    ["cache write", usage.cacheWriteInputTokens, "warn"],
    ["output", usage.outputTokens, "attempt"],
    ["reasoning", usage.reasoningTokens, "other"],
  ];
  const max = Math.max(1, ...kinds.map(([, value]) => value));
  const wide = Math.max(1, columns - 24);
  return kinds.filter(([name, value]) => value > 0 || name === "input" || name === "output").map((
    [name, value, tone],
  ): Line => [
    seg(` ${fit(name, 12)}`, "dim"),
    ...shareBar(value / max, wide, tone, env.glyphs),
    seg(fit(compact(value), 8, "right")),
  ]);
}

function perUnit(row: CostRow, columns: number): readonly Line[] {
  const tokens = totalTokens(row.usage);
  const exact = row.unknownCostCalls === 0;
  const fact = (label: string, value: string): Line => [
    seg(` ${fit(label, 20)}`, "dim"),
    seg(cut(value, Math.max(1, columns - 22))),
  ];
  const per = (amount: number, unit: number) =>
    amount > 0 && exact ? money((row.costUsd / amount) * unit) : UNKNOWN;
  return [
    fact("per run", per(row.runs, 1)),
    fact("per call", per(row.llmCalls, 1)),
    fact("per million tokens", per(tokens, 1e6)),
    fact("tokens per call", row.llmCalls > 0 ? compact(tokens / row.llmCalls) : "0"),
  ];
}

function budgetPane(model: CostsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const lines = [
    ...sharedTable(model, env, columns - BORDER),
    ...budgetTable(model, env, columns - BORDER, { top: 0, height: rows - BORDER - 1 }),
  ].slice(0, rows - BORDER);
  return pane(lines, columns, rows, env.glyphs, {
    title: "Budgets",
    note: line("nearest to its limit first", "dim"),
  });
}

/** USD for a million tokens in and out. */
function choicePrice(price: ModelPrice | undefined): string {
  if (!price) return "";
  const text = (usd: number | null) => usd === null ? "?" : money(usd);
  return ` ${text(price.inputUsd)} in ${text(price.outputUsd)} out `;
}

/** Whose prices? */
function choiceBox(model: CostsModel, env: Env): readonly Line[] {
  const columns = Math.min(60, env.size.columns - 4);
  const inner = columns - BORDER;
  const { field, list } = model.choosing!;
  const fits = fittingModels(model);
  const { height } = choiceRows(model, env);
  const look = { top: list.top, height, columns: inner, glyphs: env.glyphs, selected: list.index };
  const rows = listLines(fits, look, (name) => {
    const price = choicePrice(model.modelPrices.get(name));
    const room = inner - 2 - width(price);
    return [seg(fit(clean(name), room), "llm"), seg(price, "dim")];
  });
  const typed = field.text.trim();
  const none: Line = typed === ""
    ? line("  type a model's name", "dim")
    : [seg("  use ", "dim"), seg(cut(clean(typed), inner - 20), "llm"), seg(" as typed", "dim")];
  const content = [
    [seg(" / ", "key"), ...fieldLine(field, inner - 4, true, "whose prices?")],
    line("   USD for a million tokens", "dim"),
    ...(fits.length === 0 ? [none] : rows),
    EMPTY,
  ];
  return pane(content, columns, content.length + BORDER, env.glyphs, {
    title: "What if the prices were those of",
    focused: true,
    foot: fits.length > height ? line(`${list.index + 1} of ${fits.length}`, "dim") : EMPTY,
  });
}
