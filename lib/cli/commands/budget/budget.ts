import { Option } from "@commander-js/extra-typings";
import { BUDGET_PERIODS, type BudgetPeriod, type BudgetState, QUARTER_MS } from "../../../core/mod.ts";
import { budgetShape } from "../../../documents/mod.ts";
import { type Cell, cell, type Column, money, table, zonedTime } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { readNumber } from "../../frame/number.ts";
import { lookOf, type Style } from "../../output/look.ts";

const SCOPE = "all, agent:NAME, group:NAME, user:NAME or model:NAME";
const BAR_CELLS = 10;

const COLUMNS: readonly Column[] = [
  { title: "SCOPE", min: 8 },
  { title: "PER" },
  { title: "LIMIT", align: "right" },
  { title: "SPENT", align: "right" },
  { title: "RESERVED", align: "right", drop: 2 },
  { title: "LEFT", align: "right" },
  { title: "", drop: 3 },
  { title: "UNTIL", drop: 1 },
];

const perOption = (about: string) => new Option("--per <period>", about).choices(BUDGET_PERIODS);

export const budget: CliCommand = {
  register(program, withContext) {
    const command = program.command("budget").description(
      "what may be spent, by all processes together: a call that could pass it is not sent, and one through the proxy is answered with 402",
    );
    command.command("set").description(
      "set what may be spent; one of the same scope and period is replaced. On a model it holds for every name that the price list (yours in prices.yaml, the built-in one) gives that model on the day of the call: mistral-small-latest and its dated name are one",
    )
      .argument("<scope>", SCOPE).argument("<usd>", "the limit")
      .addOption(
        perOption("required: how long it lasts; a run counts with its hand-offs").makeOptionMandatory(),
      )
      .action((scope, usd, { per }) => withContext((context) => set(context, scope, usd, per)));
    command.command("list").description(
      "how each budget stands: known and estimated costs of runs made here or through the proxy, not of received ones",
    ).action(() => withContext(list));
    command.command("remove").description("remove the budgets of a scope").argument("<scope>", SCOPE)
      .addOption(perOption("only this one"))
      .action((scope, { per }) => withContext((context) => remove(context, scope, per)));
  },
};

const momentOf = async ({ app, host, timeZone }: Context) => ({
  nowMs: host.now(),
  timeZone,
  prices: await app.prices(),
});

async function set(context: Context, scope: string, usd: string, per: BudgetPeriod): Promise<number> {
  const { doubtfulScope, otherModelNames, setBudget } = await import("../../../app/mod.ts");
  const limitUsd = readNumber(
    "the limit",
    usd,
    { isMinExcluded: true },
    `agentop budget set ${scope} 5 --per ${per}`,
  );
  const state = await setBudget(await context.app.store(), { scope, per, limitUsd }, await momentOf(context));
  if (context.json) context.printJson(budgetShape(state));
  else context.print(table(COLUMNS, [row(state, context.timeZone)], lookOf(context)));
  const others = await otherModelNames(context.app, scope);
  if (others) context.note(namesNote(scope, others));
  const doubt = await doubtfulScope(context.app, scope);
  if (doubt !== undefined) context.note(doubt);
  return 0;
}

function namesNote(scope: string, others: readonly string[]): string {
  if (others.length > 0) {
    return `It holds for calls that name ${others.map(cell).join(", ")}, too: the same model today.`;
  }
  return `No other name of ${
    cell(scope.slice("model:".length))
  } is known: calls that name it otherwise do not count. Try: aliases in prices.yaml`;
}

async function list(context: Context): Promise<number> {
  const { budgetStates } = await import("../../../app/mod.ts");
  const states = await budgetStates(await context.app.store(), await momentOf(context));
  if (context.json) context.printJson(states.map(budgetShape));
  else if (states.length === 0) context.note("No budgets yet. Try: agentop budget set all 5 --per day");
  else context.print(table(COLUMNS, states.map((it) => row(it, context.timeZone)), lookOf(context)));
  return 0;
}

async function remove(context: Context, scope: string, per: BudgetPeriod | undefined): Promise<number> {
  const { removeBudgets } = await import("../../../app/mod.ts");
  const removed = await removeBudgets(context.app, scope, per);
  if (context.json) context.printJson({ scope, removed });
  else context.print(`Removed ${removed} of ${cell(scope)}`);
  return 0;
}

function row(state: BudgetState, timeZone: string): readonly Cell<Style>[] {
  const { scope, per, limitUsd, spentUsd, reservedUsd, window } = state;
  const used = Math.min(1, (spentUsd + reservedUsd) / limitUsd);
  const style: Style = used >= 1 ? "red" : used >= 0.8 ? "yellow" : "green";
  const only = (text: string) => window ? text : "";
  return [
    { text: cell(scope) },
    { text: per },
    { text: money(limitUsd) },
    { text: only(money(spentUsd)) },
    { text: only(reservedUsd > 0 ? money(reservedUsd) : ""), style: "dim" },
    { text: only(money(Math.max(0, limitUsd - spentUsd - reservedUsd))), style },
    { text: only("█".repeat(Math.round(used * BAR_CELLS)).padEnd(BAR_CELLS, "·")), style },
    { text: window ? zonedTime(window.to * QUARTER_MS, timeZone) : "each run", style: "dim" },
  ];
}
