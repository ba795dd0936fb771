import {
  type AttemptMeter,
  type ChatRequest,
  type ChatResponse,
  type Cost,
  estimatedUsdOf,
  type LostAttempt,
  type LostCost,
  ProviderError,
  type Usage,
} from "../core/mod.ts";
import { estimatedCost, estimatedUsage, mayBeBilled } from "../analysis/mod.ts";
import { worstCaseUsd } from "../pricing/mod.ts";
import { AGENT_DEFAULTS } from "./agent_config.ts";
import { estimatePromptTokensMax, type Reservation } from "./budget.ts";
import type { Session } from "./session.ts";

/**
 * The money of one model call. The worst case of each attempt is set aside before it is sent: of the first when the account is
 * opened. What a lost attempt may have cost stays spent, so that retries cannot pass the budget unseen.
 */
export class CallAccount implements AttemptMeter {
  readonly #session: Session;
  readonly #request: ChatRequest;
  #open: Reservation | undefined;
  #attempts = 0;

  /** Throws `BudgetExceededError` when there is no money for one attempt. */
  constructor(session: Session, request: ChatRequest) {
    this.#session = session;
    this.#request = request;
    this.#open = this.#reserve();
  }

  /** What is set aside for one attempt, where there is a budget. */
  get reservedUsd(): number | undefined {
    return this.#open?.usd;
  }

  begin(): void {
    this.#attempts++;
    if (this.#attempts > 1) this.#open = this.#reserve();
  }

  lost({ error, streamedChars }: LostAttempt): LostCost | undefined {
    if (!mayBeBilled(error, streamedChars)) {
      this.#release();
      return undefined;
    }
    const said = usageIn(error);
    const lost = said ? { usage: said, cost: this.#price(said) } : this.#estimate(streamedChars);
    this.#spend(lost.cost!, lost.attributes);
    return lost;
  }

  /** The call was answered; gives what that cost: an estimate where the server counted no tokens. */
  answered({ recorded, usage, responseModel, message }: ChatResponse): LostCost {
    const paid: LostCost = recorded
      ? { cost: { usd: 0, quantities: {} } }
      : usage
      ? { cost: this.#price(usage, responseModel) }
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

  /** Sets aside the most one attempt can cost. */
  #reserve(): Reservation | undefined {
    const { ledger, calibration, services } = this.#session;
    if (!ledger.isLimited) return undefined;
    const { model, messages, tools, parameters } = this.#request;
    const sameStart = calibration?.first === messages[1];
    return ledger.reserve(worstCaseUsd(services.prices, {
      model,
      maxInputTokens: estimatePromptTokensMax(messages, tools, sameStart ? calibration : undefined),
      maxOutputTokens: parameters.maxTokens ?? AGENT_DEFAULTS.parameters.maxTokens,
      atMs: services.host.now(),
    }));
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
    return estimatedCost(usage, this.#price(usage, answeredBy).tag);
  }
}

function usageIn(error: unknown): Usage | undefined {
  return error instanceof ProviderError ? error.usage : undefined;
}

function partialOf(error: unknown): string {
  return error instanceof ProviderError ? error.partial ?? "" : "";
}
