import { type Budget, BUDGET_PERIODS, oneLine, QUARTER_MS } from "../../../core/mod.ts";
import { money, zonedTime } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { shareBar } from "../../draw/bars.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { clean, cut, fit } from "../../terminal/text.ts";
import { type CostsModel, isListTab, selectedKey, sharedBudgets, sharedRows } from "./model.ts";

const SCOPED = ["model", "agent", "group", "user"] as const;
const EXAMPLE = "all 5 day";

/** What the box begins with: the budget of the row, or of all runs. */
export function budgetTyped(model: CostsModel): string {
  const kind = SCOPED.find((it) => it === model.tab);
  const key = selectedKey(model);
  const isKnown = kind !== undefined && key !== undefined && !isListTab(model.tab) &&
    !model.rows.some((row) => row.key === key && row.isUngrouped);
  const scope = isKnown ? `${kind}:${key}` : "all";
  return `${scope} `;
}

/** Scope, USD and period, as they are typed; or what is wrong with them. */
export function readBudget(text: string): Budget | string {
  const words = text.trim().split(/\s+/).filter((word) => word !== "per");
  const per = BUDGET_PERIODS.find((it) => it === words.at(-1));
  const limitUsd = Number((words.at(-2) ?? "").replace(/^\$/, ""));
  const scope = words.slice(0, -2).join(" ");
  if (words.length < 3 || per === undefined || !(limitUsd > 0)) {
    return `Cannot set a budget: it needs a scope, USD and ${BUDGET_PERIODS.join(", ")}: got "${
      oneLine(text, 40)
    }". Try: ${EXAMPLE}`;
  }
  return { scope, per, limitUsd };
}

/** `$5.00 per day for all runs`. */
export function budgetText({ scope, per, limitUsd }: Budget): string {
  return `${money(limitUsd)} per ${per} for ${scope === "all" ? "all runs" : clean(scope)}`;
}

/** Whose budget, how much, for how long? */
export function budgetBox(model: CostsModel, env: Env): readonly Line[] {
  const columns = Math.min(64, env.size.columns - 4);
  const content = [
    EMPTY,
    [seg("  new  ", "key"), ...fieldLine(model.setting!, columns - 12, true, EXAMPLE)],
    EMPTY,
    line(cut("  SCOPE USD PERIOD: all, agent:NAME, group:NAME, user:NAME,", columns - BORDER), "dim"),
    line(cut(`  model:NAME; ${BUDGET_PERIODS.join(", ")} (${env.timeZone})`, columns - BORDER), "dim"),
    line(cut("  Runs at work see it before their next model call.", columns - BORDER), "dim"),
    EMPTY,
  ];
  return pane(content, columns, content.length + BORDER, env.glyphs, {
    title: "What may be spent",
    focused: true,
  });
}

/** The budgets of all runs, with what is spent, reserved and left, and until when. */
export function sharedTable(model: CostsModel, env: Env, columns: number): readonly Line[] {
  if (sharedRows(model) === 0) return [];
  const hasUntil = columns >= 88;
  const hasReserved = columns >= 72;
  const rest = columns - 37 - (hasReserved ? 10 : 0) - (hasUntil ? 19 : 0);
  const name = Math.min(28, Math.max(13, Math.floor(rest * 0.6)));
  const wide = Math.min(30, Math.max(4, rest - name - 1));
  const head = `  ${fit("BUDGET", name)} ${fit("PER", 6)}${fit("SPENT", 10, "right")}${
    hasReserved ? fit("RESERVED", 10, "right") : ""
  }${fit("OF", 10, "right")}  ${cut("WITH RESERVED", wide + 6)}`;
  return [
    line(head, "heading"),
    ...sharedBudgets(model).map((it): Line => {
      const share = (it.spentUsd + it.reservedUsd) / it.limitUsd;
      const tone = share >= 1 ? "error" : share >= 0.8 ? "warn" : "ok";
      const only = (text: string) => it.window ? text : "";
      return [
        seg(`  ${fit(clean(it.scope), name)} `, "strong"),
        seg(fit(it.per, 6), "dim"),
        seg(fit(only(money(it.spentUsd)), 10, "right")),
        ...(hasReserved
          ? [seg(fit(only(it.reservedUsd > 0 ? money(it.reservedUsd) : ""), 10, "right"), "dim")]
          : []),
        seg(fit(money(it.limitUsd), 10, "right")),
        seg("  "),
        ...(it.window
          ? [
            ...shareBar(share, wide, tone, env.glyphs),
            seg(fit(`${Math.round(share * 100)}%`, 6, "right"), tone),
          ]
          : [seg(cut("each run anew", wide + 6), "dim")]),
        ...(it.window && hasUntil
          ? [seg(`  until ${zonedTime(it.window.to * QUARTER_MS, env.timeZone).slice(5, 16)}`, "dim")]
          : []),
      ];
    }),
    EMPTY,
  ];
}
