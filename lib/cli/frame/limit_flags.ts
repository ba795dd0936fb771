import type { ApprovePolicy, RunLimits } from "../../agent/mod.ts";
import { AgentOpError } from "../../core/mod.ts";

export const APPROVE_POLICIES = ["ask", "auto", "never"] as const satisfies readonly ApprovePolicy[];

/** `--budget`, `--max-steps`, `--timeout` and `--approve`, as typed. */
export interface LimitFlags {
  readonly budget?: string | undefined;
  readonly maxSteps?: string | undefined;
  readonly timeout?: string | undefined;
  readonly approve?: ApprovePolicy | undefined;
}

/** Throws `AgentOpError` for a number that cannot be a limit. */
export function readLimits({ budget, maxSteps, timeout, approve }: LimitFlags): RunLimits {
  return {
    budgetUsd: positive("--budget", budget),
    maxSteps: positive("--max-steps", maxSteps, { integer: true }),
    timeoutSeconds: positive("--timeout", timeout),
    approve,
  };
}

function positive(
  flag: string,
  text: string | undefined,
  { integer = false }: { readonly integer?: boolean } = {},
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0 && (!integer || Number.isInteger(value))) {
    return value;
  }
  const kind = integer ? "a positive whole number" : "a positive number";
  throw new AgentOpError(`Cannot use ${flag}: it must be ${kind}: got "${text.slice(0, 40)}"`, {
    remedy: `${flag} 5`,
  });
}
