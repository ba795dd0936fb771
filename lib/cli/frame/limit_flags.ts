import { Option } from "@commander-js/extra-typings";
import type { ApprovePolicy, RunLimits, UnpricedPolicy } from "../../agent/mod.ts";
import { AgentOpError } from "../../core/mod.ts";
import { numberFlag, readNumber } from "./number.ts";

const APPROVE_POLICIES = ["ask", "auto", "never"] as const satisfies readonly ApprovePolicy[];

/** `--budget`, `--max-steps`, `--timeout`, `--max-repeats`, `--approve` and `--strict`. */
export interface LimitFlags {
  readonly budget?: number | undefined;
  readonly maxSteps?: number | undefined;
  readonly timeout?: number | undefined;
  readonly maxRepeats?: number | undefined;
  readonly approve?: ApprovePolicy | undefined;
  readonly strict?: true | undefined;
}

/** For commander. */
export const BUDGET = numberFlag("--budget", { isMinExcluded: true }, 0.05);
export const MAX_STEPS = numberFlag("--max-steps", { isMinExcluded: true, isWhole: true }, 5);
export const TIMEOUT = numberFlag("--timeout", { isMinExcluded: true }, 60);
export const MAX_REPEATS = numberFlag("--max-repeats", { isWhole: true }, 10);

export function limitsOf(flags: LimitFlags): RunLimits {
  const { budget, maxSteps, timeout, maxRepeats, approve, strict } = flags;
  return { budgetUsd: budget, maxSteps, timeoutSeconds: timeout, maxRepeats, approve, strict };
}

/** `--approve`, the only way besides a trusted agent file to let tools run unasked. */
export function approveOption() {
  return new Option(
    "--approve <policy>",
    "for tools that write, execute or reach the network: ask, auto (all pass unasked) or never; for hand-offs too",
  ).choices(APPROVE_POLICIES);
}

/** What `--unpriced` says, after who it is said of. */
export const UNPRICED_HELP =
  "a model without a known price, where there is a budget: refuse, allow or assume=USD per million tokens (default: refuse)";

/** `refuse`, `allow` or `assume=USD`, per million tokens. Throws `AgentOpError`. */
export function readUnpriced(text: string): UnpricedPolicy {
  if (text === "refuse" || text === "allow") return text;
  const [, usd] = /^assume=(.+)$/.exec(text) ?? [];
  const remedy = "--unpriced assume=3, USD per million tokens";
  if (usd === undefined) {
    throw new AgentOpError(
      `Cannot use --unpriced: it must be refuse, allow or assume=USD: got "${text.slice(0, 40)}"`,
      {
        remedy,
      },
    );
  }
  return { usdPerMillion: readNumber("--unpriced assume", usd, { isMinExcluded: true }, remedy) };
}
