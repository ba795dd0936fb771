/** How long a budget lasts before it begins anew. Days, weeks (from Monday) and months are those of the person's time zone. */
export const BUDGET_PERIODS = ["run", "day", "week", "month"] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** What a budget is of; `all` has no name. */
export const BUDGET_SCOPES = ["all", "agent", "group", "user", "model"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** A most that may be spent, whichever processes spend it. */
export interface Budget {
  /** `all`, `agent:NAME`, `group:NAME`, `user:NAME` or `model:NAME`. */
  readonly scope: string;
  readonly per: BudgetPeriod;
  /** USD. */
  readonly limitUsd: number;
}

/** From a quarter hour since the epoch to before another one: usage is kept by these. */
export interface QuarterSpan {
  readonly from: number;
  readonly to: number;
}

/** The day, the week and the month that it is. */
export type BudgetWindows = Readonly<Record<Exclude<BudgetPeriod, "run">, QuarterSpan>>;

/** A model call that is about to be sent, and the most it can cost. */
export interface SpendClaim {
  readonly traceId: string;
  /** Its span: when that ends, what is set aside is free again, and what was paid is spent. */
  readonly spanId: string;
  readonly model: string;
  /** Every name that it goes by: a budget on one of them holds for all. @default `model` alone */
  readonly modelNames?: readonly string[];
  /** USD; `null`: nobody knows its price. */
  readonly usd: number | null;
  readonly windows: BudgetWindows;
  /** Whoever claims waits for money that is only set aside for calls under way: being refused that is no stop. @default false */
  readonly mayWait?: boolean;
  /** Budgets that hold for this run though they are not in the store, as those of its agent's file. */
  readonly also?: readonly Budget[];
}

/** How a budget stands. */
export interface BudgetState extends Budget {
  /** Known and estimated costs of runs made here or through the proxy, USD. */
  readonly spentUsd: number;
  /** Set aside for calls under way, USD. */
  readonly reservedUsd: number;
  /** Absent for those per run: each run begins anew. */
  readonly window?: QuarterSpan;
}

/** What came of a claim. */
export interface SpendAnswer {
  /** The budget that it would pass: nothing is set aside then. */
  readonly refusedBy?: BudgetState;
  /** Budgets of which a further part, in per cent, is spent or set aside with this call; each part is told once per period. */
  readonly reached: readonly { readonly budget: BudgetState; readonly percent: number }[];
}

/** What is refused now would fit once calls under way have given back what is set aside for them. */
export function mayFitLater({ spentUsd, reservedUsd, limitUsd }: BudgetState, usd: number | null): boolean {
  return usd !== null && reservedUsd > 0 && spentUsd + usd <= limitUsd;
}

/** Parts of a budget, in per cent, that a person hears of. */
export const BUDGET_WARNINGS = [50, 80, 100] as const;

/** Budgets over all runs of a store. */
export interface BudgetStore {
  /** Replaces the one of the same scope and period. */
  saveBudget(budget: Budget): Promise<void>;
  /** `false` when there was none. */
  removeBudget(scope: string, per: BudgetPeriod): Promise<boolean>;
  /** How each stands in these windows; by scope, then period. `modelNames`: by model, every name that it goes by. */
  listBudgets(
    windows: BudgetWindows,
    modelNames?: Readonly<Record<string, readonly string[]>>,
  ): Promise<readonly BudgetState[]>;
  /** There is a budget at all: what a call can cost need not be known otherwise. */
  isBudgeted(): Promise<boolean>;
  /**
   * Sets aside what a call can cost at most, in every budget it falls under or in none. No two processes can both get the last
   * cent. What is set aside for a process that died is free again.
   */
  reserveSpend(claim: SpendClaim): Promise<SpendAnswer>;
}
