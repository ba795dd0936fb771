import {
  type Budget,
  type BudgetPeriod,
  type BudgetState,
  type BudgetStore,
  type BudgetWindows,
  type Exchange,
  type ExchangeStore,
  type Host,
  mayFitLater,
  nowUs,
  type Redactor,
  type SpendAnswer,
  type SpendClaim,
  StoreError,
} from "../core/mod.ts";
import { findExchange, saveExchange } from "./exchanges.ts";
import { isBudgeted, listBudgets, removeBudget, reserveSpend, saveBudget } from "./budgets.ts";
import { noteStop } from "./alerts/budget_alerts.ts";
import type { Engine } from "./engine.ts";
import { ExperimentTables } from "./experiment_tables.ts";
import type { Db } from "./statements.ts";

/** The part of a store that knows what may be spent, and what passed through the proxy. */
export abstract class BudgetTables extends ExperimentTables implements BudgetStore, ExchangeStore {
  readonly #engine: Engine;
  readonly #redactor: Redactor;

  readonly #host: Host;

  constructor(engine: Engine, host: Host, redactor: Redactor) {
    super(engine, redactor);
    this.#host = host;
    this.#engine = engine;
    this.#redactor = redactor;
  }

  abstract recoverInterrupted(): Promise<number>;

  async saveBudget(budget: Budget): Promise<void> {
    const scope = this.#redactor.label(budget.scope);
    await this.#alone((db) => saveBudget(db, { ...budget, scope }, nowUs(this.#host)));
    this.#engine.signal.announce();
  }

  async removeBudget(scope: string, per: BudgetPeriod): Promise<boolean> {
    const isRemoved = await this.#alone((db) =>
      removeBudget(db, this.#redactor.label(scope), per, nowUs(this.#host))
    );
    this.#engine.signal.announce();
    return isRemoved;
  }

  async listBudgets(
    windows: BudgetWindows,
    modelNames?: Readonly<Record<string, readonly string[]>>,
  ): Promise<readonly BudgetState[]> {
    return await this.#told(() => listBudgets(this.#engine.db, windows, modelNames));
  }

  async saveExchange(...exchanges: readonly Exchange[]): Promise<void> {
    if (exchanges.length === 0) return;
    const safe = this.#redactor.value(exchanges);
    await this.#alone(async (db) => {
      for (const exchange of safe) await saveExchange(db, exchange);
    });
  }

  async findExchange(hash: string): Promise<Exchange | undefined> {
    return await this.#told(() => findExchange(this.#engine.db, hash));
  }

  async isBudgeted(): Promise<boolean> {
    return await this.#told(() => isBudgeted(this.#engine.db));
  }

  async reserveSpend(claim: SpendClaim): Promise<SpendAnswer> {
    let answer = await this.#reserve(claim);
    // What it lacks may be set aside for a process that died.
    if (answer.refusedBy && await this.recoverInterrupted() > 0) answer = await this.#reserve(claim);
    const { refusedBy, reached } = answer;
    const isStop = refusedBy && !(claim.mayWait && mayFitLater(refusedBy, claim.usd));
    if (isStop) await this.#alone((db) => noteStop(db, refusedBy, claim.traceId));
    if (isStop || reached.length > 0) this.#engine.onNews();
    return answer;
  }

  /**
   * Not flushed: what is set aside need not survive a power cut, nor do the calls under way. A store that others hold makes a call
   * wait: it never ends one.
   */
  async #reserve(claim: SpendClaim): Promise<SpendAnswer> {
    for (;;) {
      try {
        return await this.#alone(async (db) => {
          const answer = await reserveSpend(db, claim);
          this.#engine.leaveFlush();
          return answer;
        });
      } catch (error) {
        if (!(error instanceof StoreError && error.code === "locked")) throw error;
      }
    }
  }

  #alone<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#told(() => this.#engine.db.transaction().execute(work));
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#engine.toStoreError("use", error);
    }
  }
}
