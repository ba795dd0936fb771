import type { Alert, BudgetState, Run, RunStatus, ServerNote } from "../../core/mod.ts";

/** What wants a person, of the whole store. */
export interface Needy {
  /** They wait for an approval; oldest first. */
  readonly waiting: readonly Run[];
  /** They ended badly since the workbench was started; oldest first. */
  readonly troubled: readonly Run[];
  /** Nobody has acknowledged them; newest first. */
  readonly alerts: readonly Alert[];
  /** They take something in for the store; the one that noted something last is the first. */
  readonly servers: readonly ServerNote[];
  /** Budgets of which little is left, the fullest first. */
  readonly tight: readonly BudgetState[];
}

/** From this part of a budget on the header says so. */
const TIGHT_SHARE = 0.8;

/** What is spent or set aside of a budget, as a part of it. */
export function shareOfBudget({ spentUsd, reservedUsd, limitUsd }: BudgetState): number {
  return limitUsd > 0 ? (spentUsd + reservedUsd) / limitUsd : 1;
}

/** The budgets of which little is left, the fullest first; those per run begin anew with each. */
export function tightBudgets(budgets: readonly BudgetState[]): readonly BudgetState[] {
  return budgets.filter((it) => it.per !== "run" && shareOfBudget(it) >= TIGHT_SHARE)
    .toSorted((a, b) => shareOfBudget(b) - shareOfBudget(a));
}

/** What wants a person, and what of it the person has seen. */
export interface Attention extends Needy {
  readonly seen: ReadonlySet<string>;
  /** The run that was shown last. */
  readonly last?: string;
  /** The first look is over: what is new from then on is told. */
  readonly isKnown: boolean;
}

export const NO_ATTENTION: Attention = Object.freeze({
  waiting: [],
  troubled: [],
  alerts: [],
  servers: [],
  tight: [],
  seen: new Set<string>(),
  isKnown: false,
});

/** Statuses of a run that did not end as it should. */
export const TROUBLED: readonly RunStatus[] = ["failed", "interrupted", "stopped"];

/** The next run that wants a person: those that wait go first. `undefined` when none does. */
export function nextNeedy({ waiting, troubled, seen, last }: Attention): Run | undefined {
  const open = [...waiting, ...troubled.filter((run) => !seen.has(run.traceId))];
  const at = open.findIndex((run) => run.traceId === last);
  return open[(at + 1) % open.length];
}

/** A person looks at this run. */
export function withSeen(attention: Attention, traceId: string): Attention {
  return { ...attention, seen: new Set([...attention.seen, traceId]), last: traceId };
}
