import type { AgentConfig, AgentLimits, ApprovePolicy } from "./agent_config.ts";
import { MAX_REPEATS } from "./loop_guard.ts";

/**
 * What whoever started this process allows. Given per invocation, by a flag or by an agent file that is trusted as it is now: never
 * taken from a store. Runs and files can only tighten it.
 */
export interface Rights {
  /** Also of agents that work is handed to, whose files may say `auto` only where this does. Absent: as their files say. */
  readonly approve?: ApprovePolicy | undefined;
  /** Model and tool calls of a run and of all that it hands work to, together. */
  readonly maxSteps?: number | undefined;
  /** What a run says of its limits is nobody's word: they are no wider than these. */
  readonly widest?: AgentLimits | undefined;
  /** Nobody has allowed what the run says that its tools touch: each call that touches anything, or hands work over, is asked for. */
  readonly isGuarded?: boolean | undefined;
}

const FROM_STRICT: readonly ApprovePolicy[] = ["never", "ask", "auto"];

export function strictest(...policies: readonly ApprovePolicy[]): ApprovePolicy {
  return FROM_STRICT.find((policy) => policies.includes(policy)) ?? "ask";
}

/** Limits that are no wider than others, each for itself. */
export function narrowest(limits: AgentLimits, others: AgentLimits): AgentLimits {
  const budgets = [limits.budgetUsd, others.budgetUsd].filter((usd) => usd !== undefined);
  const most = (repeats: number | undefined) => repeats === 0 ? Infinity : repeats ?? MAX_REPEATS;
  const isMoreRepeats = most(limits.maxRepeats) > most(others.maxRepeats);
  return {
    ...limits,
    maxSteps: Math.min(limits.maxSteps, others.maxSteps),
    timeoutSeconds: Math.min(limits.timeoutSeconds, others.timeoutSeconds),
    toolTimeoutSeconds: Math.min(limits.toolTimeoutSeconds, others.toolTimeoutSeconds),
    maxToolOutputBytes: Math.min(limits.maxToolOutputBytes, others.maxToolOutputBytes),
    ...(budgets.length === 0 ? {} : { budgetUsd: Math.min(...budgets) }),
    ...(limits.budgets || others.budgets
      ? { budgets: [...limits.budgets ?? [], ...others.budgets ?? []] }
      : {}),
    ...(isMoreRepeats ? { maxRepeats: others.maxRepeats ?? MAX_REPEATS } : {}),
    ...(others.strict ? { strict: true } : {}),
  };
}

/** An agent that another one hands work to: under the stricter of both policies and limits. The budget of `from` counts besides. */
export function inherited(agent: AgentConfig, from: AgentConfig): AgentConfig {
  return {
    ...agent,
    approve: strictest(agent.approve, from.approve),
    limits: {
      ...agent.limits,
      maxSteps: Math.min(agent.limits.maxSteps, from.limits.maxSteps),
      timeoutSeconds: Math.min(agent.limits.timeoutSeconds, from.limits.timeoutSeconds),
      ...(from.limits.strict ? { strict: true } : {}),
    },
  };
}

/** Counts the steps of a run and of all that it hands work to. */
export class TreeSteps {
  limit: number;
  #taken: number;

  /** `taken`: by what was interrupted. */
  constructor(limit = Infinity, taken = 0) {
    this.limit = limit;
    this.#taken = taken;
  }

  get left(): number {
    return Math.max(0, this.limit - this.#taken);
  }

  take(): void {
    this.#taken++;
  }
}
