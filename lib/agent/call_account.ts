import {
  type AttemptMeter,
  ATTR,
  type Budget,
  BUDGET_WAIT,
  type BudgetState,
  type ChatRequest,
  type ChatResponse,
  type Cost,
  estimatedUsdOf,
  type LostAttempt,
  type LostCost,
  mayFitLater,
  ProviderError,
  type Usage,
} from "../core/mod.ts";
import { budgetWindows, estimatedCost, estimatedUsage, mayBeBilled } from "../analysis/mod.ts";
import { worstCaseUsd } from "../pricing/mod.ts";
import { AGENT_DEFAULTS } from "./agent_config.ts";
import { estimatePromptTokensMax, type Reservation } from "./budget.ts";
import type { Session } from "./session.ts";
import { reachedText, SharedBudgetError, waitText } from "./shared_budget.ts";
import { assumedUsd } from "./unpriced.ts";

/** How long a call waits for money that is set aside for others, and how often it looks. */
const RESERVED_WAIT_MS = 60_000;
const RESERVED_LOOK_MS = 100;
/** Only a wait of this length is told: most are over at once. */
const RESERVED_TOLD_MS = 500;

/**
 * The money of one model call. The worst case of each attempt is set aside before it is sent: of the first when the account is
 * opened. What a lost attempt may have cost stays spent, so that retries cannot pass the budget unseen.
 */
export class CallAccount implements AttemptMeter {
  readonly #session: Session;
  readonly #request: ChatRequest;
  /** Of the call. */
  readonly #spanId: string;
  #open: Reservation | undefined;
  #attempts = 0;

  private constructor(session: Session, request: ChatRequest, spanId: string) {
    this.#session = session;
    this.#request = request;
    this.#spanId = spanId;
  }

  /** Throws `BudgetExceededError` or `SharedBudgetError` when there is no money for one attempt. */
  static async open(session: Session, request: ChatRequest, spanId: string): Promise<CallAccount> {
    const account = new CallAccount(session, request, spanId);
    account.#hasWaited();
    account.#open = await account.#reserve();
    return account;
  }

  /** What is set aside for one attempt, where there is a budget. */
  get reservedUsd(): number | undefined {
    return this.#open?.usd;
  }

  async begin(): Promise<void> {
    this.#attempts++;
    if (this.#attempts === 1) return;
    // What the attempt before may have cost is spent first.
    await this.#session.recorder.flush();
    this.#open = await this.#reserve();
  }

  lost({ error, streamedChars }: LostAttempt): LostCost | undefined {
    if (!mayBeBilled(error, streamedChars)) {
      this.#release();
      return undefined;
    }
    const said = usageIn(error);
    const lost = said
      ? { usage: said, ...this.#assumed(said, this.#price(said)) }
      : this.#estimate(streamedChars);
    this.#spend(lost.cost!, lost.attributes);
    return lost;
  }

  /** The call was answered; gives what that cost: an estimate where the server counted no tokens. */
  answered({ recorded, usage, responseModel, message }: ChatResponse): LostCost {
    const paid: LostCost = recorded
      ? { cost: { usd: 0, quantities: {} } }
      : usage
      ? this.#assumed(usage, this.#price(usage, responseModel))
      : this.#estimate(JSON.stringify(message.parts).length, responseModel);
    this.#spend(paid.cost!, paid.attributes);
    return paid;
  }

  /** The call failed. Gives what its own span is to say of the cost: nothing where attempts have spans of their own. */
  failed(error: unknown): LostCost | undefined {
    if (this.#attempts === 0 && error instanceof ProviderError) {
      return this.lost({ error, streamedChars: partialOf(error).length });
    }
    this.#release();
    return undefined;
  }

  /** Sets aside the most one attempt can cost: in the budget of the run, and in those that all runs share. */
  async #reserve(): Promise<Reservation | undefined> {
    const { ledger, services, config } = this.#session;
    const also = config.limits.budgets?.map((it) => ({ ...it, scope: `agent:${config.name}` })) ?? [];
    const isShared = also.length > 0 || await services.store.isBudgeted();
    if (!ledger.isLimited && !isShared) return undefined;
    const usd = this.#worstCase();
    const open = ledger.reserve(usd);
    if (!isShared) return open;
    try {
      await this.#setAside(usd, also);
      return open;
    } catch (error) {
      ledger.release(open);
      throw error;
    }
  }

  /** In the budgets that all runs share. Money that is only set aside for calls of others is waited for: most of it comes back. */
  async #setAside(usd: number | null, also: readonly Budget[]): Promise<void> {
    let isTold = false;
    try {
      await this.#whenThereIs(usd, also, (budget) => {
        if (!isTold) this.#session.warn({ type: BUDGET_WAIT, message: waitText(budget) });
        isTold = true;
      });
    } finally {
      this.#hasWaited();
    }
  }

  /** Also of a process that died while it waited. */
  #hasWaited(): void {
    this.#session.warn({ type: BUDGET_WAIT, message: "" }, true);
  }

  /** `told` hears of every look that found too little, once somebody should know. */
  async #whenThereIs(
    usd: number | null,
    also: readonly Budget[],
    told: (budget: BudgetState) => void,
  ): Promise<void> {
    const { services: { store, host, prices, timeZone = "UTC" }, run, signal } = this.#session;
    const { model } = this.#request;
    const sinceMs = host.now();
    for (const untilMs = sinceMs + RESERVED_WAIT_MS;;) {
      const { refusedBy, reached } = await store.reserveSpend({
        traceId: run.traceId,
        spanId: this.#spanId,
        model,
        modelNames: prices.names?.(model, host.now()) ?? [],
        usd,
        windows: budgetWindows(host.now(), timeZone),
        mayWait: host.now() < untilMs,
        also,
      });
      for (const { budget, percent } of reached) {
        this.#session.warn({ type: "budget", message: reachedText(budget, percent, timeZone) });
      }
      if (!refusedBy) return;
      if (!mayFitLater(refusedBy, usd) || host.now() >= untilMs) {
        throw new SharedBudgetError(refusedBy, usd, timeZone);
      }
      if (host.now() - sinceMs >= RESERVED_TOLD_MS) {
        told(refusedBy);
      }
      await host.sleep(RESERVED_LOOK_MS, signal);
    }
  }

  /** The most one attempt can cost, USD; `null` when nobody knows, and nothing is assumed. */
  #worstCase(): number | null {
    const { calibration, services } = this.#session;
    const { model, messages, tools, parameters } = this.#request;
    const sameStart = calibration?.first === messages[1];
    const maxInputTokens = estimatePromptTokensMax(messages, tools, sameStart ? calibration : undefined);
    const maxOutputTokens = parameters.maxTokens ?? AGENT_DEFAULTS.parameters.maxTokens;
    const known = worstCaseUsd(services.prices, {
      model,
      maxInputTokens,
      maxOutputTokens,
      atMs: services.host.now(),
    });
    return known ?? assumedUsd(services.unpriced, maxInputTokens + maxOutputTokens);
  }

  /** A cost that nobody knows, with what was assumed beside it. */
  #assumed({ inputTokens, outputTokens }: Usage, cost: Cost): LostCost {
    const usd = cost.usd === null
      ? assumedUsd(this.#session.services.unpriced, inputTokens + outputTokens)
      : null;
    return usd === null || usd === 0 ? { cost } : { cost, attributes: { [ATTR.estimatedCostUsd]: usd } };
  }

  #release(): void {
    if (this.#open) this.#session.ledger.release(this.#open);
    this.#open = undefined;
  }

  /** An unknown cost counts as all that was set aside; where nothing was, as its estimate. */
  #spend({ usd }: Cost, attributes: LostCost["attributes"] = {}): void {
    const { ledger } = this.#session;
    if (this.#open) ledger.settle(this.#open, usd);
    else {
      const known = usd ?? estimatedUsdOf({ cost: { usd, quantities: {} }, attributes });
      if (known !== undefined) ledger.charge(known);
    }
    this.#open = undefined;
  }

  #price(usage: Usage | undefined, answeredBy = this.#request.model): Cost {
    const { prices, host } = this.#session.services;
    const { model } = this.#request;
    return prices.price({ model, answeredBy, atMs: host.now(), ...(usage ? { usage } : {}) });
  }

  #estimate(streamedChars: number, answeredBy?: string): LostCost {
    const { messages, tools } = this.#request;
    const usage = estimatedUsage({
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      streamedChars,
    });
    const lost = estimatedCost(usage, this.#price(usage, answeredBy).tag);
    return lost.attributes ? lost : this.#assumed(usage, lost.cost!);
  }
}

function usageIn(error: unknown): Usage | undefined {
  return error instanceof ProviderError ? error.usage : undefined;
}

function partialOf(error: unknown): string {
  return error instanceof ProviderError ? error.partial ?? "" : "";
}
