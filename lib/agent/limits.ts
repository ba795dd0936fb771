import type { AgentConfig, ApprovePolicy } from "./agent_config.ts";

/** What whoever starts a run allows it, instead of what its agent file says. */
export interface RunLimits {
  /** The run stops before more than this is spent, in USD. */
  readonly budgetUsd?: number | undefined;
  /** Model and tool calls together. */
  readonly maxSteps?: number | undefined;
  /** The run stops after this time. */
  readonly timeoutSeconds?: number | undefined;
  readonly approve?: ApprovePolicy | undefined;
  /** The same call with the same result this often is a loop; 0 never. */
  readonly maxRepeats?: number | undefined;
  /** An answer that was cut off fails the run. */
  readonly strict?: boolean | undefined;
}

/** The configuration with the limits that are given. */
export function withLimits(config: AgentConfig, given: RunLimits): AgentConfig {
  const { budgetUsd, maxSteps, timeoutSeconds, approve, maxRepeats, strict } = given;
  return {
    ...config,
    limits: {
      ...config.limits,
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(maxSteps === undefined ? {} : { maxSteps }),
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      ...(maxRepeats === undefined ? {} : { maxRepeats }),
      ...(strict === undefined ? {} : { strict }),
    },
    ...(approve === undefined ? {} : { approve }),
  };
}
