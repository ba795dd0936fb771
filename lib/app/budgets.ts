import { budgetWindows } from "../analysis/mod.ts";
import {
  AgentOpError,
  type Budget,
  BUDGET_PERIODS,
  BUDGET_SCOPES,
  type BudgetPeriod,
  type BudgetState,
  type BudgetStore,
  escapeText,
  nearest,
  oneLine,
  type PriceBook,
} from "../core/mod.ts";
import type { App } from "./app.ts";

const NAME_MAX_CHARS = 200;
/** More than anybody spends by mistake on purpose. */
const LIMIT_MAX_USD = 1e9;

type BudgetReader = Pick<BudgetStore, "listBudgets">;

/** When, and whose days. */
export interface BudgetMoment {
  readonly nowMs: number;
  /** An IANA name. */
  readonly timeZone: string;
  /** Prices that say which names are one model's. @default the built-in list */
  readonly prices?: Pick<PriceBook, "names">;
}

/** `all`, or `agent:`, `group:`, `user:` or `model:` and a name. Throws `AgentOpError`. */
export function readBudgetScope(text: string): string {
  const colon = text.indexOf(":");
  const kind = colon < 0 ? text : text.slice(0, colon);
  const name = colon < 0 ? "" : text.slice(colon + 1);
  const isWhole = kind === "all" ? colon < 0 : name !== "" && name.length <= NAME_MAX_CHARS;
  if (BUDGET_SCOPES.some((it) => it === kind) && isWhole) return text;
  const guess = nearest(kind, BUDGET_SCOPES) ?? "agent";
  throw new AgentOpError(
    `Cannot use the scope "${
      oneLine(text, 60)
    }": it must be all, agent:NAME, group:NAME, user:NAME or model:NAME`,
    { remedy: guess === "all" ? "all" : `${guess}:${oneLine(name, 60) || "NAME"}` },
  );
}

/** Sets what may be spent under a scope in each period; one of the same scope and period is replaced. Throws `AgentOpError`. */
export async function setBudget(
  store: BudgetReader & Pick<BudgetStore, "saveBudget">,
  budget: Budget,
  now: BudgetMoment,
): Promise<BudgetState> {
  const scope = readBudgetScope(budget.scope);
  const { per, limitUsd } = budget;
  if (!(limitUsd > 0) || limitUsd > LIMIT_MAX_USD) {
    throw new AgentOpError(
      `Cannot set a budget of ${limitUsd} USD: it must be above 0 and at most ${LIMIT_MAX_USD}`,
      {
        remedy: `agentop budget set ${scope} 5 --per ${per}`,
      },
    );
  }
  await store.saveBudget({ scope, per, limitUsd });
  return (await budgetStates(store, now)).find((it) => it.scope === scope && it.per === per)!;
}

/** What may be wrong with the scope of a budget that was set: nobody has this agent, neither a file nor a run. */
export async function doubtfulScope(app: App, scope: string): Promise<string | undefined> {
  const [kind, name] = [scope.slice(0, scope.indexOf(":")), scope.slice(scope.indexOf(":") + 1)];
  if (kind !== "agent" || (await app.agents()).some((it) => it.name === name)) return undefined;
  if (await (await app.store()).countRuns({ agent: name }) > 0) return undefined;
  return `No agent is called ${
    oneLine(escapeText(name), 60)
  }, and no run was: this budget holds nobody yet. Try: agentop agents`;
}

/** How each budget stands now, in days, weeks and months of the person's zone; by scope, then period. */
export async function budgetStates(
  store: BudgetReader,
  { nowMs, timeZone, prices: given }: BudgetMoment,
): Promise<readonly BudgetState[]> {
  const windows = budgetWindows(nowMs, timeZone);
  const states = await store.listBudgets(windows);
  const models = states.flatMap(({ scope }) => scope.startsWith(MODEL) ? [scope.slice(MODEL.length)] : []);
  if (models.length === 0) return states;
  const prices = given ?? (await import("../pricing/mod.ts")).createPriceBook();
  const names = models.map((model) => [model, prices.names?.(model, nowMs) ?? [model]] as const);
  return await store.listBudgets(windows, Object.fromEntries(names));
}

const MODEL = "model:";

/** Names that count under a budget on a model besides the one it was set on; `undefined` for other budgets. Loads the price library. */
export async function otherModelNames(app: App, scope: string): Promise<readonly string[] | undefined> {
  if (!scope.startsWith(MODEL)) return undefined;
  const model = scope.slice(MODEL.length);
  const prices = await app.prices();
  await prices.prepare([model]);
  return prices.names(model, app.host.now()).filter((name) => name !== model);
}

/** Removes the budget of a scope and a period, or all of the scope. Gives how many; throws `AgentOpError` when there is none. */
export async function removeBudgets(app: App, scope: string, per?: BudgetPeriod): Promise<number> {
  const store = await app.store();
  let removed = 0;
  for (const period of per ? [per] : BUDGET_PERIODS) {
    if (await store.removeBudget(readBudgetScope(scope), period)) removed++;
  }
  if (removed > 0) return removed;
  throw new AgentOpError(
    `Cannot remove the budget ${per ? `per ${per} ` : ""}of ${oneLine(scope, 60)}: there is none`,
    { remedy: "agentop budget list" },
  );
}
