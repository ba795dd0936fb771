import type { ApprovalAnswer } from "./approval.ts";
import { orAborted } from "./control.ts";

type Granted = (answer: ApprovalAnswer) => void;

/** What a person allowed for the rest of a run, and the questions that are open. */
export class Approvals {
  readonly #allowed = new Set<string>();
  /** By name of the tool: who still waits for an answer that an "always" to another call gives too. */
  readonly #waiting = new Map<string, Set<Granted>>();
  #open = 0;

  isAllowed(toolName: string): boolean {
    return this.#allowed.has(toolName);
  }

  /** Nobody is asked any more. */
  get areAllAnswered(): boolean {
    return this.#open === 0;
  }

  /** Every call of the tool, those included that wait already. */
  allow(toolName: string, by: string): void {
    this.#allowed.add(toolName);
    for (const granted of this.#waiting.get(toolName) ?? []) granted({ decision: "allow", by });
  }

  /**
   * The answer that `ask` gives or, with `toolName`, a person's "always" to another call of this tool; the question is withdrawn
   * then. Rejects with the reason of `signal`.
   */
  async question(
    ask: (signal: AbortSignal) => Promise<ApprovalAnswer>,
    signal: AbortSignal,
    toolName?: string,
  ): Promise<ApprovalAnswer> {
    if (toolName !== undefined && this.isAllowed(toolName)) return { decision: "allow", by: "policy" };
    const granted = Promise.withResolvers<ApprovalAnswer>();
    const withdrawn = new AbortController();
    const waiting = toolName === undefined ? undefined : this.#waitingFor(toolName);
    waiting?.add(granted.resolve);
    this.#open++;
    try {
      const asked = ask(AbortSignal.any([signal, withdrawn.signal]));
      return await orAborted(Promise.race([asked, granted.promise]), signal);
    } finally {
      this.#open--;
      waiting?.delete(granted.resolve);
      withdrawn.abort();
    }
  }

  #waitingFor(toolName: string): Set<Granted> {
    const known = this.#waiting.get(toolName);
    if (known) return known;
    const waiting = new Set<Granted>();
    this.#waiting.set(toolName, waiting);
    return waiting;
  }
}
