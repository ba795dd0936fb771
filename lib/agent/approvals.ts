import { type ApprovalScope, type CallTarget, scopeValue } from "../core/mod.ts";
import type { ApprovalAnswer } from "./approval.ts";
import { orAborted } from "./control.ts";

/** A call that is asked for. */
export interface AskedFor {
  readonly toolName: string;
  readonly targets: readonly CallTarget[];
}

interface Waiting extends AskedFor {
  granted(answer: ApprovalAnswer): void;
}

/** A person's "always". */
interface Rule {
  readonly toolName: string;
  readonly scope: ApprovalScope;
  readonly value: string;
}

/** What a person allowed for the rest of a run, and the questions that are open. */
export class Approvals {
  readonly #rules: Rule[] = [];
  /** Who still waits for an answer that an "always" to another call gives too. */
  readonly #waiting = new Set<Waiting>();
  #open = 0;

  isAllowed(call: AskedFor): boolean {
    return this.#rules.some((rule) => covers(rule, call));
  }

  /** Nobody is asked any more. */
  get areAllAnswered(): boolean {
    return this.#open === 0;
  }

  /** Every call that is like this one as far as `scope` goes, those included that wait already. */
  allow({ toolName, targets }: AskedFor, scope: ApprovalScope, by: string): void {
    const value = scopeValue(scope, targets);
    if (value === undefined) return; // nothing that another call could be like
    const rule = { toolName, scope, value };
    this.#rules.push(rule);
    for (const waiting of this.#waiting) {
      if (covers(rule, waiting)) waiting.granted({ decision: "allow", by });
    }
  }

  /**
   * The answer that `ask` gives or, with `call`, a person's "always" to another call that this one is like; the question is
   * withdrawn then. Rejects with the reason of `signal`.
   */
  async question(
    ask: (signal: AbortSignal) => Promise<ApprovalAnswer>,
    signal: AbortSignal,
    call?: AskedFor,
  ): Promise<ApprovalAnswer> {
    if (call && this.isAllowed(call)) return { decision: "allow", by: "policy" };
    const granted = Promise.withResolvers<ApprovalAnswer>();
    const withdrawn = new AbortController();
    const waiting = call && { ...call, granted: granted.resolve };
    if (waiting) this.#waiting.add(waiting);
    this.#open++;
    try {
      const asked = ask(AbortSignal.any([signal, withdrawn.signal]));
      return await orAborted(Promise.race([asked, granted.promise]), signal);
    } finally {
      this.#open--;
      if (waiting) this.#waiting.delete(waiting);
      withdrawn.abort();
    }
  }
}

function covers({ toolName, scope, value }: Rule, call: AskedFor): boolean {
  return toolName === call.toolName && scopeValue(scope, call.targets) === value;
}
